"""The operator as a real process under the rights of the chart, with a proxy between it and the real API server."""

from collections.abc import Iterator

import pytest

from fakes.samples import is_ready, sla, sla_path, target
from faults.behind import Faulty, everything_in, token_of
from faults.kstatus import violations
from faults.proxy import Proxy
from sandbox.chart import install_rights
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess


@pytest.fixture(scope="session")
def token(control_plane: Cluster) -> str:
    """What the operator's ServiceAccount shows, with the rights that the chart gives."""
    return token_of(install_rights(control_plane))


@pytest.fixture
def tokens(control_plane: Cluster, token: str) -> tuple[str, str]:
    """The token that the operator started with, and a newer one of the same ServiceAccount."""
    return token, token_of(install_rights(control_plane))


@pytest.fixture(scope="module")
def faulty(control_plane: Cluster, token: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    """A proxy for the tests of a file; the operators behind it end with the last of them."""
    folder = tmp_path_factory.mktemp("faults")
    started: list[OperatorProcess] = []
    with Proxy(control_plane) as proxy:
        kubeconfig = control_plane.write_kubeconfig(folder / "kubeconfig", token, server=proxy.url)

        def start(**settings: str) -> OperatorProcess:
            log = folder / f"operator-{len(started)}.log"
            process = OperatorProcess(kubeconfig, log=log, settings=settings)
            started.append(process)
            return process

        yield Faulty(proxy, kubeconfig, start)
        for process in started:
            process.stop()


@pytest.fixture
def home(control_plane: Cluster, namespace: str, faulty: Faulty) -> Iterator[str]:
    """A namespace of the test's own; whatever was written into a status there is held to the rules of kstatus."""
    yield namespace
    written = [thing for thing in faulty.proxy.written if thing["metadata"]["namespace"] == namespace]
    for thing in written:
        assert violations(thing, being_edited=True) == [], thing
    for thing in everything_in(control_plane, namespace):
        assert violations(thing) == [], thing


@pytest.fixture
def ready(control_plane: Cluster, home: str) -> str:
    """A namespace with a target and an SLA that are Ready."""
    control_plane.apply([target(home), sla(home)])
    control_plane.api.eventually(sla_path(home), is_ready)
    return home
