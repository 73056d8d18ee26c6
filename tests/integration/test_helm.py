"""A release from its first installation to its end, by the real helm, on an API server that knows nothing of Bursar.

No Pod can run there: the Deployment asks for none, and the operator runs beside it, as the chart's ServiceAccount and
in the environment that the Deployment gives.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fakes.samples import BURSAR, is_ready, rule_path, sla, sla_path, target
from sandbox.binaries import binary
from sandbox.chart import CHART
from sandbox.cluster import CRDS as CRD_FILES
from sandbox.control_plane import ControlPlane
from sandbox.operator import OperatorProcess

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(420)]

HOME, SHOP = "bursar-system", "shop"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
DEPLOYMENT = f"/apis/apps/v1/namespaces/{HOME}/deployments/bursar"
OURS = {yaml.safe_load(path.read_text())["metadata"]["name"] for path in CRD_FILES.glob("*.yaml")}
NO_PODS = "replicas=0"


class Helm:
    """One version of helm, on one cluster."""

    def __init__(self, program: str, cluster: ControlPlane, folder: Path) -> None:
        self._program, self._cluster, self._folder = binary(program), cluster, folder

    def __call__(self, *arguments: str | Path) -> str:
        """Run it in the namespace of the release; what it refuses fails the test."""
        homes = ("HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME")
        ran = subprocess.run(
            [self._program, *arguments, "--namespace", HOME, "--kubeconfig", self._cluster.kubeconfig],
            env={**os.environ, **dict.fromkeys(homes, str(self._folder))},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with ControlPlane(tmp_path_factory.mktemp("helm")) as started:
        started.install_monitoring_crds()
        started.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}}])
        yield started


@pytest.fixture(params=["helm", "helm-4"])
def helm(request: pytest.FixtureRequest, cluster: ControlPlane, tmp_path: Path) -> Helm:
    return Helm(request.param, cluster, tmp_path)


def our_crds(cluster: ControlPlane) -> set[str]:
    found = cluster.api.get(CRDS)["items"]
    return {crd["metadata"]["name"] for crd in found if crd["spec"]["group"] == "bursar.dev"}


def environment(cluster: ControlPlane) -> dict[str, str]:
    """What the Deployment gives to the operator."""
    (container,) = cluster.api.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry.get("value", "") for entry in container["env"]}


def identity(thing: Any) -> tuple[str, int]:
    return thing["metadata"]["uid"], thing["metadata"]["generation"]


def test_a_release_is_installed_upgraded_rolled_back_removed_and_installed_again_and_resources_outlive_it(
    helm: Helm, cluster: ControlPlane, tmp_path: Path
) -> None:
    helm("install", "bursar", CHART, "--create-namespace", "--wait", "--set", NO_PODS)
    assert our_crds(cluster) == OURS
    cluster.apply([target(SHOP), sla(SHOP)])
    kubeconfig = cluster.service_account_kubeconfig(HOME, "bursar")
    variables = {**environment(cluster), "BURSAR_LISTEN_PORT": "0"}
    operator = OperatorProcess(kubeconfig, log=tmp_path / "operator.log", settings={}, environment=variables)
    try:
        operator.wait_ready()
        before = cluster.api.eventually(sla_path(SHOP), is_ready)
        rule = identity(cluster.api.get(rule_path(SHOP)))
        helm("upgrade", "bursar", CHART, "--wait", "--set", f"{NO_PODS},settings.objectLabels.release=kps")
        assert environment(cluster)["BURSAR_OBJECT_LABELS"] == "release=kps"
        helm("rollback", "bursar", "1", "--wait")
        assert "BURSAR_OBJECT_LABELS" not in environment(cluster)
        after = cluster.api.get(sla_path(SHOP))
        assert identity(after) == identity(before)
        assert is_ready(after)
    finally:
        operator.stop()
    helm("uninstall", "bursar", "--wait")
    assert cluster.api.find(DEPLOYMENT) is None
    assert our_crds(cluster) == OURS
    assert identity(cluster.api.get(sla_path(SHOP))) == identity(before)
    assert identity(cluster.api.get(rule_path(SHOP))) == rule
    helm("install", "bursar", CHART, "--wait", "--set", f"{NO_PODS},crds.keep=false")
    assert identity(cluster.api.get(sla_path(SHOP))) == identity(before)
    helm("uninstall", "bursar", "--wait")
    cluster.api.gone(f"{CRDS}/slas.bursar.dev", seconds=60)
    assert our_crds(cluster) == set()
    assert cluster.api.find(f"{BURSAR}/{SHOP}/slas") is None


def test_the_notes_name_the_labels_that_a_prometheus_selects_by_and_that_rules_lack(
    helm: Helm, cluster: ControlPlane
) -> None:
    cluster.apply(
        [
            {
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "Prometheus",
                "metadata": {"name": "main", "namespace": SHOP},
                "spec": {"ruleSelector": {"matchLabels": {"release": "kps"}}},
            }
        ]
    )
    options = ("--set", f"{NO_PODS},crds.keep=false")
    lacking = helm("install", "bursar", CHART, "--create-namespace", *options)
    assert f"Prometheus {SHOP}/main selects rules that have the label release: kps" in lacking
    assert "Nobody watches Bursar itself" in lacking
    complete = helm(
        "upgrade", "bursar", CHART, *options, "--set", "settings.objectLabels.release=kps,selfMonitoring.enabled=true"
    )
    helm("uninstall", "bursar", "--wait")
    assert "selects rules" not in complete
    assert "Nobody watches" not in complete
