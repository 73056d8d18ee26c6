"""The process: connects, finds out what it may read, serves its health, runs one operator and ends it in good order."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp import web
from kubernetes.aio import client

from bursar import logs
from bursar.assembly import Operator
from bursar.edge.cluster import ApiServer
from bursar.edge.kubeconfig import configured
from bursar.engine.ports import ServerKind
from bursar.engine.selectors import RULE_SERVERS, SelectorStore
from bursar.errors import NotLeading, TransientError
from bursar.replica import election
from bursar.settings import Settings
from bursar.sources import configured_sources

log = logging.getLogger(__name__)

START_RETRY_SECONDS: Final = 2.0
LOST_LEADERSHIP: Final = 1
# Reading the books of ten thousand SLAs makes half a million objects that live for a moment and are in no circle. With
# Python's thresholds most of the time goes into looking for circles among all others, again and again.
GARBAGE_THRESHOLDS: Final = (20_000, 20, 20)


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
        elected = await stack.enter_async_context(election(settings))
        cluster = ApiServer(api, settings.namespaces, elected)
        selectors = await _selectors(settings, cluster)
        operator = Operator(settings, cluster, configured_sources(settings, session), selectors, elected)
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
    lost = False
    async with prepared(settings) as running:
        try:
            await running.operator.run()
        except* NotLeading as error:
            lost = True
            log.error("leadership lost, ending", extra={"error": "; ".join(map(str, error.exceptions))})
    if lost:
        raise SystemExit(LOST_LEADERSHIP)
