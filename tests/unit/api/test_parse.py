from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.parse import parse_resource
from bursar.api.sla import SLA
from bursar.conventions import Kind
from bursar.errors import InvalidSpec

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.yaml"))

SLA_SPEC: dict[str, Any] = {
    "targetRef": {"name": "checkout"},
    "objectives": [{"name": "availability", "target": 99.9, "indicator": {"availability": {}}}],
}
TARGET_SPEC: dict[str, Any] = {
    "scrape": {"service": {"selector": {"matchLabels": {"app": "checkout"}}, "endpoints": [{"port": "http"}]}},
    "signals": {"requests": {"total": "requests_total", "errors": "errors_total"}},
}


def raw(kind: Kind, spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": kind.value,
        "metadata": {"name": "checkout", "namespace": "shop", "uid": "u", "generation": 3, "labels": {"a": "b"}},
        "spec": spec,
        "status": {"observedGeneration": -1},
    }


def changed(spec: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the spec with one field set; numbers in the path are list indices."""
    copy = deepcopy(spec)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = copy
    for step in parents:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[last] = value
    return copy


def findings(kind: Kind, spec: Any) -> list[str]:
    with pytest.raises(InvalidSpec) as refusal:
        parse_resource(kind, raw(kind, spec))
    return [str(finding) for finding in refusal.value.findings]


def test_a_valid_sla_is_read_with_its_metadata() -> None:
    sla = parse_resource(Kind.SLA, raw(Kind.SLA, SLA_SPEC))
    assert isinstance(sla, SLA)
    assert (sla.metadata.name, sla.metadata.namespace, sla.metadata.generation) == ("checkout", "shop", 3)
    assert sla.spec.objectives[0].target == Decimal("99.9")


def test_a_valid_target_is_read() -> None:
    target = parse_resource(Kind.MONITORING_TARGET, raw(Kind.MONITORING_TARGET, TARGET_SPEC))
    assert isinstance(target, MonitoringTarget)
    assert str(target.spec.signals.requests.total) == "requests_total"  # type: ignore[union-attr]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_valid(path: Path) -> None:
    for document in yaml.safe_load_all(path.read_text()):
        parse_resource(Kind(document["kind"]), document)


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
    ("tiers", [TIER] * 9, "spec.alerting.tiers: must have at most 8 items"),
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


ENDPOINT = "spec.scrape.service.endpoints[0]"
SCRAPE_KINDS = "spec.scrape: set exactly one of service, pods, probe, static"
POD_SELECTOR = {"selector": {}, "endpoints": [{"portNumber": 80}]}
BAD_TARGETS = [
    ("scrape", {}, SCRAPE_KINDS),
    ("scrape.pods", POD_SELECTOR, SCRAPE_KINDS),
    ("scrape.service.endpoints.0", {}, f"{ENDPOINT}: set exactly one of port, targetPort"),
    (
        "scrape.service.endpoints.0.targetPort",
        8080,
        f"{ENDPOINT}: set exactly one of port, targetPort",
    ),
    (
        "scrape.service.endpoints.0",
        {"port": "http", "relabelings": [{"action": "drop", "sourceLabels": ["pod"], "regex": "(?!canary).*"}]},
        f"{ENDPOINT}.relabelings[0].regex: RE2 has no look-around or such groups; use (…) or (?:…) (character 2)",
    ),
    ("scrape.service.endpoints.0", {"targetPort": True}, f"{ENDPOINT}.targetPort: must be a number or a name"),
    (
        "scrape.service.endpoints.0",
        {"port": "http", "basicAuth": {}, "authorization": {}},
        f"{ENDPOINT}: set at most one of basicAuth, authorization, oauth2",
    ),
    (
        "scrape.service.endpoints.0",
        {"port": "http", "interval": "10s", "scrapeTimeout": "11s"},
        f"{ENDPOINT}: scrapeTimeout is longer than interval; shorten it",
    ),
    (
        "scrape.service.endpoints.0",
        {"port": "http", "tlsConfig": {"caFile": "/etc/passwd"}},
        f"{ENDPOINT}.tlsConfig.caFile: is not a field; remove it or correct its spelling",
    ),
    ("scrape.service.endpoints.0.scheme", "ftp", f"{ENDPOINT}.scheme: must be http or https"),
    (
        "scrape.service.selector",
        {"matchExpressions": [{"key": "app", "operator": "In"}]},
        "spec.scrape.service.selector.matchExpressions[0]: In and NotIn need values, Exists and DoesNotExist take none",
    ),
    ("scrape.service.selector", "app=checkout", "spec.scrape.service.selector: must be a map"),
    ("runbookURL", "ftp://x", "spec.runbookURL: must match ^(https?://[^ {}]+)?$"),
    ("owner", "{{ x }}", "spec.owner: must match ^[-a-zA-Z0-9_. ]*$"),
    ("signals.requests", {"total": "x"}, "spec.signals.requests.errors: is required"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD_TARGETS)
def test_a_bad_target_is_refused_with_field_and_cure(path: str, value: Any, message: str) -> None:
    assert findings(Kind.MONITORING_TARGET, changed(TARGET_SPEC, path, value)) == [message]


def test_a_bad_selector_is_refused_with_its_position() -> None:
    spec = changed(TARGET_SPEC, "signals.requests.errors", "sum(errors_total)")
    (finding,) = findings(Kind.MONITORING_TARGET, spec)
    assert finding.startswith("spec.signals.requests.errors: 1:4: ")


def test_all_findings_are_reported_at_once() -> None:
    spec = changed(changed(SLA_SPEC, "objectives.0.target", 0), "objectives.0.maxGroups", 0)
    assert [finding.split(":")[0] for finding in findings(Kind.SLA, spec)] == [
        f"{OBJECTIVE}.target",
        f"{OBJECTIVE}.maxGroups",
    ]


def test_a_missing_spec_is_named() -> None:
    document = raw(Kind.SLA, None)
    del document["spec"]
    with pytest.raises(InvalidSpec, match=r"^spec: is required$"):
        parse_resource(Kind.SLA, document)
