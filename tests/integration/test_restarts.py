"""Operators that are started, killed and replaced; nobody else's operator runs beside them."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from fakes.samples import (
    BURSAR,
    MONITORING,
    condition,
    has,
    is_ready,
    sla,
    sla_path,
    target,
    target_path,
)
from fakes.shop import resource
from sandbox.api import Api, ApiError
from sandbox.chart import install_rights
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until

StartOperator = Callable[..., OperatorProcess]
ROUTES = "/apis/monitoring.coreos.com/v1alpha1/namespaces"
WRITING = frozenset({"create", "update", "patch", "delete"})


def test_an_operator_that_is_killed_in_the_middle_of_200_applies_leaves_nothing_undone(
    control_plane: Cluster, namespace: str, start_operator: StartOperator
) -> None:
    victim = start_operator(namespaces=namespace)
    names = [f"sla-{number}" for number in range(200)]
    rules = f"{MONITORING}/{namespace}/prometheusrules"
    manifests = [target(namespace), *(sla(namespace, name) for name in names)]
    applying = threading.Thread(target=control_plane.apply, args=(manifests,))
    applying.start()
    wait_until(lambda: len(control_plane.api.get(rules)["items"]) > 20, seconds=30, what="20 rules")
    victim.kill()
    assert len(control_plane.api.get(rules)["items"]) < len(names)
    applying.join()
    start_operator(namespaces=namespace)
    listing = sla_path(namespace, "").rstrip("/")
    control_plane.api.eventually(listing, lambda found: all(map(is_ready, found["items"])), seconds=60)
    assert len(control_plane.api.get(rules)["items"]) == len(names)


def test_a_restart_with_nothing_to_do_writes_nothing(
    control_plane: Cluster, namespace: str, start_operator: StartOperator
) -> None:
    started = datetime.now(UTC)
    first = start_operator(namespaces=namespace, refresh_interval="1s")
    told = sla(namespace)
    told["spec"]["notify"] = [{"channels": ["oncall"]}]
    control_plane.apply([target(namespace), told, channel(namespace)])
    for path in (target_path, sla_path):
        control_plane.api.eventually(path(namespace), has("DataFresh", "False", "Unreachable"))
    control_plane.api.eventually(channel_path(namespace), has("RouteLoaded", "Unknown", "Unreachable"))
    control_plane.api.eventually(f"{ROUTES}/{namespace}/alertmanagerconfigs/bursar-inhibition", bool)
    routes = f"{ROUTES}/{namespace}/alertmanagerconfigs/nchan-oncall"
    control_plane.api.eventually(routes, lambda found: "SLA/checkout" in str(found["spec"]["route"]))
    first.stop()
    assert written_since(control_plane, started)
    stopped = datetime.now(UTC)
    second = start_operator(namespaces=namespace, resync_interval="1s", refresh_interval="1s")
    wait_until(
        lambda: 'bursar_resyncs_total{result="success"} 3' in second.read("/metrics"), seconds=30, what="resyncs"
    )
    second.stop()
    assert second.process.log.read_text().count("caches in sync") == 1
    assert written_since(control_plane, stopped) == []


def channel(namespace: str) -> dict[str, Any]:
    spec = {"webhook": {"url": "http://pager.tools:8080/"}}
    return resource("NotificationChannel", namespace, "oncall", spec)


def channel_path(namespace: str) -> str:
    return f"{BURSAR}/{namespace}/notificationchannels/oncall"


def written_since(control_plane: Cluster, moment: datetime) -> list[str]:
    """What operators under the chart's rights have written, by the audit log; Events are news, not state."""
    marker = f"/version?until={uuid4()}"
    control_plane.api.get(marker)
    wait_until(
        lambda: marker in {entry["requestURI"] for entry in control_plane.audit()}, seconds=10, what="the audit log"
    )
    return [
        f"{entry['verb']} {entry['requestURI']}"
        for entry in control_plane.audit()
        if entry["verb"] in WRITING
        and entry["user"]["username"].startswith("system:serviceaccount:bursar-system:")
        and entry["objectRef"]["resource"] != "events"
        and datetime.fromisoformat(entry["requestReceivedTimestamp"]) > moment
    ]


def test_a_namespace_that_is_deleted_while_the_operator_is_down_is_gone_and_forgotten(
    control_plane: Cluster, namespace: str, start_operator: StartOperator
) -> None:
    first = start_operator(namespaces=namespace)
    control_plane.apply([target(namespace), sla(namespace)])
    control_plane.api.eventually(sla_path(namespace), is_ready)
    first.stop()
    control_plane.api.delete(f"/api/v1/namespaces/{namespace}")
    control_plane.api.gone(f"/api/v1/namespaces/{namespace}", seconds=60)
    second = start_operator(namespaces=namespace)
    assert '"resources": 0' in second.read("/health")


def test_the_operator_ends_in_good_order_and_quickly(start_operator: StartOperator, namespace: str) -> None:
    operator = start_operator(namespaces=namespace)
    started = time.monotonic()
    assert operator.stop() == 0
    assert time.monotonic() - started < 8
    assert "Traceback" not in operator.process.log.read_text()


def test_a_role_for_one_namespace_is_enough(
    control_plane: Cluster, namespace: str, start_operator: StartOperator
) -> None:
    home = f"{namespace}-bursar"
    kubeconfig = install_rights(control_plane, namespace=home, values={"namespaces": [namespace]})
    start_operator(kubeconfig=kubeconfig, namespaces=namespace)
    control_plane.apply([target(namespace), sla(namespace)])
    found = control_plane.api.eventually(sla_path(namespace), is_ready)
    assert condition(found, "Selected")["status"] == "Unknown"
    assert condition(found, "Selected")["reason"] == "NotPermitted"
    with pytest.raises(ApiError, match="403"):
        Api(kubeconfig).get("/api/v1/namespaces")
