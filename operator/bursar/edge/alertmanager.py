"""The HTTP API of Alertmanager, version 2: its configuration, its alerts and its silences."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import aiohttp
from pydantic_core import from_json

from bursar.domain.acknowledgement import Matcher, Silence
from bursar.edge.web_server import Reply, WebServer, work
from bursar.engine import telemetry
from bursar.errors import Unavailable
from bursar.observer.route_books import ActiveAlert

T = TypeVar("T")

OK: Final = 200
LONGEST_REFUSAL: Final = 200


class AlertmanagerServer:
    """Implements engine.ports.Routes. One of several peers that gossip is enough; a Service in front of them does."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, *, timeout_seconds: float, headers: Mapping[str, str]
    ) -> None:
        self._server = WebServer(session, url, timeout_seconds=timeout_seconds, headers=headers)

    async def configuration(self) -> str:
        """Read the configuration that runs, as YAML; Alertmanager has masked its secrets."""
        return await self._ask("GET", "status", lambda answer: str(answer["config"]["original"]))

    async def alerts(self, matchers: Iterable[Matcher], *, receivers: str = "") -> tuple[ActiveAlert, ...]:
        """List what fires and fits all matchers; `receivers` is a regular expression of their names."""
        parameters = {"filter": _filters(matchers), "receiver": receivers or ".*"}
        return await self._ask("GET", "alerts", _alerts, params=parameters)

    async def silences(self, matchers: Iterable[Matcher]) -> tuple[Silence, ...]:
        """List the silences that have exactly these matchers among their own; those that are over as well."""
        return await self._ask("GET", "silences", _silences, params={"filter": _filters(matchers)})

    async def put_silence(self, silence: Silence) -> str:
        """Create a silence, or change the one of its id; returns the id."""
        return await self._ask("POST", "silences", lambda answer: str(answer["silenceID"]), json=_written(silence))

    async def expire(self, silence_id: str) -> None:
        """End a silence."""
        await self._ask("DELETE", f"silence/{silence_id}", lambda _: None)

    async def _ask(self, verb: str, path: str, read: Callable[[Any], T], **sent: Any) -> T:
        with self._server.question(telemetry.ALERTMANAGER_SECONDS):
            reply = await self._server.fetch(verb, f"api/v2/{path}", **sent)
            return await work(lambda given: _read(given, read), reply, large=reply.is_large)


def _filters(matchers: Iterable[Matcher]) -> tuple[str, ...]:
    return tuple(map(str, matchers))


def _read(reply: Reply, read: Callable[[Any], T]) -> T:
    said = bytes(reply.body[:LONGEST_REFUSAL])
    if reply.status != OK:
        raise Unavailable(f"{reply.url}: {reply.status} {said.decode(errors='replace')}".rstrip())
    try:
        return read(from_json(reply.body) if reply.body else None)
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"{reply.url}: {reply.status}, and no Alertmanager answer: {said!r}") from error


def _alerts(answer: Any) -> tuple[ActiveAlert, ...]:
    return tuple(
        ActiveAlert(
            labels=alert["labels"],
            receivers=tuple(receiver["name"] for receiver in alert["receivers"]),
            quiet=bool(alert["status"]["silencedBy"] or alert["status"]["inhibitedBy"]),
        )
        for alert in answer
    )


def _silences(answer: Any) -> tuple[Silence, ...]:
    return tuple(
        Silence(
            matchers=frozenset(map(_matcher, entry["matchers"])),
            starts_at=datetime.fromisoformat(entry["startsAt"]),
            ends_at=datetime.fromisoformat(entry["endsAt"]),
            by=entry["createdBy"],
            comment=entry["comment"],
            id=entry["id"],
            active=entry["status"]["state"] == "active",
        )
        for entry in answer
    )


def _matcher(entry: Mapping[str, Any]) -> Matcher:
    return Matcher(entry["name"], entry["value"], equal=entry.get("isEqual", True), regex=entry["isRegex"])


def _written(silence: Silence) -> dict[str, Any]:
    matchers = sorted(silence.matchers, key=str)
    return {
        **({"id": silence.id} if silence.id else {}),
        "matchers": [
            {"name": each.name, "value": each.value, "isEqual": each.equal, "isRegex": each.regex} for each in matchers
        ],
        "startsAt": silence.starts_at.isoformat(),
        "endsAt": silence.ends_at.isoformat(),
        "createdBy": silence.by,
        "comment": silence.comment,
    }
