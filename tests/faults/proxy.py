"""A reverse proxy in front of the real API server, with the faults that networks and API servers have.

Tests talk to the API server itself; only the operator's requests pass here.
"""

import asyncio
import contextlib
import json
import ssl
import threading
import time
from collections.abc import Coroutine, Iterator
from typing import Any, Final, Self, TypeVar

import aiohttp
import yaml
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from faults.fault import Delay, Drop, Expire, Fault, Refuse, Request, Silence, Wanted
from sandbox.cluster import Cluster
from sandbox.process import LOOPBACK, free_port, wait_until

HOP_BY_HOP: Final = frozenset({"host", "connection", "content-length", "transfer-encoding", "keep-alive"})
GONE: Final = 410
CLOSING_SECONDS: Final = 0.25  # aiohttp does not wait until TLS is shut down, and its documentation asks for this
T = TypeVar("T")


class Proxy:
    """Listens on a port of its own. Every change of a status that was answered is kept in `written`."""

    def __init__(self, cluster: Cluster) -> None:
        self.url = f"http://{LOOPBACK}:{free_port()}"
        self.written: list[dict[str, Any]] = []
        self._requests: list[Request] = []
        self._faults: list[tuple[Wanted, Fault]] = []
        self._watches: dict[int, web.BaseRequest] = {}
        self._upstream, self._trust = _upstream(cluster)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def requests(self, wanted: Wanted = lambda _: True) -> list[Request]:
        """Return the requests that have come in so far."""
        return list(filter(wanted, tuple(self._requests)))

    def wait_for(self, wanted: Wanted, *, more: int = 1, seconds: float = 20.0) -> None:
        """Wait until so many more of these requests have come in; raises SandboxError at the deadline."""
        count = len(self.requests(wanted)) + more
        wait_until(lambda: len(self.requests(wanted)) >= count, seconds=seconds, what=f"{more} more requests")

    @contextlib.contextmanager
    def fault(self, fault: Fault, *, where: Wanted = lambda _: True) -> Iterator[None]:
        """Let some requests go wrong; of several faults for a request the latest counts."""
        entry = (where, fault)
        self._faults.append(entry)
        try:
            yield
        finally:
            self._faults.remove(entry)

    @contextlib.contextmanager
    def unreachable(self) -> Iterator[None]:
        """Break all connections and listen no more."""
        self._do(self._close())
        try:
            yield
        finally:
            self._do(self._listen())

    def cut_watches(self) -> None:
        """Break all watch streams that are open."""
        self._do(self._cut_watches())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None)
        connector = aiohttp.TCPConnector(ssl=self._trust, limit=0)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        self._server = web.Server(self._serve, handler_cancellation=True)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, LOOPBACK, URL(self.url).port)
        await self._site.start()

    async def _close(self) -> None:
        await self._site.stop()
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _stop(self) -> None:
        await self._close()
        await self._runner.cleanup()
        await self._session.close()
        await asyncio.sleep(CLOSING_SECONDS)

    async def _cut_watches(self) -> None:
        for watch in tuple(self._watches.values()):
            _abort(watch)

    async def _serve(self, incoming: web.BaseRequest) -> web.StreamResponse:
        request = Request(
            verb=incoming.method,
            path=incoming.path,
            watch="watch" in incoming.query,
            token=incoming.headers.get("Authorization", "").partition(" ")[2],
            at=time.monotonic(),
        )
        self._requests.append(request)
        match next((fault for where, fault in reversed(self._faults) if where(request)), None):
            case Delay(seconds):
                await asyncio.sleep(seconds)
            case Refuse() as refusal:
                return _refusal(refusal)
            case Drop(answered=False):
                return _abort(incoming)
            case Expire() if request.watch:
                return web.json_response({"type": "ERROR", "object": _status(GONE)})
            case Silence() if request.watch:
                return await self._hold(incoming)
            case Drop(answered=True):
                return await self._forward(incoming, request, cut=True)
        return await self._forward(incoming, request)

    async def _hold(self, incoming: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        with self._open(incoming):
            await response.prepare(incoming)
            await asyncio.Event().wait()
        return response

    async def _forward(self, incoming: web.BaseRequest, request: Request, *, cut: bool = False) -> web.StreamResponse:
        url = URL(self._upstream + incoming.raw_path, encoded=True)
        body = await incoming.read() or None
        async with self._session.request(incoming.method, url, headers=_passed_on(incoming), data=body) as answer:
            if request.watch:
                return await self._stream(incoming, answer)
            content = await answer.read()
            self._note(request, answer.status, content)
            headers = {key: value for key, value in answer.headers.items() if key.lower() not in HOP_BY_HOP}
            if cut:
                return await _half(incoming, content)
            return web.Response(status=answer.status, headers=headers, body=content)

    async def _stream(self, incoming: web.BaseRequest, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
        with self._open(incoming):
            await response.prepare(incoming)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
        return response

    @contextlib.contextmanager
    def _open(self, watch: web.BaseRequest) -> Iterator[None]:
        self._watches[id(watch)] = watch
        try:
            yield
        finally:
            del self._watches[id(watch)]

    def _note(self, request: Request, status: int, content: bytes) -> None:
        if request.writes and request.path.endswith("/status") and status == web.HTTPOk.status_code:
            self.written.append(json.loads(content))


def _upstream(cluster: Cluster) -> tuple[str, ssl.SSLContext]:
    entry = yaml.safe_load(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]
    return entry["server"], ssl.create_default_context(cafile=entry["certificate-authority"])


def _passed_on(incoming: web.BaseRequest) -> CIMultiDict[str]:
    dropped = HOP_BY_HOP | {"accept-encoding"}
    return CIMultiDict((key, value) for key, value in incoming.headers.items() if key.lower() not in dropped)


def _abort(incoming: web.BaseRequest) -> web.Response:
    if incoming.transport is not None:
        incoming.transport.abort()
    return web.Response()


async def _half(incoming: web.BaseRequest, content: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(content))})
    await response.prepare(incoming)
    await response.write(content[: len(content) // 2])
    _abort(incoming)
    return response


def _refusal(refusal: Refuse) -> web.Response:
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return web.json_response(_status(refusal.status), status=refusal.status, headers=headers)


def _status(code: int) -> dict[str, Any]:
    message = f"a fault of the test: {code}"
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message}
