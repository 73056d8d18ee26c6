"""Every indicator, as an SLA spells it, and what an observer is told to look for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import Objective
from bursar.compiler.facts import LatencyBucket, Watched
from bursar.compiler.indicators import resolve, watched
from bursar.compiler.plan import Rejected
from bursar.conventions import Reason
from bursar.domain.events import BadOfTotal, EventSource, Expressions, Gauge, GoodOfTotal
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.objective import Identity
from bursar.domain.promql.selector import parse_selector
from bursar.domain.timeslices import Missing, Timeslices

IDENTITY = Identity("shop", "checkout", "o")
MINUTE = timedelta(minutes=1)
TOTAL, GOOD, BAD = (parse_selector(f"{name}_total") for name in ("all", "good", "bad"))
SECONDS = parse_selector('seconds{a="b"}')
SIGNALS = {
    "requests": {"total": "all_total", "errors": "bad_total"},
    "latency": {"histogram": 'seconds{a="b"}'},
}


def objective(indicator: Mapping[str, Any], **fields: Any) -> Objective:
    return Objective.model_validate({"name": "o", "target": 99, "indicator": indicator, **fields})


def target(**signals: Any) -> MonitoringTarget:
    return MonitoringTarget.model_validate(
        {"metadata": {"name": "checkout", "namespace": "shop"}, "spec": {"signals": signals}}
    )


def counted(indicator: Mapping[str, Any]) -> object:
    return resolve(objective(indicator), target(**SIGNALS), IDENTITY)


@pytest.mark.parametrize(
    ("indicator", "events"),
    [
        ({"availability": {}}, BadOfTotal(BAD, TOTAL)),
        ({"ratio": {"bad": "bad_total", "total": "all_total"}}, BadOfTotal(BAD, TOTAL)),
        ({"ratio": {"good": "good_total", "total": "all_total"}}, GoodOfTotal(GOOD, TOTAL)),
        ({"latency": {"threshold": "300ms"}}, SlowOfHistogram(SECONDS, timedelta(milliseconds=300))),
        (
            {"latency": {"threshold": "1s", "histogram": "other"}},
            SlowOfHistogram(parse_selector("other"), timedelta(seconds=1)),
        ),
        (
            {"expression": {"total": "rate(a[{{.window}}])", "bad": "rate(b[{{ .window }}])"}},
            Expressions("rate(a[{{.window}}])", "rate(b[{{ .window }}])"),
        ),
        (
            {"expression": {"total": "rate(a[{{.window}}])", "good": "rate(g[{{.window}}])"}},
            Expressions("rate(a[{{.window}}])", "rate(g[{{.window}}])", part_is_good=True),
        ),
        ({"gauge": {"selector": "probe_success"}}, Gauge(parse_selector("probe_success"))),
        (
            {"timeslice": {"good": "rate(a[{{.window}}]) < 0.5"}},
            Timeslices(IDENTITY, "((rate(a[{{.window}}])) >= -Inf) < bool (0.5)", MINUTE, Missing.IGNORE),
        ),
        (
            {"timeslice": {"good": "rate(a[{{.window}}]) < 0.5", "slice": "5m", "missing": "bad"}},
            Timeslices(IDENTITY, "((rate(a[{{.window}}])) >= -Inf) < bool (0.5)", 5 * MINUTE, Missing.BAD),
        ),
    ],
)
def test_an_indicator_counts_what_it_says(indicator: Mapping[str, Any], events: EventSource) -> None:
    assert counted(indicator) == events


@pytest.mark.parametrize(
    ("events", "looked_for"),
    [
        (BadOfTotal(BAD, TOTAL), Watched(total=TOTAL, bad=BAD)),
        (GoodOfTotal(GOOD, TOTAL), Watched(total=TOTAL)),
        (Gauge(SECONDS), Watched(total=SECONDS)),
        (
            SlowOfHistogram(parse_selector('seconds_sum{a="b"}'), timedelta(seconds=1)),
            Watched(bucket=LatencyBucket(parse_selector('seconds_bucket{a="b"}'), ("1", "1.0")), native=SECONDS),
        ),
        (Expressions("a", "b"), Watched()),
        (Timeslices(IDENTITY, "a", MINUTE), Watched()),
    ],
)
def test_what_names_its_series_is_looked_for(events: EventSource, looked_for: Watched) -> None:
    assert watched(events) == looked_for


def test_indicators_with_queries_of_their_own_need_no_target() -> None:
    for indicator in (
        {"expression": {"total": "rate(a[{{.window}}])", "bad": "rate(b[{{.window}}])"}},
        {"gauge": {"selector": "up"}},
        {"timeslice": {"good": "rate(a[{{.window}}]) < 1"}},
    ):
        assert resolve(objective(indicator), None, IDENTITY) == counted(indicator)


@pytest.mark.parametrize("histogram", ['seconds_bucket{le="1"}', 'seconds{le!="+Inf"}'])
def test_a_histogram_with_a_matcher_on_its_buckets_is_refused(histogram: str) -> None:
    given = objective({"latency": {"threshold": "1s", "histogram": histogram}})
    assert resolve(given, None, IDENTITY) == Rejected(
        Reason.INVALID_SPEC,
        "spec.objectives[o].indicator.latency.histogram: the bucket follows from the threshold; remove the matcher "
        "on le",
    )
