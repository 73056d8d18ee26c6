"""slo-detail: one SLA, in the order in which somebody who is called in the night asks.

Is it bad, how fast does it burn, since when, how much is left; who is hit, how slow is it, what is full, where next.
"""

from collections.abc import Iterator
from typing import Final

from bursar.api.dashboard_widgets import Mapping, Row, SlaRef, Widget
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates import slo
from bursar.compiler.dashboard.templates.given import Given, Promise, Template, unfit
from bursar.compiler.dashboard.templates.parameters import BY, BY_MEANS, label
from bursar.compiler.dashboard.templates.queries import telling_label
from bursar.compiler.dashboard.templates.resources import filling
from bursar.compiler.dashboard.templates.service_red import durations, traffic
from bursar.compiler.dashboard.templates.widgets import (
    BURNS,
    SHARE,
    TIMES,
    WHAT_IS_LEFT,
    alarm,
    bars,
    page,
    row,
    series,
    stat,
    steps,
)
from bursar.domain.decimals import plain
from bursar.domain.durations import format_duration

SLA: Final = "sla"
_LASTS: Final = (
    Mapping(value="null", text="not at this burn", color="green"),
    Mapping(value="0", text="it is gone", color="red"),
)
_NONE_LEFT: Final = steps((None, "red"), (1, "green"))
_SOON: Final = steps((None, "red"), (86400, "orange"), (5 * 86400, "green"))


def build(given: Given) -> Content:
    """Show all objectives of an SLA, the first one opened, and what is known of its target."""
    if not given.promises:
        raise unfit(given, "parameters.sla", "the template slo-detail shows an SLA; name one")
    first, *others = given.promises
    return page(
        _all(given.promises) if others else None,
        objective_row(first),
        *_of_target(given.target, given),
        *(objective_row(promise, collapsed=True) for promise in others),
        _onward(first, given.target),
    )


def objective_row(promise: Promise, *, collapsed: bool = False) -> Row | None:
    """Show one objective."""
    facts = promise.facts
    name = promise.title or promise.identity.objective
    title = f"{name}: {plain(facts.target)} % over {format_duration(facts.window)}"
    return row(title, *state(promise), burn(promise), *course(promise), collapsed=collapsed)


def state(promise: Promise, *, width: int = 4) -> Iterator[Widget]:
    """Show how it stands in six figures, in one line."""
    objective = float(promise.facts.target) / 100
    hour, window = slo.telling_window(promise), format_duration(promise.facts.window)
    good = steps((None, "red"), (objective, "green"))
    fields = {"width": width, "height": 4}
    told = f"Share of good events over {window}; {plain(promise.facts.target)} % are promised."
    yield stat("Good events", told, slo.sli(promise), unit=SHARE, decimals=3, thresholds=good, **fields)
    told = "What is left of the error budget; below 0 % it is overspent."
    yield stat("Budget left", told, slo.remaining(promise), unit=SHARE, decimals=1, thresholds=WHAT_IS_LEFT, **fields)
    told = "How long a total outage the rest of the budget would bear, at even traffic."
    yield stat("Outage left", told, slo.outage_left(promise), unit="s", thresholds=_NONE_LEFT, **fields)
    told = f"How many times faster than planned the budget goes, over the last {hour}; at 1x it lasts exactly {window}."
    yield stat("Burn", told, slo.burn(promise), unit=TIMES, decimals=1, thresholds=BURNS, **fields)
    told = f"How long the rest lasts if it burns on as over the last {hour}."
    yield stat("Exhausted in", told, slo.exhaustion(promise), unit="s", thresholds=_SOON, mappings=_LASTS, **fields)
    told = "Alerts of this objective that fire."
    yield alarm("Alerts", told, slo.firing(promise), **fields)


def burn(promise: Promise, *, width: int = 24) -> Widget:
    """Show the burn rates of all windows on one axis, with the tiers' thresholds as lines."""
    return series(
        "Burn rate by window",
        "How many times faster than planned the budget goes. An alert fires while a long and a short window are both "
        "above its line.",
        *slo.burns(promise),
        unit=TIMES,
        width=width,
        scale="log",
        thresholds=slo.burn_thresholds(promise),
    )


def course(promise: Promise) -> Iterator[Widget]:
    """Show how it came to this: the indicator, what was left, and the traffic that explains both."""
    objective = float(promise.facts.target) / 100
    told = "Share of good events, with the promise as a line."
    line = steps((None, "red"), (objective, "green"))
    yield series("Good events over time", told, *slo.fresh_sli(promise), unit=SHARE, max=1, thresholds=line)
    yield burn_down(promise)
    yield series("Traffic", "Events per second.", *slo.traffic(promise), unit="eps", min=0)
    yield series("Bad events", "Bad events per second.", *slo.failures(promise), unit="eps", min=0)


def burn_down(promise: Promise, *, width: int = 12) -> Widget:
    """Show what was left of the budget over time."""
    told = (
        f"What was left of the error budget. Its window of {format_duration(promise.facts.window)} moves on, so that "
        "it recovers when bad times leave it."
    )
    return series(
        "Budget left over time", told, *slo.burn_down(promise), unit=SHARE, max=1, thresholds=WHAT_IS_LEFT, width=width
    )


def _all(promises: tuple[Promise, ...]) -> Row | None:
    left = [(slo.remaining(promise), _title(promise)) for promise in promises]
    burns = [(slo.burn(promise), _title(promise)) for promise in promises]
    height = 3 + len(promises)
    return row(
        "All objectives",
        bars(
            "Budget left",
            "What is left of each error budget.",
            *left,
            unit=SHARE,
            thresholds=WHAT_IS_LEFT,
            height=height,
        ),
        bars(
            "Burn",
            "How many times faster than planned each budget goes.",
            *burns,
            unit=TIMES,
            thresholds=BURNS,
            height=height,
        ),
    )


def _of_target(target: MonitoringTarget | None, given: Given) -> Iterator[Row | None]:
    if target is None:
        return
    requests, latency = target.spec.signals.requests, target.spec.signals.latency
    if requests:
        yield traffic(requests, label(given, BY, telling_label(requests)))
    if latency:
        yield durations(latency.histogram, "the requests")
    yield row("What fills up", *filling(target))


def _onward(promise: Promise, target: MonitoringTarget | None) -> Row | None:
    """Say who answers for it and what to do, and list what fires."""
    sla = promise.identity.sla
    alerts = Widget(
        type="alerts", title="Alerts", description="Alerts of this SLA that fire.", sla_ref=SlaRef(name=sla), width=16
    )
    lines = [f"**SLA** {promise.identity.namespace}/{sla}", *_about(target)]
    text = Widget(type="text", title="Where next", content="\n\n".join(lines), width=8, height=8)
    return row("Where next", alerts, text)


def _about(target: MonitoringTarget | None) -> Iterator[str]:
    if target is None:
        return
    yield f"**Target** {target.spec.title or target.metadata.name}"
    if target.spec.owner:
        yield f"**Owner** {target.spec.owner}"
    if target.spec.runbook_url:
        yield f"[Runbook]({target.spec.runbook_url})"


def _title(promise: Promise) -> str:
    return promise.title or promise.identity.objective


TEMPLATE = Template(
    name="slo-detail",
    title="Error budgets",
    shows="One SLA: state, burn, budget, traffic and what its target runs out of.",
    build=build,
    parameters={SLA: "Name of the SLA, in the dashboard's namespace.", BY: BY_MEANS},
)
