"""An API server that is slow, overloaded, broken or away: the operator lives, asks with patience, and converges."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from fakes.samples import is_ready, rule_path, sla, sla_path
from faults.behind import Faulty
from faults.fault import Delay, Drop, Expire, Refuse, Request
from faults.proxy import Proxy
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until

STORM_SECONDS = 3.0
MOST_IN_A_STORM = 8  # with pauses of 0.5 s, 1 s and 2 s nothing is asked more than a few times
OUTAGE_SECONDS = 11.0
RECOVERY_SECONDS = 30.0
SLOW_SECONDS = 0.3


@pytest.fixture(scope="module")
def operator(faulty: Faulty) -> OperatorProcess:
    """One that never compares its stores by itself: what it learns it learns by its watches."""
    return faulty.start(resync_interval="1h").wait_ready()


@pytest.fixture
def proxy(faulty: Faulty, operator: OperatorProcess) -> Iterator[Proxy]:
    yield faulty.proxy
    operator.process.check()


def watches(request: Request) -> bool:
    return request.watch


def writes(request: Request) -> bool:
    return request.writes


def has_divisor(divisor: str) -> Any:
    return lambda rule: f"/ {divisor}" in str(rule)


def pass_time(seconds: float) -> None:
    """An outage is a length of time; there is nothing to wait for."""
    threading.Event().wait(seconds)


def test_an_edit_comes_through_after_watches_that_broke_in_every_way(
    control_plane: Cluster, proxy: Proxy, ready: str
) -> None:
    for fault in (Drop(), Expire(), Refuse(410), Refuse(503)):
        with proxy.fault(fault, where=watches):
            proxy.cut_watches()
            proxy.wait_for(watches)
    control_plane.api.merge(sla_path(ready), {"spec": sla(ready, percent=99)["spec"]})
    control_plane.api.eventually(rule_path(ready), has_divisor("0.01"), seconds=RECOVERY_SECONDS)
    control_plane.api.eventually(sla_path(ready), is_ready)


def test_an_overloaded_server_is_asked_again_only_after_the_time_that_it_names(
    control_plane: Cluster, proxy: Proxy, ready: str
) -> None:
    names = [f"sla-{number}" for number in range(10)]

    def refused(request: Request) -> bool:
        return request.writes and ready in request.path

    with proxy.fault(Refuse(429, retry_after=2), where=refused):
        control_plane.apply([sla(ready, name) for name in names])
        proxy.wait_for(refused, more=2 * len(names))
    for name in names:
        times = [entry.at for entry in proxy.requests(refused) if entry.path.endswith(f"/prometheusrules/sla-{name}")]
        assert all(later - earlier > 1.9 for earlier, later in itertools.pairwise(times)), times
        control_plane.api.eventually(sla_path(ready, name), is_ready, seconds=RECOVERY_SECONDS)


def test_a_storm_of_server_errors_passes_and_is_not_answered_by_a_storm_of_requests(
    control_plane: Cluster, proxy: Proxy, ready: str
) -> None:
    before = len(proxy.requests())
    with proxy.fault(Refuse(500)), proxy.fault(Refuse(503), where=watches):
        proxy.cut_watches()
        control_plane.api.merge(sla_path(ready), {"spec": sla(ready, percent=99)["spec"]})
        pass_time(STORM_SECONDS)
        asked = most_often(proxy.requests()[before:])
    assert asked < MOST_IN_A_STORM
    control_plane.api.eventually(rule_path(ready), has_divisor("0.01"), seconds=RECOVERY_SECONDS)
    control_plane.api.eventually(sla_path(ready), is_ready)


def test_an_outage_is_outlived(control_plane: Cluster, operator: OperatorProcess, proxy: Proxy, ready: str) -> None:
    with proxy.unreachable():
        control_plane.api.merge(sla_path(ready), {"spec": sla(ready, percent=99)["spec"]})
        control_plane.apply([sla(ready, "second")])
        pass_time(OUTAGE_SECONDS)
        assert operator.read("/livez") == "ok"
    control_plane.api.eventually(rule_path(ready), has_divisor("0.01"), seconds=RECOVERY_SECONDS)
    control_plane.api.eventually(sla_path(ready, "second"), is_ready)


def test_a_slow_server_slows_nothing_but_itself(
    control_plane: Cluster, operator: OperatorProcess, proxy: Proxy, ready: str
) -> None:
    names = [f"sla-{number}" for number in range(50)]
    with proxy.fault(Delay(SLOW_SECONDS)):
        control_plane.apply([sla(ready, name) for name in names])
        assert operator.read("/livez") == "ok"
        listing = sla_path(ready, "").rstrip("/")
        control_plane.api.eventually(listing, lambda found: all(map(is_ready, found["items"])), seconds=20)


def test_a_user_who_edits_while_the_status_is_written_loses_nothing(
    control_plane: Cluster, operator: OperatorProcess, proxy: Proxy, ready: str
) -> None:
    edits = [f"edit-{number}" for number in range(40)]
    with proxy.fault(Delay(0.05), where=lambda request: request.path == f"{sla_path(ready)}/status"):
        for number, label in enumerate(edits):
            spec = sla(ready, percent=95 if number % 2 else 90)["spec"]
            control_plane.api.merge(sla_path(ready), {"metadata": {"labels": {label: "kept"}}, "spec": spec})
        assert 'code="Conflict",kind="SLA/status"' in operator.read("/metrics")
    found = control_plane.api.eventually(sla_path(ready), is_ready)
    assert set(found["metadata"]["labels"]) == set(edits)
    assert found["spec"]["objectives"][0]["target"] == 95
    control_plane.api.eventually(rule_path(ready), has_divisor("0.05"))


def test_a_token_that_is_rotated_in_the_kubeconfig_is_taken_without_a_restart(
    control_plane: Cluster, faulty: Faulty, proxy: Proxy, ready: str, tokens: tuple[str, str]
) -> None:
    old, new = tokens

    def shows_the_old_one(request: Request) -> bool:
        return request.token == old

    with proxy.fault(Refuse(401), where=shows_the_old_one):
        proxy.cut_watches()
        control_plane.api.merge(sla_path(ready), {"spec": sla(ready, percent=99)["spec"]})
        proxy.wait_for(shows_the_old_one)
        before = len(proxy.requests())
        pass_time(STORM_SECONDS)
        assert most_often(proxy.requests()[before:]) < MOST_IN_A_STORM
        control_plane.write_kubeconfig(faulty.kubeconfig, new, server=proxy.url)
        control_plane.api.eventually(rule_path(ready), has_divisor("0.01"), seconds=RECOVERY_SECONDS)
        control_plane.api.eventually(sla_path(ready), is_ready)
        wait_until(lambda: watch_again(proxy, new), seconds=RECOVERY_SECONDS, what="the watches are back")


def most_often(requests: Sequence[Request]) -> int:
    """How often the same was asked: how much is asked in all depends on what other tests have left behind."""
    return max(Counter((request.verb, request.path, request.watch) for request in requests).values(), default=0)


def watch_again(proxy: Proxy, token: str) -> bool:
    return bool(proxy.requests(lambda request: request.watch and request.token == token))
