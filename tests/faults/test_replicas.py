"""Several replicas, of which one writes: whoever is stopped, killed, frozen or cut off, nothing is lost or undone.

Every replica has a proxy of its own, so that it is seen who asks the API server for what, and when.
"""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fakes.samples import has, is_ready, rule_path, sla, sla_path, target, target_path
from faults.behind import known
from faults.fault import Delay, Request, Wanted
from faults.proxy import Proxy
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import SandboxError, wait_until

LEASE = "/apis/coordination.k8s.io/v1/namespaces/bursar-system/leases/bursar"
COMMON = "/apis/monitoring.coreos.com/v1alpha1/namespaces"
GRACEFUL_SECONDS = 3.0
CRASH_SECONDS = 20.0
BUDGETS = {99.9: "0.001", 99: "0.01", 95: "0.05"}
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Replica:
    """One operator, and the proxy through which all its requests go."""

    proxy: Proxy
    operator: OperatorProcess

    def leads(self) -> bool:
        try:
            return "bursar_leader 1.0" in self.operator.read("/metrics")
        except SandboxError:
            return False


StartReplica = Callable[[], Replica]


@pytest.fixture
def start_replica(control_plane: Cluster, token: str, namespace: str, tmp_path: Path) -> Iterator[StartReplica]:
    """Start replicas that watch the test's namespace and stand for the chart's Lease; all end with the test."""
    control_plane.api.delete(LEASE)
    started: list[Replica] = []

    def start() -> Replica:
        name = f"replica-{len(started)}"
        proxy = Proxy(control_plane)
        proxy.__enter__()
        kubeconfig = control_plane.write_kubeconfig(tmp_path / name, token, server=proxy.url)
        settings = {"leader_election": "true", "namespaces": namespace, "refresh_interval": "1s"}
        replica = Replica(proxy, OperatorProcess(kubeconfig, log=tmp_path / f"{name}.log", settings=settings))
        started.append(replica)
        replica.operator.wait_ready()
        return replica

    yield start
    for replica in started:
        replica.operator.kill()
        replica.proxy.__exit__(None, None, None)


@pytest.fixture
def pair(start_replica: StartReplica, control_plane: Cluster, namespace: str) -> tuple[Replica, Replica]:
    """One that leads and one that waits, and an SLA that is Ready."""
    leader = start_replica()
    wait_until(leader.leads, seconds=CRASH_SECONDS, what="the first one leads")
    standby = start_replica()
    control_plane.apply([target(namespace), sla(namespace)])
    control_plane.api.eventually(sla_path(namespace), is_ready)
    wait_until(partial(is_warm, standby), seconds=CRASH_SECONDS, what="the caches of the other are warm")
    return leader, standby


def writes(request: Request) -> bool:
    return request.writes and not request.path.startswith(LEASE)


def since(moment: float, wanted: Wanted) -> Wanted:
    return lambda request: request.at >= moment and wanted(request)


def is_warm(replica: Replica) -> bool:
    """Whether it knows the target and the SLA."""
    return known(replica.operator) == 2


def promise(cluster: Cluster, namespace: str, percent: float) -> None:
    cluster.api.apply(sla_path(namespace), sla(namespace, percent=percent))


def kept(percent: float) -> Callable[[Any], bool]:
    """The rule is the one for this target."""
    return lambda rule: f"/ {BUDGETS[percent]}" in str(rule["spec"])


def test_of_three_replicas_one_writes_and_all_are_ready_and_warm(
    control_plane: Cluster, start_replica: StartReplica, namespace: str
) -> None:
    replicas = [start_replica() for _ in range(3)]
    control_plane.apply([target(namespace), sla(namespace)])
    control_plane.api.eventually(sla_path(namespace), is_ready)
    assert [each.leads() for each in replicas].count(True) == 1
    waiting = [each for each in replicas if not each.leads()]
    for each in waiting:
        wait_until(partial(is_warm, each), seconds=CRASH_SECONDS, what="the caches of those that wait are warm")
        assert each.operator.read("/readyz") == "ok"
        assert each.proxy.requests(lambda request: request.writes) == []
        assert reconciled(each) == 0


def test_a_leader_that_is_stopped_hands_over_within_three_seconds(
    control_plane: Cluster, pair: tuple[Replica, Replica], namespace: str
) -> None:
    leader, standby = pair
    holder = control_plane.api.get(LEASE)["spec"]["holderIdentity"]
    with ThreadPoolExecutor(max_workers=1) as background:
        stopped = time.monotonic()
        stopping = background.submit(leader.operator.stop)
        control_plane.api.eventually(LEASE, lambda lease: lease["spec"].get("holderIdentity") != holder)
        promise(control_plane, namespace, 99)
        control_plane.api.eventually(rule_path(namespace), kept(99), seconds=GRACEFUL_SECONDS)
        assert time.monotonic() - stopped < GRACEFUL_SECONDS
        assert stopping.result() == 0
    assert standby.proxy.requests(since(stopped, writes))


def test_a_leader_that_is_killed_is_replaced_within_twenty_seconds_by_one_that_has_read_everything(
    control_plane: Cluster, pair: tuple[Replica, Replica], namespace: str
) -> None:
    leader, standby = pair
    killed = time.monotonic()
    leader.operator.kill()
    promise(control_plane, namespace, 99)
    control_plane.api.eventually(rule_path(namespace), kept(99), seconds=CRASH_SECONDS)
    first = standby.proxy.requests(since(killed, writes))[0].at
    read = standby.proxy.requests(lambda request: killed <= request.at <= first and not request.writes)
    assert [
        request for request in read if request.path.endswith(("/slas", "/monitoringtargets", "/prometheusrules"))
    ] == []


def test_a_takeover_with_nothing_to_do_writes_nothing(
    control_plane: Cluster, pair: tuple[Replica, Replica], namespace: str
) -> None:
    leader, standby = pair
    for path in (target_path, sla_path):
        control_plane.api.eventually(path(namespace), has("DataFresh", "False", "Unreachable"))
    control_plane.api.eventually(f"{COMMON}/{namespace}/alertmanagerconfigs", lambda found: found["items"])
    leader.operator.stop()
    wait_until(standby.leads, seconds=CRASH_SECONDS, what="the other leads")
    wait_until(lambda: reconciled(standby) >= 2, seconds=CRASH_SECONDS, what="everything was looked at")
    assert standby.proxy.requests(writes) == []


def reconciled(replica: Replica) -> int:
    lines = replica.operator.read("/metrics").splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("bursar_reconciles_total"))


def test_a_leader_that_was_frozen_writes_nothing_when_it_wakes_up_and_what_comes_late_is_refused(
    control_plane: Cluster, pair: tuple[Replica, Replica], namespace: str
) -> None:
    zombie, standby = pair
    rule = rule_path(namespace)

    def applies_the_rule(request: Request) -> bool:
        return request.verb == "PATCH" and request.path == rule

    with zombie.proxy.fault(Delay(CRASH_SECONDS + 5), where=applies_the_rule):
        promise(control_plane, namespace, 99)
        zombie.proxy.wait_for(applies_the_rule, more=1)
        zombie.operator.process.signal(signal.SIGSTOP)
    control_plane.api.eventually(rule, kept(99), seconds=CRASH_SECONDS)
    promise(control_plane, namespace, 95)
    newest = control_plane.api.eventually(rule, kept(95))
    late = zombie.proxy.requests(applies_the_rule)[-1].at + CRASH_SECONDS + 5
    wait_until(
        lambda: refused(control_plane, rule), seconds=late - time.monotonic() + 5, what="the late one is refused"
    )
    woken = time.monotonic()
    zombie.operator.process.signal(signal.SIGCONT)
    wait_until(lambda: not zombie.operator.process.running, seconds=10, what="the one that was frozen ends")
    assert zombie.proxy.requests(since(woken, lambda request: request.writes)) == []
    assert any(entry["message"] == "leadership lost, ending" for entry in zombie.operator.log_entries())
    found = control_plane.api.get(rule)
    assert (found["metadata"]["generation"], found["spec"]) == (newest["metadata"]["generation"], newest["spec"])
    assert standby.leads()


def refused(cluster: Cluster, path: str) -> bool:
    """Whether an apply of this object has met a newer version of it."""
    return any(
        (entry["verb"], entry["requestURI"].partition("?")[0], entry["responseStatus"]["code"])
        == ("patch", path, CONFLICT)
        for entry in cluster.audit()
    )


def test_a_leader_that_is_cut_off_ends_before_another_one_writes(
    control_plane: Cluster, pair: tuple[Replica, Replica], namespace: str
) -> None:
    leader, standby = pair
    cut = time.monotonic()
    with leader.proxy.unreachable():
        promise(control_plane, namespace, 99)
        wait_until(standby.leads, seconds=CRASH_SECONDS, what="the other leads")
        assert '"leader": true' not in health(leader)
        control_plane.api.eventually(rule_path(namespace), kept(99), seconds=CRASH_SECONDS)
    wait_until(lambda: not leader.operator.process.running, seconds=15, what="the one that was cut off ends")
    assert leader.proxy.requests(since(cut, lambda request: request.writes)) == []


def health(replica: Replica) -> str:
    try:
        return replica.operator.read("/health")
    except SandboxError:
        return "it has ended"


def test_a_replica_that_cannot_reach_the_api_server_while_it_waits_disturbs_nobody(
    control_plane: Cluster, pair: tuple[Replica, Replica], namespace: str
) -> None:
    leader, standby = pair
    with standby.proxy.unreachable():
        wait_until(lambda: "election: " in not_ready(standby), seconds=CRASH_SECONDS, what="it says so")
        promise(control_plane, namespace, 99)
        control_plane.api.eventually(rule_path(namespace), kept(99))
    wait_until(lambda: not not_ready(standby), seconds=CRASH_SECONDS, what="it is ready again")
    assert (leader.leads(), standby.leads()) == (True, False)


def not_ready(replica: Replica) -> str:
    try:
        replica.operator.read("/readyz")
    except SandboxError as error:
        return str(error)
    return ""
