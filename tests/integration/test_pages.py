"""The dashboards that SLAs and targets have of their own, on the real API server."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fakes.samples import BURSAR, is_ready
from fakes.shop import availability, shop_sla, shop_target
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess

StartOperator = Callable[..., OperatorProcess]


@pytest.fixture(scope="module")
def operator(module_operator: StartOperator) -> OperatorProcess:
    """One operator for all tests: SLAs have dashboards unless they say otherwise."""
    return module_operator(not_owned_interval="1s", sla_dashboards="true", grafana_url="https://grafana.example.com/")


def names(control_plane: Cluster, namespace: str) -> list[str]:
    listed = control_plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps")
    return sorted(each["metadata"]["name"] for each in listed["items"] if "labels" in each["metadata"])


def applied(control_plane: Cluster, namespace: str, **dashboard: Any) -> dict[str, Any]:
    """Apply a target with a dashboard and an SLA; returns the SLA once it is ready."""
    target, sla = shop_target(namespace), shop_sla(namespace, "shop", availability())
    target["spec"]["dashboard"] = {"template": "service-red"}
    sla["spec"] |= {"dashboard": dashboard} if dashboard else {}
    control_plane.apply([target, sla])
    control_plane.api.eventually(f"{BURSAR}/{namespace}/monitoringtargets/shop", is_ready)
    ready: dict[str, Any] = control_plane.api.eventually(f"{BURSAR}/{namespace}/slas/shop", is_ready)
    return ready


def test_an_sla_and_a_target_have_their_dashboards_and_say_where(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    sla = applied(control_plane, namespace)
    assert names(control_plane, namespace) == ["mtgt-shop-dashboard", "sla-shop-dashboard"]
    written = control_plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps/sla-shop-dashboard")
    (text,) = written["data"].values()
    assert sla["status"]["dashboard"] == f"/d/{json.loads(text)['uid']}"
    target = control_plane.api.get(f"{BURSAR}/{namespace}/monitoringtargets/shop")
    assert target["status"]["dashboard"].startswith("/d/mtgt-shop-dashboard-")


def test_the_alerts_of_an_sla_link_to_its_dashboard(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    sla = applied(control_plane, namespace)
    path = f"/apis/monitoring.coreos.com/v1/namespaces/{namespace}/prometheusrules/sla-shop"
    groups = control_plane.api.get(path)["spec"]["groups"]
    annotations = [rule["annotations"] for group in groups for rule in group["rules"] if "alert" in rule]
    links = {each["dashboard_url"] for each in annotations}
    assert links == {f"https://grafana.example.com{sla['status']['dashboard']}"}


def test_a_dashboard_that_is_not_wanted_any_more_is_deleted(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    applied(control_plane, namespace)
    path = f"{BURSAR}/{namespace}/slas/shop"
    control_plane.api.merge(path, {"spec": {"dashboard": {"enabled": False}}})
    control_plane.api.eventually(path, lambda found: is_ready(found) and "dashboard" not in found["status"])
    assert names(control_plane, namespace) == ["mtgt-shop-dashboard"]
