"""What is wrong with an SLA is told with its field and its cure."""

from typing import Any

import pytest

from bursar.conventions import Kind
from fakes.specs import SLA_SPEC, changed, findings

OBJECTIVE = "spec.objectives[0]"
ONE_INDICATOR = f"{OBJECTIVE}.indicator: set exactly one of availability, ratio, latency, expression, gauge, timeslice"
NO_BUDGET = f"{OBJECTIVE}.target: 100 leaves no error budget; use a value below 100"
BAD_SLAS = [
    ("objectives.0.target", 0, f"{OBJECTIVE}.target: 0 promises nothing; use a value above 0"),
    ("objectives.0.target", 100, NO_BUDGET),
    ("objectives.0.target", 101.5, NO_BUDGET),
    ("objectives.0.target", "high", f"{OBJECTIVE}.target: must be a number"),
    ("objectives.0.target", True, f"{OBJECTIVE}.target: must be a number"),
    ("objectives.0.target", None, f"{OBJECTIVE}.target: must be a number"),
    ("objectives.0.target", float("nan"), f"{OBJECTIVE}.target: must be a finite number"),
    ("objectives.0.indicator", {}, ONE_INDICATOR),
    ("objectives.0.indicator", {"availability": None}, ONE_INDICATOR),
    ("objectives.0.indicator", {"availability": {}, "latency": None}, ONE_INDICATOR),
    ("objectives.0.indicator", {"availability": {}, "latency": {"threshold": "1s"}}, ONE_INDICATOR),
    ("objectives.0.indicator", "availability", f"{OBJECTIVE}.indicator: must be a map"),
    (
        "objectives.0.indicator",
        {"ratio": {"total": "x"}},
        f"{OBJECTIVE}.indicator.ratio: set exactly one of bad, good",
    ),
    (
        "objectives.0.indicator",
        {"ratio": {"total": 5, "bad": "x"}},
        f'{OBJECTIVE}.indicator.ratio.total: must be a PromQL selector such as http_requests_total{{job="checkout"}}',
    ),
    (
        "objectives.0.indicator",
        {"latency": {"threshold": "0s"}},
        f"{OBJECTIVE}.indicator.latency.threshold: must be longer than 0",
    ),
    (
        "objectives.0.indicator",
        {"latency": {"threshold": 3}},
        f'{OBJECTIVE}.indicator.latency.threshold: must be a duration such as "5m" or "30d"',
    ),
    ("objectives.0.window", {"rolling": "23h59m"}, f"{OBJECTIVE}.window.rolling: a window is at least 1d"),
    ("objectives.0.name", "Availability", f"{OBJECTIVE}.name: must match ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
    ("objectives.0.name", "", f"{OBJECTIVE}.name: must have at least 1 characters"),
    ("objectives.0.name", "a" * 64, f"{OBJECTIVE}.name: must have at most 63 characters"),
    ("objectives.0.title", "{{ $value }}", f"{OBJECTIVE}.title: templates are not expanded here; write plain text"),
    ("objectives.0.colour", "red", f"{OBJECTIVE}.colour: is not a field; remove it or correct its spelling"),
    (
        "objectives.0.groupBy",
        ["region", "namespace"],
        f"{OBJECTIVE}.groupBy[1]: the rules set this label themselves; choose another",
    ),
    (
        "objectives.0.groupBy",
        ["bursar_step"],
        f"{OBJECTIVE}.groupBy[0]: the rules set this label themselves; choose another",
    ),
    ("objectives.0.groupBy", "region", f"{OBJECTIVE}.groupBy: must be a list"),
    ("objectives.0.maxGroups", 0, f"{OBJECTIVE}.maxGroups: must be at least 1"),
    ("objectives.0.maxGroups", 1001, f"{OBJECTIVE}.maxGroups: must be at most 1000"),
    ("objectives.0.maxGroups", 1.5, f"{OBJECTIVE}.maxGroups: must be a whole number"),
    (
        "objectives.0.labels",
        {"team": "x"},
        f"{OBJECTIVE}.labels: the rules set alertname, alertstate, monitoring_target, namespace, objective, "
        "severity, sla, team and bursar_* themselves; choose other names",
    ),
    (
        "objectives.0.labels",
        {"a-b": "x"},
        f"{OBJECTIVE}.labels: label names are letters, digits and underscores, and start with a letter",
    ),
    (
        "objectives.0.labels",
        {"a": "{{ $value }}"},
        f"{OBJECTIVE}.labels.a: templates in labels may only be {{{{ $labels.name }}}}; move the others to annotations",
    ),
    ("objectives.0.labels", {"a": 1}, f"{OBJECTIVE}.labels.a: must be a text"),
    ("objectives.0.labels", {8: "x"}, f"{OBJECTIVE}.labels[8]: must be a text"),
    ("objectives.0.labels", ["a"], f"{OBJECTIVE}.labels: must be a map"),
    (
        "alerting.annotations",
        {"summary": '{{ query "up" }}'},
        "spec.alerting.annotations.summary: query in a template reads the series of all tenants; show $value or a "
        "label instead",
    ),
    (
        "alerting.annotations",
        {"summary": "{{ printf }}"},
        "spec.alerting.annotations.summary: templates may only be {{ $labels.name }} or {{ $value }}, each with at "
        "most one of | humanize, humanize1024, humanizeDuration, humanizePercentage, humanizeTimestamp, title, "
        "toLower, toUpper; change the others",
    ),
    ("alerting.page.enabled", "perhaps", "spec.alerting.page.enabled: must be true or false"),
    ("alerting.page.severity", "urgent", "spec.alerting.page.severity: must be critical, high, medium, low or info"),
    ("objectives", [], "spec.objectives: must have at least 1 items"),
    ("objectives", SLA_SPEC["objectives"] * 21, "spec.objectives: must have at most 20 items"),
    (
        "objectives",
        SLA_SPEC["objectives"] * 2,
        'spec.objectives: two items are named "availability"; give each a name of its own',
    ),
    (
        "objectives.0",
        {**SLA_SPEC["objectives"][0], "groupBy": ["region"], "labels": {"region": "eu"}},
        "spec: a label of groupBy tells groups apart and cannot be among the labels of alerts; remove it from one of "
        "them",
    ),
    (
        "targetRef",
        None,
        "spec: availability, and latency without histogram, read the signals of a target; set targetRef",
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD_SLAS)
def test_a_bad_sla_is_refused_with_field_and_cure(path: str, value: Any, message: str) -> None:
    assert findings(Kind.SLA, changed(SLA_SPEC, path, value)) == [message]


TIER = {"kind": "page", "factor": 14.4, "long": "1h"}
EXPRESSION = {"total": "rate(a[{{.window}}])", "bad": "rate(b[{{.window}}])"}
ONE_PART = f"{OBJECTIVE}.indicator.expression: set exactly one of bad, good"
NO_WINDOW = (
    "one query serves many windows; write {{.window}} for the length of every range: rate(errors_total[{{.window}}])"
)
BAD_INDICATORS = [
    ("expression", {"total": "rate(a[{{.window}}])"}, ONE_PART),
    ("expression", {**EXPRESSION, "good": "rate(g[{{.window}}])"}, ONE_PART),
    ("expression", {**EXPRESSION, "bad": "rate(b[5m])"}, f"{OBJECTIVE}.indicator.expression.bad: {NO_WINDOW}"),
    ("expression", {"bad": EXPRESSION["bad"]}, f"{OBJECTIVE}.indicator.expression.total: is required"),
    (
        "expression",
        {**EXPRESSION, "total": "a[{{.window}}]"},
        f"{OBJECTIVE}.indicator.expression.total: this is a range vector; write an expression that returns an instant "
        "vector, such as sum(rate(...))",
    ),
    ("gauge", {}, f"{OBJECTIVE}.indicator.gauge.selector: is required"),
    (
        "gauge",
        {"selector": "up == 1"},
        f"{OBJECTIVE}.indicator.gauge.selector: 1:4: operators are not allowed here; write one selector, and combine "
        "by matchers",
    ),
    ("timeslice", {}, f"{OBJECTIVE}.indicator.timeslice.good: is required"),
    ("timeslice", {"good": "up < 1"}, f"{OBJECTIVE}.indicator.timeslice.good: {NO_WINDOW}"),
    (
        "timeslice",
        {"good": "rate(a[{{.window}}])"},
        f"{OBJECTIVE}.indicator.timeslice.good: 1:1: write one comparison, such as latency < 0.5",
    ),
    (
        "timeslice",
        {"good": "rate(a[{{.window}}]) > bool 1"},
        f"{OBJECTIVE}.indicator.timeslice.good: 1:1: remove bool behind >",
    ),
    (
        "timeslice",
        {"good": "rate(a[{{.window}}]) < 1", "slice": "2m"},
        f"{OBJECTIVE}.indicator.timeslice.slice: a slice is 1m or 5m long",
    ),
    (
        "timeslice",
        {"good": "rate(a[{{.window}}]) < 1", "missing": "zero"},
        f"{OBJECTIVE}.indicator.timeslice.missing: must be ignore, good or bad",
    ),
]


@pytest.mark.parametrize(("indicator", "value", "message"), BAD_INDICATORS)
def test_a_bad_indicator_is_refused_with_field_and_cure(indicator: str, value: Any, message: str) -> None:
    assert findings(Kind.SLA, changed(SLA_SPEC, "objectives.0.indicator", {indicator: value})) == [message]


BAD_ALERTING = [
    ("tiers", [{**TIER, "kind": "sms"}], "spec.alerting.tiers[0].kind: must be page or ticket"),
    (
        "tiers",
        [{**TIER, "factor": 0}],
        "spec.alerting.tiers[0].factor: a burn rate is above 0; at 1 the budget lasts one window",
    ),
    ("tiers", [TIER, {"kind": "page", "factor": 1}], "spec.alerting.tiers[1].long: is required"),
    ("tiers", [{**TIER, "long": "0s"}], "spec.alerting.tiers[0].long: must be longer than 0"),
    ("tiers", [{**TIER, "short": "0m"}], "spec.alerting.tiers[0].short: must be longer than 0"),
    ("tiers", [TIER] * 5, "spec.alerting.tiers: must have at most 4 items"),
    (
        "tiers",
        [TIER] * 3,
        "spec.alerting.tiers: a kind has at most two tiers, a fast and a slow one; remove the others",
    ),
    (
        "budget",
        [{"remainingBelow": 101}],
        "spec.alerting.budget[0].remainingBelow: a percentage of the budget is 0 to 100",
    ),
    (
        "budget",
        [{"remainingBelow": -1}],
        "spec.alerting.budget[0].remainingBelow: a percentage of the budget is 0 to 100",
    ),
    (
        "budget",
        [{"remainingBelow": 25}, {"remainingBelow": 25.0, "severity": "low"}],
        "spec.alerting.budget: two alerts have the same remainingBelow; keep one of them",
    ),
    ("budget", [{"remainingBelow": n} for n in range(6)], "spec.alerting.budget: must have at most 5 items"),
    ("budget", [{}], "spec.alerting.budget[0].remainingBelow: is required"),
    ("exhaustion", {}, "spec.alerting.exhaustion.within: is required"),
    ("exhaustion", {"within": "0d"}, "spec.alerting.exhaustion.within: must be longer than 0"),
    ("noData", {"for": 5}, 'spec.alerting.noData.for: must be a duration such as "5m" or "30d"'),
    ("noData", {"for": "0s"}, "spec.alerting.noData.for: must be longer than 0"),
    ("noData", {"whenAbsent": "maybe"}, "spec.alerting.noData.whenAbsent: must be alert or ok"),
    ("noData", {"severity": "urgent"}, "spec.alerting.noData.severity: must be critical, high, medium, low or info"),
    ("lowTraffic", "never", "spec.alerting.lowTraffic: must be auto or ignore"),
]


@pytest.mark.parametrize(("field", "value", "message"), BAD_ALERTING)
def test_bad_alerting_is_refused_with_field_and_cure(field: str, value: Any, message: str) -> None:
    assert findings(Kind.SLA, changed(SLA_SPEC, f"alerting.{field}", value)) == [message]
