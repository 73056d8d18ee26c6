"""What an AlertRule may say, and how each mistake is explained."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bursar.api.alert_rule import MOST_SAMPLES, AlertRule
from bursar.api.parse import parse_resource
from bursar.conventions import Kind
from bursar.errors import InvalidSpec

THRESHOLD: dict[str, Any] = {"threshold": {"query": "sum(depth)", "above": 1000}}
RATIO = {"bad": "failed_total", "total": "all_total", "abovePercent": 5}
FORECAST = {"query": "free", "below": 0, "within": "4h"}
TEST: dict[str, Any] = {
    "name": "fires above 1000",
    "series": [{"series": "depth", "values": "0+200x20"}],
    "expect": [{"at": "6m", "firing": False}],
}
TEMPLATE = "templates may only be {{ $labels.name }} or {{ $value }}"
LEAK = "query in a template reads the series of all tenants; show $value or a label instead"


def raw(**spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "queue", "namespace": "shop"},
        "spec": {"severity": "high", "condition": THRESHOLD, **spec},
    }


def parsed(**spec: Any) -> AlertRule:
    rule = parse_resource(Kind.ALERT_RULE, raw(**spec))
    assert isinstance(rule, AlertRule)
    return rule


def findings(**spec: Any) -> list[str]:
    with pytest.raises(InvalidSpec) as caught:
        parsed(**spec)
    return [str(finding) for finding in caught.value.findings]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"condition": {}}, "spec.condition: set exactly one of expression, threshold, absent, ratio, change, forecast"),
    (
        {"condition": {"threshold": {"query": "depth"}}},
        "spec.condition.threshold: set exactly one of above, below",
    ),
    (
        {"condition": {"forecast": {**FORECAST, "above": 1}}},
        "spec.condition.forecast: set exactly one of above, below",
    ),
    ({"condition": {"ratio": {**RATIO, "abovePercent": 100}}}, "spec.condition.ratio.abovePercent: a percentage of"),
    ({"condition": {"ratio": {**RATIO, "minEvents": -1}}}, "spec.condition.ratio.minEvents: must be at least 0"),
    (
        {"condition": {"change": {"query": "depth", "over": "1d", "byPercent": 0}}},
        "spec.condition.change.byPercent: a change is above 0 %",
    ),
    (
        {"condition": {"expression": {"promql": "depth > time()[5m]"}}},
        "spec.condition.expression.promql: 1:15: ",
    ),
    (
        {"condition": {"threshold": {"query": "time()", "above": 1}}},
        "spec.condition.threshold.query: this is a scalar; write PromQL that returns an instant vector",
    ),
    (
        {"condition": {"threshold": {"query": "rate(a_total[{{.window}}])", "above": 1}}},
        "spec.condition.threshold.query: 1:14: ",
    ),
    (
        {"condition": {"threshold": {"query": 7, "above": 1}}},
        "spec.condition.threshold.query: must be PromQL such as sum(queue_depth)",
    ),
    ({"condition": {"absent": {"selector": "sum(up)"}}}, "spec.condition.absent.selector: 1:4: "),
    ({"severity": "urgent"}, "spec.severity: must be critical, high, medium, low or info"),
    ({"alertName": "queue depth"}, "spec.alertName: must match "),
    ({"for": "soon"}, "spec.for: 'soon' is not a duration; "),
    ({"labels": {"severity": "x"}}, "spec.labels: the rules set "),
    ({"labels": {"bursar_route": "x"}}, "spec.labels: the rules set "),
    ({"summary": "{{ printf `%s` $value }}"}, f"spec.summary: {TEMPLATE}"),
    ({"summary": "{{ query `up` }}"}, f"spec.summary: {LEAK}"),
    ({"description": "{{ with query `up` }}{{ end }}"}, f"spec.description: {LEAK}"),
    ({"description": "{{ `up` | query | first }}"}, f"spec.description: {LEAK}"),
    ({"annotations": {"a": "{{- range query `up` }}"}}, f"spec.annotations.a: {LEAK}"),
    (
        {"condition": {"ratio": {**RATIO, "groupBy": ["region"]}}, "labels": {"region": "x"}},
        "spec: a label of groupBy tells groups apart",
    ),
    ({"tests": [TEST, TEST]}, 'spec.tests: two items are named "fires above 1000"'),
    ({"tests": [{**TEST, "name": 'a"b'}]}, "spec.tests[0].name: must match "),
    ({"tests": [{**TEST, "expect": [{"at": "25h", "firing": True}]}]}, "spec.tests[0].expect[0].at: a test lasts at"),
    (
        {"tests": [{**TEST, "series": [{"series": "a", "values": "0x9999 _x9999"}]}]},
        f"spec.tests[0].series[0].values: a test has at most {MOST_SAMPLES} samples of a series; this has 20000",
    ),
    (
        {"tests": [{**TEST, "series": [{"series": "a", "values": f"1x{'9' * 5000}"[:2048]}]}]},
        f"spec.tests[0].series[0].values: a test has at most {MOST_SAMPLES} samples of a series",
    ),
]


@pytest.mark.parametrize(("spec", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_a_mistake_is_explained_with_field_and_cure(spec: dict[str, Any], message: str) -> None:
    (finding,) = findings(**spec)
    assert finding.startswith(message)


def test_a_label_named_query_may_be_shown() -> None:
    assert parsed(summary="slow: {{ $labels.query }}").spec.summary == "slow: {{ $labels.query }}"


def test_what_is_not_said_is_as_documented() -> None:
    spec = parsed(condition={"ratio": RATIO}).spec
    assert (spec.for_, spec.keep_firing_for, spec.alert_name, spec.tests) == (None, None, "", ())
    assert spec.condition.ratio is not None
    assert (spec.condition.ratio.over, spec.condition.ratio.min_events) == (timedelta(minutes=5), 0)


@pytest.mark.parametrize(("within", "lookback"), [("4h", "4h"), ("10m", "1h")])
def test_a_forecast_looks_back_as_far_as_ahead_but_an_hour_at_least(within: str, lookback: str) -> None:
    condition = parsed(condition={"forecast": {**FORECAST, "within": within}}).spec.condition.resolved()
    assert f"[{lookback}]" in condition.expression(timedelta(minutes=1))


def test_numbers_are_read_as_they_are_written() -> None:
    spec = parsed(condition={"threshold": {"query": "x", "above": 0.1}}).spec
    assert spec.condition.threshold is not None
    assert spec.condition.threshold.above == Decimal("0.1")


def test_a_query_is_written_as_it_was_read() -> None:
    query = "sum(depth)  # of all"
    written = parsed(condition={"threshold": {"query": query, "above": 1}}).model_dump(mode="json", by_alias=True)
    assert written["spec"]["condition"]["threshold"]["query"] == query
