"""Whether any Prometheus loads what was generated and, where none does, what is missing: before anybody misses it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakes.samples import MONITORING, condition, has, is_ready, rule_path, sla, sla_path, target, target_path
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess

SECONDS = 30.0
PREFIXES = ("rule", "serviceMonitor")
ANY: dict[str, Any] = {f"{prefix}NamespaceSelector": {} for prefix in PREFIXES}
BY_RELEASE = {f"{prefix}Selector": {"matchLabels": {"release": "kps"}} for prefix in PREFIXES}
NOTHING = {f"{prefix}Selector": None for prefix in PREFIXES}
SELECTED = has("Selected", "True", "Selected")
MISSING = has("Selected", "False", "LabelMissing")


@pytest.fixture
def alone(control_plane: Cluster) -> Iterator[None]:
    """All Prometheus resources that were there select nothing for a while."""
    # kubectl is patient with a server that has just learnt of a kind
    before = json.loads(control_plane.kubectl("get", "prometheuses", "-A", "-o", "json"))["items"]
    for server in before:
        control_plane.api.merge(server_path(server), {"spec": NOTHING})
    yield
    for server in before:
        selectors = {name: server["spec"][name] for name in NOTHING if name in server["spec"]}
        control_plane.api.merge(server_path(server), {"spec": selectors})


@pytest.fixture
def picky(control_plane: Cluster, namespace: str, alone: None) -> Iterator[str]:
    """The path of the only Prometheus resource that selects anything: by label, in all namespaces."""
    server = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": "kps", "namespace": namespace},
        "spec": {**ANY, **BY_RELEASE},
    }
    control_plane.apply([server])
    yield server_path(server)
    control_plane.api.delete(server_path(server))
    control_plane.api.gone(server_path(server))


def server_path(server: Any) -> str:
    return f"{MONITORING}/{server['metadata']['namespace']}/prometheuses/{server['metadata']['name']}"


def test_the_missing_label_is_named_and_the_setting_that_adds_it_cures_both_kinds(
    control_plane: Cluster, namespace: str, picky: str, start_operator: Callable[..., OperatorProcess]
) -> None:
    without = start_operator()
    control_plane.apply([target(namespace), sla(namespace)])
    for path, kind in ((sla_path(namespace), "PrometheusRule"), (target_path(namespace), "ServiceMonitor")):
        found = control_plane.api.eventually(path, MISSING, seconds=SECONDS)
        assert is_ready(found)
        assert condition(found, "Selected")["message"] == (
            f"Prometheus {namespace}/kps selects {kind}s with label release=kps; "
            "set it with the operator's setting objectLabels"
        )
    without.stop()
    start_operator(object_labels="release=kps")
    for path in (sla_path(namespace), target_path(namespace)):
        found = control_plane.api.eventually(path, SELECTED, seconds=SECONDS)
        assert condition(found, "Selected")["message"] == f"Prometheus {namespace}/kps selects it"
    assert control_plane.api.get(rule_path(namespace))["metadata"]["labels"]["release"] == "kps"


def test_a_change_of_the_prometheus_is_noticed_at_once(
    control_plane: Cluster, namespace: str, picky: str, start_operator: Callable[..., OperatorProcess]
) -> None:
    start_operator()
    control_plane.apply([target(namespace), sla(namespace)])
    control_plane.api.eventually(sla_path(namespace), MISSING, seconds=SECONDS)
    control_plane.api.merge(picky, {"spec": {"ruleSelector": {"matchLabels": None}}})
    control_plane.api.eventually(sla_path(namespace), SELECTED)
    elsewhere = {"matchLabels": {"monitored": "yes"}}
    control_plane.api.merge(picky, {"spec": {"ruleNamespaceSelector": elsewhere}})
    outside = control_plane.api.eventually(sla_path(namespace), has("Selected", "False", "NamespaceNotSelected"))
    assert f"label namespace {namespace} so" in condition(outside, "Selected")["message"]
    control_plane.api.merge(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": {"monitored": "yes"}}})
    control_plane.api.eventually(sla_path(namespace), SELECTED)
    control_plane.api.delete(picky)
    control_plane.api.eventually(sla_path(namespace), lambda found: condition(found, "Selected")["status"] == "False")
