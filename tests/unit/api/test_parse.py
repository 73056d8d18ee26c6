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
from fakes.specs import SLA_SPEC, TARGET_SPEC, changed, findings, raw

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.yaml"))


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
