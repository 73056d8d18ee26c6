"""The real cluster and the real Prometheus stack, shared by all tests that ask for them; nothing starts unasked."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.cluster import Cluster, existing_cluster
from sandbox.control_plane import ControlPlane
from sandbox.stack import PrometheusStack

KUBECONFIG_VARIABLE = "BURSAR_TEST_KUBECONFIG"
MARKER_OF_FIXTURE = {"control_plane": "sandbox", "stack": "stack"}
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is compiled now as expected; review the difference like code",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the sandbox by the fixtures it asks for, so that `-m "not sandbox"` runs the quick tests."""
    for item in items:
        for fixture in set(getattr(item, "fixturenames", ())) & set(MARKER_OF_FIXTURE):
            item.add_marker(MARKER_OF_FIXTURE[fixture])


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One control plane for the whole run, with the CRDs of prometheus-operator and of Bursar."""
    folder = tmp_path_factory.mktemp("control-plane")
    if given := os.environ.get(KUBECONFIG_VARIABLE):
        cluster = existing_cluster(Path(given), folder)
        cluster.install_crds()
        yield cluster
        return
    with ControlPlane(folder) as started:
        started.install_crds()
        yield started


@pytest.fixture
def namespace(control_plane: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace of the test's own, deleted afterwards."""
    control_plane.check()
    name = f"test-{os.getpid()}-{next(_numbers)}"
    labels = {"bursar-test": request.node.originalname.replace("_", "-")[:63].strip("-")}
    metadata = {"name": name, "labels": labels}
    control_plane.api.request(
        "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    )
    yield name
    control_plane.api.delete(f"/api/v1/namespaces/{name}")


@pytest.fixture(scope="session")
def stack(control_plane: Cluster) -> Iterator[PrometheusStack]:
    """prometheus-operator, Prometheus and Alertmanager, selecting everything, at one-second intervals."""
    with PrometheusStack(control_plane) as started:
        yield started
