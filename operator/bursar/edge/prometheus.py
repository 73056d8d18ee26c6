"""A Prometheus-compatible query API, with one circuit breaker per server."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import repeat
from typing import Any, Final, TypeAlias, TypeVar

import aiohttp
from pydantic_core import from_json
from yarl import URL

from bursar.engine import telemetry
from bursar.errors import Unavailable
from bursar.observer.samples import Answer, Sample

FAILURES_UNTIL_OPEN: Final = 5
OPEN_SECONDS: Final = 15.0
MAX_BODY_BYTES: Final = 64 * 1024 * 1024
QUESTION_REFUSED: Final = frozenset({400, 404, 405, 422})
OFF_LOOP_BYTES: Final = 64 * 1024

A = TypeVar("A")
B = TypeVar("B")

Parameters: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""A parameter with several values is repeated."""


class Unanswerable(Unavailable):
    """The server is well, but has no answer to this question: too expensive, malformed, or not known to it."""


class Breaker:
    """Stops asking a server that has failed several times in a row; after a while one request may try again."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._reason = ""
        self._closed_again_at = 0.0

    def check(self) -> None:
        """Raise Unavailable while the server is being left alone."""
        if self._failures >= FAILURES_UNTIL_OPEN and self._monotonic() < self._closed_again_at:
            raise Unavailable(f"{self._reason}; {self._failures} failures in a row, it is left alone for a moment")

    def succeeded(self) -> None:
        """Close the circuit."""
        self._failures = 0

    def failed(self, reason: str) -> None:
        """Count a failure, and open the circuit when there are too many; `reason` is told until it closes."""
        self._failures += 1
        self._reason = reason
        self._closed_again_at = self._monotonic() + OPEN_SECONDS


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer as it came; `date` is the header of that name."""

    url: str
    status: int
    body: bytearray
    date: str


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What every answer of the API is wrapped in."""

    data: Any
    warnings: tuple[Any, ...]
    server_time: datetime
    large: bool


class PrometheusServer:
    """Implements engine.ports.Books. `headers` carry a tenant or a token, where the server wants one."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, *, timeout_seconds: float, headers: Mapping[str, str]
    ) -> None:
        self._session = session
        self._url = URL(url.rstrip("/"))
        self._shown = str(self._url.with_user(None))  # a password in it is not for everybody's status
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        # Ten thousand SLAs are twenty megabytes a cycle: to compress and to restore them costs more than to send them.
        self._headers = {"Accept-Encoding": "identity", **headers}
        self._breaker = Breaker(time.monotonic)

    async def query(self, promql: str) -> Answer:
        """Evaluate one instant query at the server's present; a partial answer is none."""
        form = {"query": promql, "partial_response": "false", "nocache": "1"}
        envelope = await self._ask("POST", "query", form)
        if envelope.warnings:
            raise Unavailable(f"{self._shown}: incomplete answer: {'; '.join(map(str, envelope.warnings))}")
        return await _work(_vector, envelope, large=envelope.large)

    async def read(self, path: str, parameters: Parameters) -> Any:
        """Read another endpoint below /api/v1; returns its `data`."""
        return (await self._ask("GET", path, parameters)).data

    async def _ask(self, verb: str, path: str, parameters: Parameters) -> _Envelope:
        self._breaker.check()
        started = time.monotonic()
        try:
            reply = await self._fetch(verb, path, parameters)
            answer = await _work(_envelope, reply, large=len(reply.body) > OFF_LOOP_BYTES)
        except Unanswerable:
            self._breaker.succeeded()
            raise
        except Unavailable as error:
            self._breaker.failed(str(error))
            telemetry.PROMETHEUS_SECONDS.labels("failure").observe(time.monotonic() - started)
            raise
        self._breaker.succeeded()
        telemetry.PROMETHEUS_SECONDS.labels("success").observe(time.monotonic() - started)
        return answer

    async def _fetch(self, verb: str, path: str, parameters: Parameters) -> _Reply:
        url, shown = self._url / f"api/v1/{path}", f"{self._shown}/api/v1/{path}"
        sent = {"data": parameters} if verb == "POST" else {"params": parameters}
        try:
            async with self._session.request(
                verb,
                url,
                timeout=self._timeout,
                headers=self._headers,
                **sent,  # type: ignore[arg-type]
            ) as response:
                body = bytearray()
                while len(body) <= MAX_BODY_BYTES and (more := await response.content.read(MAX_BODY_BYTES)):
                    body += more
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{shown}: {type(error).__name__}: {error}".rstrip(": ")) from error
        if len(body) > MAX_BODY_BYTES:
            raise Unavailable(f"{shown}: the answer is larger than {MAX_BODY_BYTES} bytes")
        return _Reply(shown, response.status, body, response.headers.get("Date", ""))


async def _work(step: Callable[[A], B], given: A, *, large: bool) -> B:
    """Do what takes long off the event loop, so that an edit need not wait for it."""
    return await asyncio.to_thread(step, given) if large else step(given)


def _envelope(reply: _Reply) -> _Envelope:
    failure = Unanswerable if reply.status in QUESTION_REFUSED else Unavailable
    try:
        envelope = from_json(reply.body)
        if envelope["status"] != "success":
            raise failure(f"{reply.url}: {reply.status} {envelope.get('errorType', '')}: {envelope.get('error', '')}")
        return _Envelope(
            data=envelope["data"],
            warnings=tuple(envelope.get("warnings", ())),
            server_time=_server_time(reply),
            large=len(reply.body) > OFF_LOOP_BYTES,
        )
    except (ValueError, KeyError, TypeError) as error:
        start = bytes(reply.body[:80])
        raise failure(f"{reply.url}: {reply.status}, and no Prometheus answer: {start!r}") from error


def _server_time(reply: _Reply) -> datetime:
    """The server's clock, for vectors without a sample to read it from."""
    return parsedate_to_datetime(reply.date) if reply.date else datetime.now(UTC)


def _vector(envelope: _Envelope) -> Answer:
    try:
        if envelope.data["resultType"] != "vector":
            raise Unavailable(f"expected a vector, got {envelope.data['resultType']}")
        rows = [row for row in envelope.data["result"] if "value" in row]
        at = datetime.fromtimestamp(rows[0]["value"][0], UTC) if rows else envelope.server_time
        values = [float(row["value"][1]) for row in rows]
        series = zip([row["metric"] for row in rows], values, strict=True)
        return Answer(at=at, samples=tuple(map(tuple.__new__, repeat(Sample), series)))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Unavailable(f"not a vector: {type(error).__name__}: {error}") from error
