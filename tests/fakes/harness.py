"""The engine on a fake API server, driven step by step: put, deliver, drain."""

import asyncio
import copy
from collections.abc import Mapping
from typing import Any

from bursar.api.base import ObjectMeta, Resource
from bursar.compiler.objects import owned_object
from bursar.compiler.plan import Accepted, Key, Plan, RuleTests, Waiting
from bursar.compiler.view import RulePolicy, View
from bursar.conventions import ChildKind, ConditionType, Kind, Reason
from bursar.engine.availability import Availability
from bursar.engine.children import Children
from bursar.engine.feed import Feed, Sighting
from bursar.engine.mentions import MentionIndex
from bursar.engine.observation import Observation
from bursar.engine.ports import AnyKind, Books, KindSpec, RuleTester, Sources
from bursar.engine.queue import WorkQueue
from bursar.engine.resync import Resync
from bursar.engine.secrets import SecretStore
from bursar.engine.selectors import SelectorStore
from bursar.engine.status import StatusWriter
from bursar.engine.store import ChildIndex, ResourceStore
from bursar.engine.trials import Trials
from bursar.engine.view import StoreView
from bursar.engine.worker import Worker
from bursar.errors import FieldError, InvalidSpec
from bursar.observer.samples import Observed
from fakes.cluster import FakeClock, FakeCluster

KIND = Kind.SLA


class Thing(Resource):
    """A resource whose spec is a plain map: `rules` become PrometheusRules, `wait` makes it wait."""

    spec: Any


class Spec(dict[str, Any]):
    @property
    def suspend(self) -> bool:
        return bool(self.get("suspend", False))


def parse(raw: Mapping[str, Any]) -> Thing:
    spec = raw["spec"]
    if spec.get("invalid"):
        raise InvalidSpec((FieldError("spec.invalid", "is not allowed; remove it"),))
    return Thing(metadata=ObjectMeta.model_validate(raw["metadata"]), spec=Spec(spec))


def compile_thing(thing: Thing, view: View) -> Plan:
    spec = thing.spec
    if spec.get("bug"):
        raise ZeroDivisionError("a defect")
    if spec.get("wait"):
        return Plan(Waiting(Reason.DEPENDENCY_NOT_READY, "the target is missing; create it"))
    if any(view.secret_keys("ns", name).names is None for name in _secrets(thing)):
        return Plan(Waiting(Reason.DEPENDENCY_NOT_READY, "the Secret is missing; create it"))
    rules = tuple(
        owned_object(
            ChildKind.PROMETHEUS_RULE,
            owner=KIND,
            meta=thing.metadata,
            name=name,
            labels=view.policy.labels,
            spec={"value": spec.get("value", 0)},
        )
        for name in spec.get("rules", ["rule"])
    )
    tests = RuleTests(rules={}, suite={"tests": spec["tests"]}) if "tests" in spec else None
    return Plan(Accepted(), apply=rules, facts=thing.metadata.name, tests=tests)


def _secrets(thing: Any) -> frozenset[str]:
    return frozenset(thing.spec.get("secrets", ()))


class ThingObserver:
    """Reads one number per cycle; tests set `answer` or `failure`."""

    def __init__(self) -> None:
        self.answer: Any = 1
        self.failure: Exception | None = None

    async def survey(self, books: Books, facts: Mapping[Key, Any]) -> Any:
        if self.failure is not None:
            raise self.failure
        return self.answer

    def observe(self, key: Key, resource: Any, facts: Any, survey: Any, previous: Observed | None) -> Observed:
        return Observed(fields={"reading": survey}, conditions=(fresh("True"),))

    def stale(self, resource: Any, previous: Observed | None, failure: str) -> Observed:
        kept = previous.fields if previous is not None else {}
        return Observed(fields=kept, conditions=(fresh("False", failure),))

    def changed(self, previous: Observed, new: Observed) -> bool:
        return previous != new

    def quiet(self, key: Key, facts: Any, survey: Any, written: Observed) -> Any:
        return survey

    def is_quiet(self, quiet: Any, key: Key, facts: Any, survey: Any) -> bool:
        return bool(quiet == survey)


def fresh(status: str, message: str = "fresh") -> Any:
    from bursar.compiler.plan import Condition

    return Condition(ConditionType.DATA_FRESH, status, Reason.FRESH, message)


class Harness:
    """One operator process; `restart` gives a new one on the same cluster."""

    def __init__(
        self,
        cluster: FakeCluster | None = None,
        *,
        labels: Mapping[str, str] | None = None,
        tester: RuleTester | None = None,
    ) -> None:
        served: frozenset[AnyKind] = frozenset({KIND, ChildKind.PROMETHEUS_RULE})
        self.cluster = cluster or FakeCluster(served)
        self.labels = labels or {}
        self.clock = FakeClock()
        self.store, self.index, self.selectors = (
            ResourceStore(),
            ChildIndex(),
            SelectorStore(servers_readable=True, namespaces_readable=True),
        )
        self.queue: WorkQueue[Key] = WorkQueue(jitter=lambda: 1.0)
        self.observer = ThingObserver()
        self.tester: RuleTester | None = tester
        kinds = {KIND: KindSpec(KIND, parse, compile_thing, _references, self.observer, secrets=_secrets)}
        self.status = StatusWriter(self.cluster, self.store, self.clock)
        unread: Any = object()
        self.observation = Observation(
            kinds=kinds,
            store=self.store,
            status=self.status,
            sources=Sources(prometheus=unread),
            clock=self.clock,
            jitter=lambda: 1.0,
            busy=lambda: len(self.queue) > 0,
        )
        self.mentions = MentionIndex()
        self.commons: WorkQueue[str] = WorkQueue(jitter=lambda: 1.0)
        self.feed = Feed(
            kinds,
            self.store,
            self.index,
            self.selectors,
            self.queue,
            self.status,
            self.clock,
            self.mentions,
            self.commons,
        )
        self.resync = Resync(self.cluster, self.feed, self.clock, served)
        self.availability = Availability(self.cluster, served)
        self.trials = Trials(self.tester, self.queue)
        self.secrets = SecretStore(self.cluster, self.queue, self.clock, interval_seconds=300.0, jitter=lambda: 1.0)
        self.worker = Worker(
            kinds=kinds,
            store=self.store,
            index=self.index,
            queue=self.queue,
            view=StoreView(
                RulePolicy(labels=self.labels),
                self.store,
                self.selectors,
                self.availability,
                self.mentions,
                self.clock,
                self.secrets,
            ),
            children=Children(self.cluster, self.index, self.clock),
            status=self.status,
            observation=self.observation,
            cluster=self.cluster,
            clock=self.clock,
            trials=self.trials,
            secrets=self.secrets,
        )

    def key(self, name: str = "x") -> Key:
        return Key(KIND, "ns", name)

    def put(self, name: str = "x", *, uid: str | None = None, **spec: Any) -> Key:
        """Create or edit a resource as a user would, and let the watch report it."""
        place = (KIND.value, "ns", name)
        known = self.cluster.objects.get(place)
        if known is not None and uid is not None and uid != known["metadata"]["uid"]:
            del self.cluster.objects[place]
            known = None
        generation = known["metadata"]["generation"] + 1 if known else 1
        metadata = {"name": name, "namespace": "ns", "generation": generation, "uid": uid or f"uid-{name}"}
        kept: dict[str, Any] = {key: known[key] for key in ("status", "parts") if known and key in known}
        self.cluster.store({**kept, "kind": KIND.value, "metadata": metadata, "spec": spec})
        self.report(KIND, name)
        return self.key(name)

    def report(self, kind: AnyKind, name: str, *, initial: bool = False) -> None:
        """Deliver the watch event of one object's present state."""
        raw = copy.deepcopy(self.cluster.objects.get((kind.value, "ns", name)))
        self.feed.accept(Sighting(kind, "ns", name, raw, initial=initial))

    def report_all(self, *, initial: bool = False) -> None:
        for kind, _, name in tuple(self.cluster.objects):
            self.report(KIND if kind == KIND.value else ChildKind(kind), name, initial=initial)

    async def drain(self) -> None:
        """Let one worker finish everything that is queued."""
        working = asyncio.create_task(self.worker.run())
        async with asyncio.timeout(5):
            while not self.queue.idle:  # noqa: ASYNC110  the queue tells nobody when it is idle
                await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    def restart(self) -> "Harness":
        """A new process that finds the cluster as this one left it."""
        self.queue.close()
        successor = Harness(self.cluster, labels=self.labels, tester=self.tester)
        successor.report_all(initial=True)
        return successor

    def rule(self, name: str = "rule") -> dict[str, Any]:
        return self.cluster.objects[(ChildKind.PROMETHEUS_RULE.value, "ns", name)]

    def has_rule(self, name: str = "rule") -> bool:
        return (ChildKind.PROMETHEUS_RULE.value, "ns", name) in self.cluster.objects


def _references(thing: Any) -> frozenset[Key]:
    needed = thing.spec.get("needs")
    return frozenset({Key(KIND, "ns", needed)}) if needed else frozenset()
