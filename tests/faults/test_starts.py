"""Starts: after a SIGKILL at any point, and while the API server is not itself."""

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from fakes.samples import MONITORING, is_ready, sla, sla_path, target
from faults.behind import Faulty
from faults.fault import Drop, Request
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until

BUDGETS = {90: "0.1", 95: "0.05", 99: "0.01", 99.9: "0.001"}
KINDS_OF_CHANGE = ("create", "create", "create", "edit", "edit", "delete")
ROUNDS = 6
CHANGES_PER_ROUND = 10
GARBAGE_SECONDS = 60.0  # the garbage collector learns of new CRDs every 30 s
SEED = 7


@dataclass(slots=True)
class Plan:
    """What a user has asked for so far: the name of an SLA -> its target in percent; None: it was deleted."""

    choice: random.Random
    wanted: dict[str, float | None] = field(default_factory=dict)

    def changes(self) -> Iterable[tuple[str, float | None]]:
        """Decide on some more: new ones, edits of those that are there, deletions."""
        for _ in range(CHANGES_PER_ROUND):
            kind, alive = self.choice.choice(KINDS_OF_CHANGE), list(self.alive)
            name = self.choice.choice(alive) if alive and kind != "create" else f"sla-{len(self.wanted)}"
            others = [percent for percent in BUDGETS if percent != self.wanted.get(name)]
            self.wanted[name] = None if kind == "delete" and name in alive else self.choice.choice(others)
            yield name, self.wanted[name]

    @property
    def alive(self) -> dict[str, float]:
        return {name: percent for name, percent in self.wanted.items() if percent is not None}


def carry_out(cluster: Cluster, namespace: str, changes: Iterable[tuple[str, float | None]]) -> None:
    for name, percent in changes:
        if percent is None:
            cluster.api.delete(sla_path(namespace, name))
        else:
            cluster.api.apply(sla_path(namespace, name), sla(namespace, name, percent=percent))


def budgets(cluster: Cluster, namespace: str) -> dict[str, str]:
    """Read the error budget out of every rule that is there."""
    rules = cluster.api.get(f"{MONITORING}/{namespace}/prometheusrules")["items"]
    return {
        rule["metadata"]["name"]: next(budget for budget in BUDGETS.values() if f"/ {budget}" in str(rule["spec"]))
        for rule in rules
    }


def test_an_operator_that_is_killed_again_and_again_leaves_exactly_what_was_asked_for(
    control_plane: Cluster, faulty: Faulty, home: str
) -> None:
    def writes_here(request: Request) -> bool:
        return request.writes and f"/{home}/" in request.path

    choice = random.Random(SEED)
    plan = Plan(choice)
    control_plane.apply([target(home)])
    for _ in range(ROUNDS):
        victim = faulty.start(namespaces=home)
        user = threading.Thread(target=carry_out, args=(control_plane, home, list(plan.changes())))
        user.start()
        faulty.proxy.wait_for(writes_here, more=choice.randint(1, 6))
        victim.kill()
        user.join()
    survivor = faulty.start(namespaces=home).wait_ready()
    expected = {f"sla-{name}": BUDGETS[percent] for name, percent in plan.alive.items()}
    wait_until(lambda: budgets(control_plane, home) == expected, seconds=GARBAGE_SECONDS, what=f"only {expected}")
    for name in plan.alive:
        control_plane.api.eventually(sla_path(home, name), is_ready)
    survivor.process.check()


def reads_lists(request: Request) -> bool:
    return request.path.endswith(("/slas", "/monitoringtargets", "/prometheusrules")) and not request.watch


def test_a_server_that_is_away_and_then_breaks_off_its_lists_delays_a_start_and_no_more(
    control_plane: Cluster, faulty: Faulty, home: str
) -> None:
    control_plane.apply([target(home), sla(home)])
    with faulty.proxy.fault(Drop(answered=True), where=reads_lists):
        with faulty.proxy.unreachable():
            late = faulty.start()
            wait_until(lambda: says(late, "the API server does not answer yet"), seconds=15, what="it waits")
        faulty.proxy.wait_for(reads_lists, more=10)
        late.process.check()
    late.wait_ready()
    control_plane.api.eventually(sla_path(home), is_ready)


def says(operator: OperatorProcess, words: str) -> bool:
    return any(words in entry["message"] for entry in operator.log_entries())
