"""An API server that is slow, overloaded, broken or away: the operator lives, asks with patience, and converges."""

import itertools
import threading

import pytest

from fakes.samples import condition, is_ready, rule_path, sla, sla_path
from faults.behind import Faulty
from faults.proxy import Delay, Drop, Proxy, Refuse, Request
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until

STORM_SECONDS = 4.0
OUTAGE_SECONDS = 11.0
RECOVERY_SECONDS = 30.0


@pytest.fixture(scope="module")
def operator(faulty: Faulty) -> OperatorProcess:
    """One that never compares its stores by itself: what it learns it learns by its watches."""
    return faulty.start(resync_interval="1h").wait_ready()


@pytest.fixture
def proxy(faulty: Faulty, operator: OperatorProcess) -> Proxy:
    return faulty.proxy


def writes(request: Request) -> bool:
    return request.writes


def test_an_overloaded_server_is_asked_again_only_after_the_time_that_it_names(
    control_plane: Cluster, operator: OperatorProcess, proxy: Proxy, ready: str
) -> None:
    names = [f"sla-{number}" for number in range(10)]
    with proxy.fault(Refuse(429, retry_after=3), where=writes):
        control_plane.apply([sla(ready, name) for name in names])
        proxy.wait_for(writes, more=2 * len(names), seconds=20)
        refused = proxy.requests(lambda request: request.writes and ready in request.path)
    of_each = {name: [r.at for r in refused if r.path.endswith(f"/sla-{name}")] for name in names}
    for times in of_each.values():
        assert all(later - earlier > 2.9 for earlier, later in itertools.pairwise(times)), times
    for name in names:
        control_plane.api.eventually(sla_path(ready, name), is_ready, seconds=RECOVERY_SECONDS)


@pytest.mark.parametrize("status", [500, 503])
def test_a_storm_of_server_errors_passes(
    control_plane: Cluster, operator: OperatorProcess, proxy: Proxy, ready: str, status: int
) -> None:
    ended = threading.Event()
    with proxy.fault(Refuse(status)):
        proxy.cut_watches()
        control_plane.api.merge(sla_path(ready), {"spec": sla(ready, percent=99)["spec"]})
        control_plane.api.delete(rule_path(ready))
        ended.wait(STORM_SECONDS)
        asked = len(proxy.requests())
    assert asked < 300
    control_plane.api.eventually(rule_path(ready), lambda rule: "/ 0.01" in str(rule), seconds=RECOVERY_SECONDS)
    control_plane.api.eventually(sla_path(ready), is_ready)
    operator.process.check()
