"""Watches of the benchmark's own: they cost the API server next to nothing, unlike polling."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, Self

from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.exceptions import HTTPError

from sandbox.process import SandboxError

from .connection import Connection

OBSERVED: Final = ("DataFresh", "RouteLoaded")
"""What stands in the status of a resource, or of a channel, once its books have been looked at."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event; `at` is when it arrived, in seconds of the monotonic clock."""

    at: float
    object: Mapping[str, Any]
    gone: bool


class Watching:
    """Follows collections, each on a connection of its own, from what exists now onwards."""

    def __init__(self, server: Connection, paths: Sequence[str]) -> None:
        self._server = server
        self._paths = paths
        self._events: SimpleQueue[Seen] = SimpleQueue()
        self._streams: dict[str, BaseHTTPResponse] = {}
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        for path in self._paths:
            self._streams[path] = self._open(path)
            threading.Thread(target=self._follow, args=(path,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for stream in self._streams.values():
            with contextlib.suppress(HTTPError, OSError):
                stream.shutdown()

    def until(self, holds: Callable[[Seen], bool], *, seconds: float, what: str) -> Seen:
        """Take events until one is as wanted; raises SandboxError when the deadline passes."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                seen = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise SandboxError(f"{what}: not within {seconds:.0f} s") from None
            if holds(seen):
                return seen

    def until_all(
        self, wanted: Collection[tuple[str, str]], holds: Callable[[Mapping[str, Any]], bool], *, seconds: float
    ) -> float:
        """Wait until a condition has been met by every kind and name; returns when the last one arrived."""
        missing = set(wanted)

        def completes(seen: Seen) -> bool:
            if not seen.gone and holds(seen.object):
                missing.discard((seen.object["kind"], seen.object["metadata"]["name"]))
            return not missing

        try:
            return self.until(completes, seconds=seconds, what=f"all of {len(wanted)} objects").at
        except SandboxError as error:
            raise SandboxError(f"{error}; {len(missing)} are missing, such as {sorted(missing)[:3]}") from None

    def _open(self, path: str) -> BaseHTTPResponse:
        pool = PoolManager(ca_certs=self._server.authority)
        # Without a resourceVersion the server sends what exists, then every change.
        return pool.request(
            "GET",
            f"{self._server.url}{path}?watch=1",
            headers={"Authorization": self._server.authorization},
            preload_content=False,
            timeout=None,
        )

    def _follow(self, path: str) -> None:
        """Read one watch after the other: the server ends those that fall behind on a busy machine."""
        while True:
            self._read(self._streams[path])
            if self._ended.is_set():
                return
            self._streams[path] = self._open(path)

    def _read(self, stream: BaseHTTPResponse) -> None:
        rest = b""
        with contextlib.suppress(HTTPError, OSError, ValueError):
            for chunk in stream.stream():
                *lines, rest = (rest + chunk).split(b"\n")
                at = time.monotonic()
                for line in lines:
                    event = json.loads(line)
                    self._events.put(Seen(at, event["object"], event["type"] == "DELETED"))


def is_ready(resource: Mapping[str, Any]) -> bool:
    """Ready, and for the version that stands in the spec."""
    status = resource.get("status", {})
    conditions = {entry["type"]: entry["status"] for entry in status.get("conditions", ())}
    return conditions.get("Ready") == "True" and status["observedGeneration"] == resource["metadata"]["generation"]


def is_settled(resource: Mapping[str, Any]) -> bool:
    """Ready, and the books have been looked at too: nothing is left to be written."""
    conditions = {entry["type"] for entry in resource.get("status", {}).get("conditions", ())}
    return is_ready(resource) and not conditions.isdisjoint(OBSERVED)
