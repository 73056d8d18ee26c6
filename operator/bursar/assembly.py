"""One operator out of its parts: who knows whom, and what runs at the same time."""

import asyncio
import contextlib
import random
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from bursar.compiler.inhibition import inhibition
from bursar.compiler.plan import Key
from bursar.conventions import ChildKind
from bursar.edge.cluster import ApiServer
from bursar.edge.handlers import Watches
from bursar.edge.http import web_application
from bursar.edge.promtool import Promtool
from bursar.engine import telemetry
from bursar.engine.availability import Availability
from bursar.engine.children import Children
from bursar.engine.commons import CommonObjects
from bursar.engine.feed import Feed
from bursar.engine.mentions import MentionIndex
from bursar.engine.observation import Observation
from bursar.engine.ports import AnyKind, Election, ServerKind, Sources
from bursar.engine.queue import WorkQueue
from bursar.engine.resync import Resync
from bursar.engine.secrets import SecretStore
from bursar.engine.selectors import RULE_SERVERS, SelectorStore
from bursar.engine.status import StatusWriter
from bursar.engine.store import ChildIndex, ResourceStore
from bursar.engine.trials import AT_ONCE, Trials
from bursar.engine.view import StoreView
from bursar.engine.worker import Worker
from bursar.policy import policy_of
from bursar.registry import dashboard_claims, kind_specs
from bursar.settings import Settings
from bursar.surveys.acknowledgements import SharedAcknowledgements

STUCK_LOOP_SECONDS: Final = 30.0


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.monotonic()


def jitter() -> float:
    """A factor around 1 that keeps periodic work from marching in step."""
    return random.uniform(0.9, 1.1)


class Operator:
    """One running operator: built from settings, an API server and what it reads; `run` ends by cancellation."""

    def __init__(
        self,
        settings: Settings,
        cluster: ApiServer,
        sources: Sources,
        selectors: SelectorStore,
        election: Election,
    ) -> None:
        self.settings = settings
        self.election = election
        clock = SystemClock()
        acknowledgements = SharedAcknowledgements(sources.alertmanager, clock, settings.refresh_interval / 2)
        kinds = kind_specs(settings, clock, acknowledgements)
        self.store, self.index, self.selectors = ResourceStore(), ChildIndex(), selectors
        self.queue: WorkQueue[Key] = WorkQueue(jitter=jitter)
        watched: frozenset[AnyKind] = frozenset(kinds) | generated_kinds(settings) | _readable(selectors)
        self.availability = Availability(cluster, watched)
        self.status = StatusWriter(cluster, self.store, clock)
        self.observation = Observation(
            kinds=kinds,
            store=self.store,
            status=self.status,
            sources=sources,
            clock=clock,
            jitter=jitter,
            busy=lambda: len(self.queue) > settings.workers,
        )
        mentions = MentionIndex()
        commons: WorkQueue[str] = WorkQueue(jitter=jitter)
        self.feed = Feed(kinds, self.store, self.index, selectors, self.queue, self.status, clock, mentions, commons)
        self.resync = Resync(cluster, self.feed, clock, watched)
        self.watches = Watches(watched, settings.namespaces, self.feed.accept)
        self.trials = Trials(Promtool(settings.promtool) if settings.promtool else None, self.queue)
        policy = policy_of(settings)
        self.claims = dashboard_claims(cluster, clock, self.queue, policy.dashboards)
        self.secrets = SecretStore(
            cluster, self.queue, clock, interval_seconds=settings.secrets_interval.total_seconds(), jitter=jitter
        )
        view = StoreView(policy, self.store, selectors, self.availability, mentions, clock, self.secrets)
        children = Children(cluster, self.index, clock)
        foreign_recheck_seconds = settings.not_owned_interval.total_seconds()
        self.commons = CommonObjects(
            commons,
            self.index,
            children,
            view,
            inhibition,
            because=ChildKind.PROMETHEUS_RULE,
            foreign_recheck_seconds=foreign_recheck_seconds,
        )
        self.worker = Worker(
            kinds=kinds,
            store=self.store,
            index=self.index,
            queue=self.queue,
            view=view,
            children=children,
            status=self.status,
            observation=self.observation,
            cluster=cluster,
            clock=clock,
            trials=self.trials,
            secrets=self.secrets,
            claims=self.claims,
            foreign_recheck_seconds=foreign_recheck_seconds,
        )
        self._heartbeat = time.monotonic()

    async def run(self) -> None:
        """Run until cancelled, or until a part ends that never should: then that part's error is raised."""
        self.watches.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, work in self._parts().items():
                    tasks.create_task(work, name=name)
        finally:
            self.queue.close()
            self.commons.queue.close()
            await self.election.resign()
            await self.watches.stop()

    def _parts(self) -> dict[str, Coroutine[Any, Any, None]]:
        return {
            "heartbeat": self._beat(),
            "election": self._stand(),
            "availability": self.availability.run(self._appeared),
            "resync": self.resync.run(self.settings.resync_interval.total_seconds(), jitter),
            "books": self._after_sync(self.observation.run(self.settings.refresh_interval.total_seconds())),
            "secrets": self._after_sync(self.secrets.run()),
            "commons": self._after_sync(self.commons.run()),
            "names": self._after_sync(
                self.claims.run(
                    self.settings.resync_interval.total_seconds(),
                    self.settings.not_owned_interval.total_seconds(),
                    jitter,
                )
            ),
            **{f"tests-{number}": self._after_sync(self.trials.run()) for number in range(AT_ONCE)},
            **{f"worker-{number}": self._after_sync(self.worker.run()) for number in range(self.settings.workers)},
        }

    def application(self) -> web.Application:
        """Health and metrics of this operator."""
        return web_application(
            live={"eventLoop": self._loop_problem},
            ready={
                "caches": lambda: "" if self.resync.synced.is_set() else "not in sync with the API server yet",
                "election": self.election.problem,
            },
            detail=lambda: {
                "leader": self.election.remaining() > 0,
                "resources": len(self.store),
                "generatedObjects": len(self.index),
                "queued": len(self.queue),
                "missingKinds": sorted(self.availability.missing),
            },
        )

    async def _stand(self) -> None:
        """Take part in the election once the caches are warm: who wins shall be able to begin at once."""
        await self.resync.synced.wait()
        await self.election.run()

    async def _after_sync(self, work: Coroutine[Any, Any, None]) -> None:
        """Start what writes once the caches are complete: before that, what is unknown looks like what is gone."""
        with contextlib.closing(work):
            await self.resync.synced.wait()
            await self.election.won()
            await work

    async def _beat(self) -> None:
        while True:
            self._heartbeat = time.monotonic()
            telemetry.QUEUE_DEPTH.set(len(self.queue))
            await asyncio.sleep(1)

    def _loop_problem(self) -> str:
        silent = time.monotonic() - self._heartbeat
        return "" if silent < STUCK_LOOP_SECONDS else f"the event loop stood still for {silent:.0f} s"

    async def _appeared(self, kinds: frozenset[AnyKind]) -> None:
        if self.resync.synced.is_set():
            await self.watches.restart(kinds)
            self.feed.queue_everything()


def _readable(selectors: SelectorStore) -> frozenset[AnyKind]:
    servers = set(RULE_SERVERS) if selectors.servers_readable else set()
    alertmanagers = {ServerKind.ALERTMANAGER} if selectors.alertmanagers_readable else set()
    namespaces = {ServerKind.NAMESPACE} if selectors.namespaces_readable else set()
    return frozenset(servers | alertmanagers | namespaces)


def generated_kinds(settings: Settings) -> frozenset[ChildKind]:
    """Name the generated kinds that are watched: what is never made would need rights that the chart does not give."""
    unused = set() if settings.grafana_instances else {ChildKind.GRAFANA_DASHBOARD}
    return frozenset(ChildKind) - unused
