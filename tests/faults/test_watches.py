"""Watches that break, lie or fall silent: what happened meanwhile is noticed all the same."""

import pytest

from fakes.samples import is_ready, rule_path, sla, sla_path
from faults.behind import Faulty, known
from faults.fault import Drop, Expire, Fault, Refuse, Request, Silence
from faults.proxy import Proxy
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until


@pytest.fixture(scope="module")
def operator(faulty: Faulty) -> OperatorProcess:
    """One that compares its stores with the API server every two seconds."""
    return faulty.start(resync_interval="2s").wait_ready()


@pytest.fixture
def proxy(faulty: Faulty, operator: OperatorProcess) -> Proxy:
    return faulty.proxy


def watches(request: Request) -> bool:
    return request.watch


@pytest.mark.parametrize("fault", [Expire(), Refuse(410), Silence()], ids=str)
def test_what_is_deleted_while_the_watches_are_cut_is_noticed(
    control_plane: Cluster, operator: OperatorProcess, proxy: Proxy, ready: str, fault: Fault
) -> None:
    control_plane.apply([sla(ready, "doomed")])
    control_plane.api.eventually(sla_path(ready, "doomed"), is_ready)
    rule = control_plane.api.get(rule_path(ready))["metadata"]["uid"]
    with proxy.fault(Drop(), where=watches):
        proxy.cut_watches()
        control_plane.api.delete(rule_path(ready))
        control_plane.api.delete(sla_path(ready, "doomed"))
    with proxy.fault(fault, where=watches):
        proxy.wait_for(watches)
        control_plane.api.eventually(rule_path(ready), lambda found: found["metadata"]["uid"] != rule)
        wait_until(lambda: known(operator) == 2, seconds=15, what="the deleted SLA is forgotten")
    proxy.cut_watches()
