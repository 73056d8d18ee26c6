"""The composition root: puts all parts together, starts and ends them."""

import asyncio
import contextlib
import gc
import logging
import random
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
from aiohttp import web
from kubernetes.aio import client

from bursar import logs
from bursar.compiler.inhibition import inhibition
from bursar.compiler.plan import Key
from bursar.compiler.view import RulePolicy
from bursar.conventions import ChildKind
from bursar.edge.cluster import ApiServer
from bursar.edge.handlers import Watches
from bursar.edge.http import web_application
from bursar.edge.kubeconfig import configured
from bursar.edge.promtool import Promtool
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
from bursar.errors import TransientError
from bursar.registry import kind_specs
from bursar.settings import Settings
from bursar.sources import configured_sources
from bursar.surveys.acknowledgements import SharedAcknowledgements

log = logging.getLogger(__name__)

START_RETRY_SECONDS: Final = 2.0
STUCK_LOOP_SECONDS: Final = 30.0
# Reading the books of ten thousand SLAs makes half a million objects that live for a moment and are in no circle. With
# Python's thresholds most of the time goes into looking for circles among all others, again and again.
GARBAGE_THRESHOLDS: Final = (20_000, 20, 20)


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.monotonic()


class OnlyReplica:
    """Implements engine.ports.Election where nobody else stands for it."""

    async def won(self) -> None:
        """Return at once."""


def jitter() -> float:
    """A factor around 1 that keeps periodic work from marching in step."""
    return random.uniform(0.9, 1.1)


class Operator:
    """One running operator: built from settings, an API server and what it reads; `run` ends by cancellation."""

    def __init__(self, settings: Settings, cluster: ApiServer, sources: Sources, selectors: SelectorStore) -> None:
        self.settings = settings
        self.election: Election = OnlyReplica()
        clock = SystemClock()
        acknowledgements = SharedAcknowledgements(sources.alertmanager, clock, settings.refresh_interval / 2)
        kinds = kind_specs(settings, clock, acknowledgements)
        self.store, self.index, self.selectors = ResourceStore(), ChildIndex(), selectors
        self.queue: WorkQueue[Key] = WorkQueue(jitter=jitter)
        watched: frozenset[AnyKind] = frozenset(kinds) | frozenset(ChildKind) | _readable(selectors)
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
        self.secrets = SecretStore(
            cluster, self.queue, clock, interval_seconds=settings.secrets_interval.total_seconds(), jitter=jitter
        )
        view = StoreView(_policy(settings), self.store, selectors, self.availability, mentions, clock, self.secrets)
        children = Children(cluster, self.index, clock)
        self.commons = CommonObjects(commons, self.index, children, view, inhibition, because=ChildKind.PROMETHEUS_RULE)
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
            foreign_recheck_seconds=settings.not_owned_interval.total_seconds(),
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
            await self.watches.stop()

    def _parts(self) -> dict[str, Coroutine[Any, Any, None]]:
        return {
            "heartbeat": self._beat(),
            "availability": self.availability.run(self._appeared),
            "resync": self.resync.run(self.settings.resync_interval.total_seconds(), jitter),
            "books": self._after_sync(self.observation.run(self.settings.refresh_interval.total_seconds())),
            "secrets": self._after_sync(self.secrets.run()),
            "commons": self._after_sync(self.commons.run()),
            **{f"tests-{number}": self._after_sync(self.trials.run()) for number in range(AT_ONCE)},
            **{f"worker-{number}": self._after_sync(self.worker.run()) for number in range(self.settings.workers)},
        }

    def application(self) -> web.Application:
        """Health and metrics of this operator."""
        return web_application(
            live={"eventLoop": self._loop_problem},
            ready={"caches": lambda: "" if self.resync.synced.is_set() else "not in sync with the API server yet"},
            detail=lambda: {
                "resources": len(self.store),
                "generatedObjects": len(self.index),
                "queued": len(self.queue),
                "missingKinds": sorted(self.availability.missing),
            },
        )

    async def _after_sync(self, work: Coroutine[Any, Any, None]) -> None:
        """Start what writes once the caches are complete: before that, what is unknown looks like what is gone."""
        with contextlib.closing(work):
            await self.resync.synced.wait()
            await self.election.won()
            await work

    async def _beat(self) -> None:
        while True:
            self._heartbeat = time.monotonic()
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


def _policy(settings: Settings) -> RulePolicy:
    return RulePolicy(
        labels=settings.object_labels,
        fast_interval=settings.fast_interval,
        slow_interval=settings.slow_interval,
        scrape_interval=settings.scrape_interval,
        severity_labels=settings.severity_labels,
    )


@dataclass(frozen=True, slots=True)
class Running:
    """A started operator and where it listens."""

    operator: Operator
    port: int


@contextlib.asynccontextmanager
async def prepared(settings: Settings) -> AsyncIterator[Running]:
    """Connect, build the operator and serve its health; the caller runs it."""
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(client.ApiClient(await configured()))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        cluster = ApiServer(api, settings.namespaces)
        selectors = await _selectors(settings, cluster)
        operator = Operator(settings, cluster, configured_sources(settings, session), selectors)
        runner = web.AppRunner(operator.application(), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.listen_address, settings.listen_port).start()
        port = runner.addresses[0][1]
        log.info("listening", extra={"port": port})
        yield Running(operator, port)


async def _selectors(settings: Settings, cluster: ApiServer) -> SelectorStore:
    """Find out what may be read; in some namespaces only, the Prometheus resources of others stay unseen."""
    if settings.namespaces:
        return SelectorStore(servers_readable=False, namespaces_readable=False)
    permitted = {kind: await _permitted(cluster, kind) for kind in ServerKind}
    return SelectorStore(
        servers_readable=all(permitted[kind] for kind in RULE_SERVERS),
        alertmanagers_readable=permitted[ServerKind.ALERTMANAGER],
        namespaces_readable=permitted[ServerKind.NAMESPACE],
    )


async def _permitted(cluster: ApiServer, kind: ServerKind) -> bool:
    while True:
        try:
            return await cluster.permitted(kind)
        except TransientError as error:
            log.warning("the API server does not answer yet, will retry", extra={"error": str(error)})
            await asyncio.sleep(START_RETRY_SECONDS)


async def run(settings: Settings) -> None:
    """Run the operator until SIGTERM or Ctrl-C."""
    logs.configure(level=settings.log_level)
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    working = asyncio.create_task(_work(settings), name="operator")
    stopping = asyncio.create_task(stop.wait(), name="signal")
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        log.info("stopping")
        working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _work(settings: Settings) -> None:
    async with prepared(settings) as running:
        await running.operator.run()
