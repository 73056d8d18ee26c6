"""Who holds a title is found in the cluster: after a start, with foreign dashboards, and where grafana-operator is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.dashboards import FOLDER, config_map, conflict, dashboard, foreign, is_there, path
from fakes.grafana_operator import GRAFANA_DASHBOARD_CRD
from fakes.samples import condition, is_ready
from sandbox.chart import install_rights
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess

StartOperator = Callable[..., OperatorProcess]


def test_a_foreign_dashboard_keeps_its_title_and_its_config_map(
    control_plane: Cluster, namespace: str, start_operator: StartOperator
) -> None:
    theirs = foreign(namespace, "theirs", "Checkout", uid="theirs")
    control_plane.apply([theirs])
    start_operator(not_owned_interval="1s", resync_interval="1h")
    control_plane.apply([dashboard(namespace, "checkout", "Checkout")])
    refused = control_plane.api.eventually(path(namespace, "checkout"), conflict)
    assert f"belongs to ConfigMap {namespace}/theirs" in condition(refused, "Ready")["message"]
    assert control_plane.api.get(config_map(namespace, "theirs"))["data"] == theirs["data"]
    control_plane.api.delete(config_map(namespace, "theirs"))
    control_plane.api.eventually(path(namespace, "checkout"), is_ready)


def test_after_a_restart_nothing_is_written_and_the_title_is_still_its_holders(
    control_plane: Cluster, namespace: str, start_operator: StartOperator
) -> None:
    settings = {"not_owned_interval": "1h", "resync_interval": "1h", "folder_annotation": FOLDER}
    before = start_operator(**settings)
    control_plane.apply([dashboard(namespace, "second", "Checkout", folder="Shop")])
    control_plane.api.eventually(path(namespace, "second"), is_ready)
    control_plane.apply([dashboard(namespace, "a-first", "Checkout", folder="Shop")])
    control_plane.api.eventually(path(namespace, "a-first"), conflict)
    version = control_plane.api.get(config_map(namespace, "dash-second"))["metadata"]["resourceVersion"]
    before.stop()
    after = start_operator(**settings)
    wrote = [line for line in after.read("/metrics").splitlines() if line.startswith("bursar_writes_total")]
    control_plane.api.merge(path(namespace, "a-first"), {"metadata": {"annotations": {"bursar.dev/requestedAt": "1"}}})
    control_plane.api.eventually(
        path(namespace, "a-first"), lambda found: found["status"].get("lastHandledRequest") == "1"
    )
    assert conflict(control_plane.api.get(path(namespace, "a-first")))
    assert control_plane.api.get(config_map(namespace, "dash-second"))["metadata"]["resourceVersion"] == version
    assert [line for line in wrote if "ConfigMap" in line] == []


@pytest.fixture
def grafana_operator(control_plane: Cluster) -> Iterator[None]:
    """The CRD of GrafanaDashboards, as long as the test needs it."""
    control_plane.apply([GRAFANA_DASHBOARD_CRD])
    yield
    control_plane.kubectl("delete", "crd", GRAFANA_DASHBOARD_CRD["metadata"]["name"])


def test_where_grafana_operator_is_a_dashboard_becomes_its_resource_and_is_kept_so(
    control_plane: Cluster, namespace: str, grafana_operator: None, tmp_path: Path
) -> None:
    values = {"settings": {"grafanaInstances": {"dashboards": "grafana"}}}
    kubeconfig = install_rights(control_plane, namespace=namespace, values=values)
    settings = {"grafana_instances": "dashboards=grafana", "resync_interval": "1h", "not_owned_interval": "1s"}
    process = OperatorProcess(kubeconfig, log=tmp_path / "log", settings=settings).wait_ready()
    theirs = f"/apis/grafana.integreatly.org/v1beta1/namespaces/{namespace}/grafanadashboards"
    try:
        control_plane.apply([dashboard(namespace, "checkout", "Checkout", folder="Shop")])
        control_plane.api.eventually(path(namespace, "checkout"), is_ready)
        live = control_plane.api.get(f"{theirs}/dash-checkout")
        assert live["spec"]["folder"] == "Shop"
        control_plane.api.merge(f"{theirs}/dash-checkout", {"spec": {"suspend": True}})
        control_plane.api.eventually(
            f"{theirs}/dash-checkout", lambda found: found["spec"] == live["spec"], seconds=5.0
        )
        control_plane.apply([dashboard(namespace, "second", "Checkout", folder="Shop")])
        control_plane.api.eventually(path(namespace, "second"), conflict)
        assert not is_there(control_plane, namespace, "dash-checkout")
    finally:
        process.stop()
