"""The operator as a real process, under the rights that the chart gives."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.quick import QUICK
from sandbox.chart import install_rights
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.stack import PrometheusStack

StartOperator = Callable[..., OperatorProcess]


@pytest.fixture(scope="session")
def operator_kubeconfig(control_plane: Cluster) -> Path:
    """The rights that the chart gives, and no others."""
    return install_rights(control_plane)


@contextlib.contextmanager
def _operators(kubeconfig: Path, folder: Path) -> Iterator[StartOperator]:
    started: list[OperatorProcess] = []

    def start(*, kubeconfig: Path = kubeconfig, **settings: str) -> OperatorProcess:
        log = folder / f"operator-{len(started)}.log"
        process = OperatorProcess(kubeconfig, log=log, settings=settings)
        started.append(process)
        return process.wait_ready()

    yield start
    for process in started:
        process.stop()


@pytest.fixture
def start_operator(operator_kubeconfig: Path, tmp_path: Path) -> Iterator[StartOperator]:
    """Start operators, as in `start_operator(refresh_interval="1s")`; all of them end with the test."""
    with _operators(operator_kubeconfig, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def module_operator(operator_kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartOperator]:
    """Start operators that end with the last test of a file."""
    with _operators(operator_kubeconfig, tmp_path_factory.mktemp("operator")) as start:
        yield start


@pytest.fixture(scope="module")
def module_namespace(control_plane: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for all tests of a file, deleted afterwards."""
    name = f"{request.path.stem.replace('_', '-')}-{os.getpid()}"
    control_plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}])
    yield name
    control_plane.api.delete(f"/api/v1/namespaces/{name}")


@pytest.fixture(scope="module")
def quick_operator(module_operator: StartOperator, stack: PrometheusStack) -> OperatorProcess:
    """One operator for a file, which reads the stack's Prometheus every second."""
    return module_operator(prometheus_url=stack.prometheus_url, **QUICK)
