"""The contract on a real API server: what it takes, what it refuses, and in which words."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from bursar.api.kinds import DEFINITIONS
from bursar.api.sla import SLASpec
from sandbox.control_plane import ControlPlane
from sandbox.process import SandboxError

pytestmark = pytest.mark.sandbox

Resource = dict[str, Any]
Refusal = Callable[[Resource], str]

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))

SLA: Resource = {
    "apiVersion": "bursar.dev/v1alpha1",
    "kind": "SLA",
    "metadata": {"name": "checkout"},
    "spec": {
        "targetRef": {"name": "checkout"},
        "objectives": [{"name": "availability", "target": 99.9, "indicator": {"availability": {}}}],
    },
}
TARGET: Resource = {
    "apiVersion": "bursar.dev/v1alpha1",
    "kind": "MonitoringTarget",
    "metadata": {"name": "checkout"},
    "spec": {"scrape": {"service": {"selector": {}, "endpoints": [{"port": "http"}]}}},
}


RULE: Resource = {
    "apiVersion": "bursar.dev/v1alpha1",
    "kind": "AlertRule",
    "metadata": {"name": "queue"},
    "spec": {"severity": "high", "condition": {"threshold": {"query": "depth", "above": 1}}},
}


def changed(resource: Resource, path: str, value: Any) -> Resource:
    """A copy of the resource with one field of its spec set; numbers in the path are list indices."""
    copy = deepcopy(resource)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = copy["spec"]
    for step in parents:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[last] = value
    return copy


@pytest.fixture(autouse=True, scope="module")
def _crds(control_plane: ControlPlane) -> None:
    control_plane.kubectl("apply", "--server-side", "--force-conflicts", "-f", ROOT / "crds")
    control_plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", "-f", ROOT / "crds")


@pytest.fixture
def refusal(control_plane: ControlPlane, namespace: str) -> Refusal:
    """Apply a resource in the test's namespace; returns the words of its refusal, empty when it was taken."""

    def applied(resource: Resource) -> str:
        arguments = ("apply", "--server-side", "--force-conflicts", "-n", namespace, "-f", "-")
        try:
            control_plane.kubectl(*arguments, stdin=json.dumps(resource))
        except SandboxError as error:
            return str(error)
        return ""

    return applied


@pytest.fixture
def live_sla(control_plane: ControlPlane, namespace: str) -> Callable[[], Any]:
    """Read the SLA of the test's namespace."""
    return lambda: control_plane.api.get(f"/apis/bursar.dev/v1alpha1/namespaces/{namespace}/slas/checkout")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_accepted(example: Path, refusal: Refusal) -> None:
    for document in yaml.safe_load_all(example.read_text()):
        del document["metadata"]["namespace"]
        assert refusal(document) == ""


def test_an_applied_example_comes_back_as_it_was_written(refusal: Refusal, live_sla: Any) -> None:
    (document,) = yaml.safe_load_all((ROOT / "examples" / "sla-availability.yaml").read_text())
    del document["metadata"]["namespace"]
    assert refusal(document) == ""
    assert live_sla()["spec"] == {**document["spec"], "suspend": False}


ONE_INDICATOR = "set exactly one of availability, ratio, latency, expression, gauge, timeslice"
NO_BUDGET = "100 leaves no error budget; use a value below 100"
MANY = [{**SLA["spec"]["objectives"][0], "name": f"objective-{number}"} for number in range(60)]
EXPRESSION = {"total": "rate(a[{{.window}}])", "bad": "rate(b[{{.window}}])"}
SLICE = "rate(a[{{.window}}]) < 1"
TIER = {"kind": "page", "factor": 14.4, "long": "1h"}
BAD_SLAS = [
    ("objectives.0.target", 0, "0 promises nothing; use a value above 0"),
    ("objectives.0.target", -1, "0 promises nothing; use a value above 0"),
    ("objectives.0.target", 100, NO_BUDGET),
    ("objectives.0.target", 101, NO_BUDGET),
    ("objectives.0.target", "high", "target: expected numeric"),
    ("objectives.0.indicator", {}, ONE_INDICATOR),
    ("objectives.0.indicator", {"availability": {}, "latency": {"threshold": "1s"}}, ONE_INDICATOR),
    ("objectives.0.indicator", {"availability": None}, 'availability in body must be of type object: "null"'),
    ("objectives.0.indicator.ratio", {"total": "x"}, "set exactly one of bad, good"),
    ("objectives.0.indicator.latency", {"threshold": "0s"}, "must be longer than 0"),
    (
        "objectives.0",
        {**SLA["spec"]["objectives"][0], "groupBy": ["region"], "labels": {"region": "eu"}},
        "a label of groupBy tells groups apart and cannot be among the labels of alerts",
    ),
    ("objectives.0.window", {"rolling": "soon"}, "spec.objectives[0].window.rolling in body should match"),
    ("objectives.0.window", {"rolling": "1m1h"}, "spec.objectives[0].window.rolling in body should match"),
    ("objectives.0.window", {"rolling": "1h"}, "a window is at least 1d"),
    ("objectives.0.window", {"rolling": "23h59m59s999ms"}, "a window is at least 1d"),
    ("objectives.0.window", {"rolling": "0d"}, "must be longer than 0"),
    ("objectives.0.colour", "red", "field not declared in schema"),
    ("objectives.0.groupBy", ["region", "namespace"], "the rules set this label themselves; choose another"),
    ("objectives.0.groupBy", ["bursar_step"], "the rules set this label themselves; choose another"),
    ("objectives.0.groupBy", ["__name__"], "spec.objectives[0].groupBy[0] in body should match"),
    ("objectives.0.maxGroups", 0, "should be greater than or equal to 1"),
    ("objectives.0.labels", {"team": "x"}, "themselves; choose other names"),
    ("objectives.0.labels", {"a": "{{ $value }}"}, "templates in labels may only be {{ $labels.name }}"),
    ("objectives.0.labels", {"a-b": "x"}, "label names are letters, digits and underscores"),
    ("objectives.0.title", "{{ $value }}", "templates are not expanded here; write plain text"),
    ("objectives", [*SLA["spec"]["objectives"]] * 2, "duplicate entries for key"),
    ("objectives", [], "should have at least 1 items"),
    ("objectives", MANY, "must have at most 20 items"),
    ("targetRef", None, 'spec.targetRef in body must be of type object: "null"'),
    (
        "alerting",
        {"annotations": {"summary": '{{ query "up" }}'}},
        "templates may only be {{ $labels.name }} or {{ $value }}",
    ),
    ("alerting", {"page": {"severity": "urgent"}}, 'supported values: "critical", "high"'),
    ("objectives.0.indicator", {"expression": {"total": "a[{{.window}}]"}}, "set exactly one of bad, good"),
    (
        "objectives.0.indicator",
        {"expression": {**EXPRESSION, "good": "c[{{.window}}]"}},
        "set exactly one of bad, good",
    ),
    (
        "objectives.0.indicator",
        {"expression": {**EXPRESSION, "bad": "rate(b[5m])"}},
        "write {{.window}} for the length",
    ),
    ("objectives.0.indicator", {"gauge": {}}, "gauge.selector: Required value"),
    ("objectives.0.indicator", {"timeslice": {"good": "up < 1"}}, "write {{.window}} for the length"),
    ("objectives.0.indicator", {"timeslice": {"good": SLICE, "slice": "2m"}}, "a slice is 1m or 5m long"),
    ("objectives.0.indicator", {"timeslice": {"good": SLICE, "missing": "zero"}}, 'supported values: "ignore", "good"'),
    ("alerting", {"tiers": [{**TIER, "kind": "sms"}]}, 'supported values: "page", "ticket"'),
    ("alerting", {"tiers": [{**TIER, "factor": 0}]}, "a burn rate is above 0; at 1 the budget lasts one window"),
    ("alerting", {"tiers": [{"kind": "page", "factor": 1}]}, "spec.alerting.tiers[0].long: Required value"),
    ("alerting", {"tiers": [{**TIER, "long": "0s"}]}, "must be longer than 0"),
    ("alerting", {"tiers": [{**TIER, "short": "0m"}]}, "must be longer than 0"),
    ("alerting", {"tiers": [TIER] * 5}, "must have at most 4 items"),
    ("alerting", {"tiers": [TIER] * 3}, "a kind has at most two tiers, a fast and a slow one"),
    ("alerting", {"budget": [{"remainingBelow": 101}]}, "a percentage of the budget is 0 to 100"),
    ("alerting", {"budget": [{"remainingBelow": -1}]}, "a percentage of the budget is 0 to 100"),
    (
        "alerting",
        {"budget": [{"remainingBelow": 25}, {"remainingBelow": 25.0, "severity": "low"}]},
        "two alerts have the same remainingBelow; keep one of them",
    ),
    ("alerting", {"budget": [{"remainingBelow": n} for n in range(6)]}, "must have at most 5 items"),
    ("alerting", {"exhaustion": {}}, "spec.alerting.exhaustion.within: Required value"),
    ("alerting", {"noData": {"for": "0s"}}, "must be longer than 0"),
    ("alerting", {"noData": {"whenAbsent": "maybe"}}, 'supported values: "alert", "ok"'),
    ("alerting", {"lowTraffic": "never"}, 'supported values: "auto", "ignore"'),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD_SLAS)
def test_a_bad_sla_is_refused_with_the_reason(path: str, value: Any, message: str, refusal: Refusal) -> None:
    assert message in refusal(changed(SLA, path, value))


def test_a_target_is_needed_where_its_signals_are_read(refusal: Refusal) -> None:
    resource = deepcopy(SLA)
    del resource["spec"]["targetRef"]
    assert "read the signals of a target; set targetRef" in refusal(resource)


SCRAPE_KINDS = "set exactly one of service, pods, probe, static"
BAD_TARGETS = [
    ("scrape", {}, SCRAPE_KINDS),
    ("scrape.static", {"targets": ["a:1"]}, SCRAPE_KINDS),
    ("scrape.service.selector", "app=checkout", "spec.scrape.service.selector: expected map"),
    (
        "scrape.service.selector",
        {"matchExpressions": [{"key": "app", "operator": "In"}]},
        "In and NotIn need values, Exists and DoesNotExist take none",
    ),
    ("scrape.service.selector", {"matchExpressions": [{"key": "app", "operator": "Has"}]}, "supported values"),
    ("scrape.service.endpoints", [{}], "set exactly one of port, targetPort"),
    ("scrape.service.endpoints", [{"port": "http", "targetPort": 80}], "set exactly one of port, targetPort"),
    (
        "scrape.service.endpoints",
        [{"port": "http", "basicAuth": {}, "authorization": {}}],
        "set at most one of basicAuth, authorization, oauth2",
    ),
    ("scrape.service.endpoints", [{"port": "http", "tlsConfig": {"caFile": "/a"}}], "field not declared in schema"),
    ("scrape.service.endpoints", [{"port": "http", "interval": "often"}], "interval in body should match"),
    ("scrape.service.endpoints", [], "should have at least 1 items"),
    ("signals", {"requests": {"total": "x"}}, "spec.signals.requests.errors: Required value"),
    ("runbookURL", "runbook", "spec.runbookURL in body should match"),
    ("owner", "{{ $value }}", "spec.owner in body should match"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD_TARGETS)
def test_a_bad_target_is_refused_with_the_reason(path: str, value: Any, message: str, refusal: Refusal) -> None:
    assert message in refusal(changed(TARGET, path, value))


LEAK = "query in a template reads the series of all tenants"
OF_GROUPS = {"bad": "b", "total": "t", "abovePercent": 5, "groupBy": ["region"]}
BAD_RULES = [
    ("condition", {}, "set exactly one of expression, threshold, absent, ratio, change, forecast"),
    ("condition.threshold", {"query": "depth"}, "set exactly one of above, below"),
    ("condition.forecast", {"query": "x", "within": "1h"}, "set exactly one of above, below"),
    ("condition", {"ratio": {**OF_GROUPS, "abovePercent": 100}}, "a percentage of bad events is 0 to below 100"),
    ("condition", {"change": {"query": "x", "over": "1d", "byPercent": 0}}, "a change is above 0 %"),
    ("severity", "urgent", "supported values"),
    ("labels", {"bursar_route": "x"}, "themselves; choose other names"),
    ("summary", "{{ query `up` }}", LEAK),
    ("description", "{{ with query `up` }}", LEAK),
    ("annotations", {"a": "{{ `up` | query }}"}, LEAK),
    ("summary", "{{ printf `x` }}", "templates may only be"),
    ("tests", [{"name": "a", "series": [{"series": "a", "values": "1"}], "expect": []}], "should have at least 1"),
    (
        "tests",
        [{"name": "a", "series": [{"series": "a", "values": "1"}], "expect": [{"at": "24h1s", "firing": True}]}],
        "a test lasts at most 24h",
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD_RULES)
def test_a_bad_alert_rule_is_refused_with_the_reason(path: str, value: Any, message: str, refusal: Refusal) -> None:
    assert message in refusal(changed(RULE, path, value))


def test_a_label_of_a_group_cannot_be_set(refusal: Refusal) -> None:
    of_groups = changed(RULE, "condition", {"ratio": OF_GROUPS})
    assert "a label of groupBy tells groups apart" in refusal(changed(of_groups, "labels", {"region": "eu"}))
    assert refusal(changed(of_groups, "labels", {"zone": "eu"})) == ""


def test_a_preset_is_tuned_only_by_what_it_reads(refusal: Refusal) -> None:
    alert = {"name": "a", "preset": "TargetDown", "slowerThan": "1s"}
    assert "slowerThan is for HighLatency, SlowQueries; remove it" in refusal(changed(TARGET, "alerts", [alert]))


@pytest.mark.parametrize("window", ["1d", "24h", "1440m", "23h60m", "1w", "1y", "86400s"])
def test_a_window_of_a_day_is_accepted_however_it_is_written(window: str, refusal: Refusal) -> None:
    assert refusal(changed(SLA, "objectives.0.window", {"rolling": window})) == ""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("objectives.0.indicator", {"expression": {**EXPRESSION, "total": "rate(a[{{ .window }}])"}}),
        ("objectives.0.indicator", {"gauge": {"selector": "up"}}),
        *(("objectives.0.indicator", {"timeslice": {"good": SLICE, "slice": s}}) for s in ("1m", "60s", "5m", "300s")),
        ("alerting", {"tiers": [TIER, {**TIER, "kind": "ticket", "factor": 0.5, "short": "5m"}]}),
        ("alerting", {"budget": [{"remainingBelow": 0}, {"remainingBelow": 12.5}, {"remainingBelow": 100}]}),
        ("alerting", {"exhaustion": {"within": "3d"}, "noData": {"whenAbsent": "ok"}, "lowTraffic": "ignore"}),
    ],
)
def test_what_the_models_take_is_taken(path: str, value: Any, refusal: Refusal) -> None:
    resource = changed(SLA, path, value)
    assert refusal(resource) == ""
    SLASpec.model_validate(resource["spec"])


@pytest.mark.parametrize("target", [99.9, 99.99, 50, 99.999, 0.001])
def test_a_target_stays_as_it_was_typed(target: float, refusal: Refusal, live_sla: Any) -> None:
    assert refusal(changed(SLA, "objectives.0.target", target)) == ""
    assert json.dumps(live_sla()["spec"]["objectives"][0]["target"]) == json.dumps(target)


def test_a_fresh_resource_says_that_nobody_has_seen_it(refusal: Refusal, live_sla: Any) -> None:
    assert refusal(SLA) == ""
    assert live_sla()["status"] == {"observedGeneration": -1}


def test_kubectl_explains_the_objectives(control_plane: ControlPlane) -> None:
    explanation = re.sub(r"\s+", " ", control_plane.kubectl("explain", "sla.spec.objectives"))
    assert "One promise: an indicator, a target and a window." in explanation
    assert "target <number> -required- Percentage of good events promised, above 0 and below 100" in explanation


def test_kubectl_shows_the_columns_of_the_contract(
    refusal: Refusal, control_plane: ControlPlane, namespace: str
) -> None:
    assert refusal(SLA) == ""
    assert refusal(TARGET) == ""
    assert refusal(RULE) == ""
    headings = [
        control_plane.kubectl("get", "-n", namespace, *arguments).splitlines()[0].split()
        for arguments in (("sla",), ("sla", "-o", "wide"), ("mtgt",), ("arule",))
    ]
    assert headings == [
        ["NAME", "READY", "STATE", "WORST", "BUDGET%", "BURN", "EXHAUSTION", "AGE"],
        ["NAME", "READY", "STATE", "WORST", "BUDGET%", "BURN", "EXHAUSTION", "SLI", "COVERAGE%", "AGE"],
        ["NAME", "READY", "TARGETS", "OWNER", "FIRING", "AGE"],
        ["NAME", "READY", "SEVERITY", "STATE", "INSTANCES", "SINCE", "AGE"],
    ]


def test_one_category_lists_every_kind(refusal: Refusal, control_plane: ControlPlane, namespace: str) -> None:
    assert refusal(SLA) == ""
    assert refusal(TARGET) == ""
    assert refusal(RULE) == ""
    listed = control_plane.kubectl("get", "-n", namespace, "bursar", "-o", "name").split()
    assert listed == [
        "alertrule.bursar.dev/queue",
        "monitoringtarget.bursar.dev/checkout",
        "sla.bursar.dev/checkout",
    ]


def test_the_crds_are_small_enough_for_a_plain_apply() -> None:
    for definition in DEFINITIONS:
        size = len((ROOT / "crds" / f"{definition.plural}.yaml").read_bytes())
        assert size < 256 * 1024, "kubectl apply keeps a copy in an annotation of at most 256 KiB"
