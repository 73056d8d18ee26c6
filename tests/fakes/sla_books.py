"""An SLA and the books that a Prometheus keeps on it, as short as a test wants them."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bursar.api.sla import SLA
from bursar.compiler.facts import BurnWindow, LatencyBucket, ObjectiveFacts, SlaFacts, Watched
from bursar.domain.promql.selector import parse_selector
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.tiers import Sampling, TierOverride, derive_tiers
from bursar.observer.sla_books import Found, SlaBooks
from bursar.observer.sla_series import Identity
from fakes.answers import answer

MONTH = timedelta(days=30)
SAMPLING = Sampling(scrape=timedelta(seconds=30), evaluation=timedelta(minutes=1))
BURN_WINDOWS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=3))
RECORDED = {
    "ratio": "bursar:sli_error:ratio_period",
    "remaining": "bursar:error_budget:remaining",
    "total": "bursar:events:period_total",
    "bad": "bursar:events:period_bad",
    "coverage": "bursar:coverage:ratio_period",
    "traffic": "bursar:sli_total:rate",
    "low": "bursar:traffic:low",
}
HEALTHY: Mapping[str, float] = {
    "ratio": 0.000588,
    "remaining": 0.412,
    "total": 18423311.2,
    "bad": 10833.4,
    "coverage": 0.998,
    "traffic": 7.1,
}
BURN = {"5m": 0.0002, "1h": 0.0063, "6h": 0.0021, "3d": 0.0009}

IDENTITY: Identity = ("shop", "checkout", "availability")

Series = tuple[str, Mapping[str, str], float]


def latency(*spellings: str) -> Watched:
    """What a latency objective reads; `spellings` are those of its threshold."""
    bucket = LatencyBucket(parse_selector('seconds_bucket{job="x"}'), spellings)
    return Watched(bucket=bucket, native=parse_selector('seconds{job="x"}'))


def sla(*names: str, page: bool = True, ticket: bool = True, **alerting: Any) -> SLA:
    """An SLA with these objectives."""
    indicator = {"ratio": {"bad": "bad_total", "total": "all_total"}}
    objectives = [{"name": name, "target": 99.9, "indicator": indicator} for name in names or ("availability",)]
    alerting = {"page": {"enabled": page}, "ticket": {"enabled": ticket}, **alerting}
    return SLA.model_validate(
        {
            "metadata": {"name": "checkout", "namespace": "shop"},
            "spec": {"objectives": objectives, "alerting": alerting},
        }
    )


def facts(
    name: str = "availability",
    *,
    target: str = "99.9",
    window: timedelta = MONTH,
    group_by: tuple[str, ...] = (),
    max_groups: int = 50,
    overrides: tuple[TierOverride, ...] = (),
    base_window: timedelta = SAMPLING.shortest_window,
    **more: Any,
) -> ObjectiveFacts:
    """What the compiler knows of an objective; `more` are fields of ObjectiveFacts."""
    tiers = derive_tiers(target=Decimal(target), window=window, sampling=SAMPLING, overrides=overrides)
    return ObjectiveFacts(
        name=name,
        target=Decimal(target),
        window=window,
        group_by=group_by,
        max_groups=max_groups,
        definition=f"v2-{name}",
        tiers=tiers,
        pages=bool(tiers.page),
        tickets=bool(tiers.ticket),
        burn_windows=tuple(BurnWindow(window, error_ratio_metric(window)) for window in BURN_WINDOWS),
        evaluation=SAMPLING.evaluation,
        slow_evaluation=timedelta(minutes=5),
        base_window=base_window,
        **more,
    )


def all_facts(*objectives: ObjectiveFacts) -> SlaFacts:
    """The facts of an SLA."""
    return SlaFacts(objectives or (facts(),))


def recorded(
    readings: Mapping[str, float] = HEALTHY,
    burn: Mapping[str, float] = BURN,
    *,
    firing: tuple[str, ...] = (),
    objective: str = "availability",
    definition: str | None = "v2-",
    **labels: str,
) -> tuple[Series, ...]:
    """All series of one objective, or of one group of it; each with the name of the query that finds it."""
    own = {"namespace": "shop", "sla": "checkout", "objective": objective}
    series = [(query, {"__name__": RECORDED[query], **own, **labels}, value) for query, value in readings.items()]
    series += [
        (metric, {"__name__": metric, **own, **labels}, value)
        for metric, value in ((f"bursar:sli_error:ratio_{window}", value) for window, value in burn.items())
    ]
    series += [
        ("alerts", {"__name__": "ALERTS", "alertname": alert, "alertstate": "firing", **own, **labels}, 1.0)
        for alert in firing
    ]
    if definition is not None:
        loaded = {"__name__": "bursar_objective_info", **own, "definition": definition + objective}
        series.append(("info", loaded, 1.0))
    return tuple(series)


def books(*groups: tuple[Series, ...], found: Mapping[Identity, Found] | None = None, **at: Any) -> SlaBooks:
    """The books of a cycle, from what was recorded."""
    series = [each for group in groups for each in group]
    answers = {
        query: answer(*((labels, value) for name, labels, value in series if name == query), **at)
        for query in (*RECORDED, "alerts", "info", *(name for name, _, _ in series))
    }
    return SlaBooks.from_answers(answers, found=found)
