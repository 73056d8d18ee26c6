"""The operator as a real process, under the rights that the chart gives."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.chart import install_rights
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess

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
