"""A Prometheus-compatible query API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import repeat
from typing import Any, Final, TypeAlias

import aiohttp
from pydantic_core import from_json

from bursar.edge.web_server import Reply, Unanswerable, WebServer, work
from bursar.engine import telemetry
from bursar.errors import Unavailable
from bursar.observer.samples import Answer, Sample

QUESTION_REFUSED: Final = frozenset({400, 404, 405, 422})

Parameters: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""A parameter with several values is repeated."""


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
        self._server = WebServer(session, url, timeout_seconds=timeout_seconds, headers=headers)

    async def query(self, promql: str) -> Answer:
        """Evaluate one instant query at the server's present; a partial answer is none."""
        form = {"query": promql, "partial_response": "false", "nocache": "1"}
        envelope = await self._ask("POST", "query", form)
        if envelope.warnings:
            raise Unavailable(f"{self._server}: incomplete answer: {'; '.join(map(str, envelope.warnings))}")
        return await work(_vector, envelope, large=envelope.large)

    async def read(self, path: str, parameters: Parameters) -> Any:
        """Read another endpoint below /api/v1; returns its `data`."""
        return (await self._ask("GET", path, parameters)).data

    async def _ask(self, verb: str, path: str, parameters: Parameters) -> _Envelope:
        sent = {"data": parameters} if verb == "POST" else {"params": parameters}
        with self._server.question(telemetry.PROMETHEUS_SECONDS):
            reply = await self._server.fetch(verb, f"api/v1/{path}", **sent)
            return await work(_envelope, reply, large=reply.is_large)


def _envelope(reply: Reply) -> _Envelope:
    failure = Unanswerable if reply.status in QUESTION_REFUSED else Unavailable
    try:
        envelope = from_json(reply.body)
        if envelope["status"] != "success":
            raise failure(f"{reply.url}: {reply.status} {envelope.get('errorType', '')}: {envelope.get('error', '')}")
        return _Envelope(
            data=envelope["data"],
            warnings=tuple(envelope.get("warnings", ())),
            server_time=_server_time(reply),
            large=reply.is_large,
        )
    except (ValueError, KeyError, TypeError) as error:
        start = bytes(reply.body[:80])
        raise failure(f"{reply.url}: {reply.status}, and no Prometheus answer: {start!r}") from error


def _server_time(reply: Reply) -> datetime:
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
