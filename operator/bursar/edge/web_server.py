"""What asking any HTTP server has in common: time-outs, a largest answer, and one circuit breaker per server."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import aiohttp
from prometheus_client import Histogram
from yarl import URL

from bursar.errors import Unavailable

FAILURES_UNTIL_OPEN: Final = 5
OPEN_SECONDS: Final = 15.0
MAX_BODY_BYTES: Final = 64 * 1024 * 1024
OFF_LOOP_BYTES: Final = 64 * 1024

A = TypeVar("A")
B = TypeVar("B")


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
class Reply:
    """An answer as it came; `url` is fit to be shown, `date` is the header of that name."""

    url: str
    status: int
    body: bytearray
    date: str

    @property
    def is_large(self) -> bool:
        """Whether reading it takes long enough to be done off the event loop."""
        return len(self.body) > OFF_LOOP_BYTES


class WebServer:
    """A server behind a URL, with the headers that it wants."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, *, timeout_seconds: float, headers: Mapping[str, str]
    ) -> None:
        self._breaker = Breaker(time.monotonic)
        self._session = session
        self._url = URL(url.rstrip("/"))
        self._shown = str(self._url.with_user(None))  # a password in it is not for everybody's status
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        # Ten thousand SLAs are twenty megabytes a cycle: to compress and to restore them costs more than to send them.
        self._headers = {"Accept-Encoding": "identity", **headers}

    def __str__(self) -> str:
        return self._shown

    @contextlib.contextmanager
    def question(self, seconds: Histogram) -> Iterator[None]:
        """Let the breaker judge one question, from asking it to reading its answer, and measure how long that takes.

        Raises Unavailable while the server is being left alone. What is Unanswerable says nothing against it.
        """
        self._breaker.check()
        started = time.monotonic()
        try:
            yield
        except Unanswerable:
            self._breaker.succeeded()
            raise
        except Unavailable as error:
            self._breaker.failed(str(error))
            seconds.labels("failure").observe(time.monotonic() - started)
            raise
        self._breaker.succeeded()
        seconds.labels("success").observe(time.monotonic() - started)

    async def fetch(self, verb: str, path: str, **sent: Any) -> Reply:
        """Make one request, whatever status it gives; `sent` is aiohttp's params, data or json.

        Raises Unavailable when there is no answer, or too much of it.
        """
        url, shown = self._url / path, f"{self._shown}/{path}"
        try:
            async with self._session.request(
                verb, url, timeout=self._timeout, headers=self._headers, **sent
            ) as response:
                body = bytearray()
                while len(body) <= MAX_BODY_BYTES and (more := await response.content.read(MAX_BODY_BYTES)):
                    body += more
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Unavailable(f"{shown}: {type(error).__name__}: {error}".rstrip(": ")) from error
        if len(body) > MAX_BODY_BYTES:
            raise Unavailable(f"{shown}: the answer is larger than {MAX_BODY_BYTES} bytes")
        return Reply(shown, response.status, body, response.headers.get("Date", ""))


async def work(step: Callable[[A], B], given: A, *, large: bool) -> B:
    """Do what takes long off the event loop, so that an edit need not wait for it."""
    return await asyncio.to_thread(step, given) if large else step(given)
