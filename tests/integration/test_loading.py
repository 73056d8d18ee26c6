"""From an edit to Prometheus: whether what was asked for is loaded, accepted and has something to read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from fakes import shop
from fakes.exposition import Exposition
from fakes.samples import condition, has, is_ready, rule_path, sla_path
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.stack import PrometheusStack
from sandbox.web import read

SECONDS = 40.0
LOADED = has("RulesLoaded", "True", "Loaded")
LATENCY = "spec.objectives[latency].indicator.latency.threshold"


@dataclass(frozen=True)
class Place:
    """A namespace with a scraped shop, and SLAs on it."""

    cluster: Cluster
    stack: PrometheusStack
    namespace: str

    def eventually(self, name: str, holds: Any) -> Any:
        return self.cluster.api.eventually(sla_path(self.namespace, name), holds, seconds=SECONDS)

    def edit(self, name: str, objective: dict[str, Any]) -> None:
        self.cluster.api.merge(sla_path(self.namespace, name), {"spec": {"objectives": [objective]}})

    def rule(self, name: str) -> Any:
        return self.cluster.api.get(rule_path(self.namespace, name))


@pytest.fixture(scope="module")
def place(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, quick_operator: OperatorProcess
) -> Iterator[Place]:
    namespace = module_namespace
    with Exposition(*shop.HEALTHY) as exposition:
        exposition.grow(shop.HEALTHY)
        control_plane.apply(
            [
                *shop.published(namespace, "shop", exposition.port),
                shop.shop_target(namespace),
                shop.shop_sla(namespace, "edited", shop.availability()),
                shop.shop_sla(namespace, "refused", shop.availability()),
                shop.shop_sla(namespace, "slow", latency("250ms")),
            ]
        )
        place = Place(control_plane, stack, namespace)
        for name in ("edited", "refused", "slow"):
            place.eventually(name, LOADED)
        yield place


def latency(threshold: str) -> dict[str, Any]:
    return shop.objective("latency", {"latency": {"threshold": threshold}})


def definitions(place: Place, name: str) -> tuple[str, set[str]]:
    """The definition in an SLA's rules, and those that Prometheus evaluates."""
    rules = [rule for group in place.rule(name)["spec"]["groups"] for rule in group["rules"]]
    compiled = next(rule for rule in rules if rule.get("record") == "bursar_objective_info")["labels"]["definition"]
    query = f'bursar_objective_info{{namespace="{place.namespace}",sla="{name}"}}'
    answer = json.loads(read(f"{place.stack.prometheus_url}/api/v1/query?query={quote(query)}"))
    return compiled, {series["metric"]["definition"] for series in answer["data"]["result"]}


def test_rules_are_loaded_when_prometheus_evaluates_their_definition(place: Place) -> None:
    compiled, evaluated = definitions(place, "edited")
    assert compiled in evaluated


def test_an_edit_is_not_loaded_until_prometheus_has_it(place: Place) -> None:
    before, _ = definitions(place, "edited")
    place.edit("edited", {**shop.availability(), "target": 96})
    waiting = place.eventually("edited", has("RulesLoaded", "False", "NotLoaded"))
    assert "spec.objectives[availability]: an older version of the rules is loaded" in said(waiting, "RulesLoaded")
    place.eventually("edited", is_ready)
    loaded = place.eventually("edited", LOADED)
    assert loaded["status"]["objectives"][0]["target"] == "96"
    after, evaluated = definitions(place, "edited")
    assert after != before
    assert after in evaluated


def test_a_threshold_without_a_bucket_is_named_with_those_that_exist_and_an_edit_cures_it(place: Place) -> None:
    doubtful = place.eventually("slow", has("DataQuality", "False", "BucketMissing"))
    assert f'{LATENCY}: no bucket with le="0.25"; available: 0.1, 0.3, 1' in said(doubtful, "DataQuality")
    assert is_ready(doubtful)
    place.edit("slow", latency("300ms"))
    cured = place.eventually("slow", lambda found: "bucket" not in said(found, "DataQuality") and is_ready(found))
    assert cured["status"]["observedGeneration"] > doubtful["status"]["observedGeneration"]


def said(found: Any, kind: str) -> str:
    return str(condition(found, kind)["message"])


def test_what_prometheus_operator_says_against_a_rule_is_told_until_it_is_accepted(place: Place) -> None:
    bind(place, "False", "the second one's words")
    rejected = place.eventually("refused", has("Ready", "False", "Rejected"))
    assert "PrometheusRule sla-refused: prometheuses elsewhere/second: the second one's words" in said(
        rejected, "Ready"
    )
    bind(place, "True", "")
    place.eventually("refused", is_ready)


def bind(place: Place, accepted: str, message: str) -> None:
    """Report on a rule as prometheus-operator does for each Prometheus that selects it."""
    rule = place.rule("refused")
    verdict = {
        "type": "Accepted",
        "status": accepted,
        "reason": "Valid" if accepted == "True" else "InvalidConfiguration",
        "message": message,
        "lastTransitionTime": "2026-11-21T07:00:00Z",
        "observedGeneration": rule["metadata"]["generation"],
    }
    second = {
        "group": "monitoring.coreos.com",
        "resource": "prometheuses",
        "name": "second",
        "namespace": "elsewhere",
        "conditions": [verdict],
    }
    others = [binding for binding in rule.get("status", {}).get("bindings", ()) if binding["name"] != "second"]
    path = rule_path(place.namespace, "refused")
    place.cluster.api.merge(f"{path}/status", {"status": {"bindings": [*others, second]}})
