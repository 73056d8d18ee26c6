"""Keeps the books: asks every source once per cycle for everything, and writes what changed its meaning."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from typing import Any, Final

from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.engine import telemetry
from bursar.engine.news import News, Urgency, observed_of
from bursar.engine.ports import Clock, KindSpec, Sources
from bursar.engine.status import Packed, StatusWriter
from bursar.engine.store import Live, ResourceStore
from bursar.errors import BursarError
from bursar.observer.samples import Observed

log = logging.getLogger(__name__)

LONGEST_SILENCE_SECONDS: Final = 3600.0
LONGEST_POSTPONEMENT_SECONDS: Final = 180.0
FAILURES_UNTIL_STALE: Final = 2
KEYS_PER_BREATH: Final = 50
WRITES_AT_ONCE: Final = 8


@dataclass(slots=True)
class _Last:
    """When a resource's books shall be written again at the latest, though they say nothing else.

    `quiet` is the observer's: as long as it holds, nothing is news to the status `of` which it was taken.
    """

    uid: str
    due: float
    quiet: Any = None
    of: Packed = b""


class Observation:
    """The reading side of the engine.

    `busy` tells whether resources wait for a worker: then the first books of new ones wait for a while.
    """

    def __init__(
        self,
        *,
        kinds: Mapping[Kind, KindSpec],
        store: ResourceStore,
        status: StatusWriter,
        sources: Sources,
        clock: Clock,
        jitter: Callable[[], float],
        busy: Callable[[], bool],
    ) -> None:
        self._kinds = kinds
        self._store = store
        self._status = status
        self._sources = sources
        self._clock = clock
        self._jitter = jitter
        self._busy = busy
        self._calm_at = clock.monotonic()
        self._facts: dict[Key, tuple[str, Any]] = {}
        self._last: dict[Key, _Last] = {}
        self._surveys: dict[Kind, Any] = {}
        self._failures: dict[Kind, int] = dict.fromkeys(kinds, 0)
        self._outages: dict[Kind, str] = {}

    def know(self, live: Live, facts: Any) -> None:
        """Remember what the newest plan says about reading a resource's books; None keeps what was known of it."""
        if facts is not None:
            self._facts[live.key] = (live.uid, facts)

    def forget(self, key: Key) -> None:
        """Drop what is remembered of a deleted resource."""
        self._facts.pop(key, None)
        self._last.pop(key, None)

    async def run(self, interval_seconds: float) -> None:
        """Keep the books until cancelled, one cycle per interval."""
        while True:
            started = self._clock.monotonic()
            await self.cycle(writing_seconds=interval_seconds)
            await asyncio.sleep(max(0.0, interval_seconds - (self._clock.monotonic() - started)))

    async def cycle(self, *, writing_seconds: float = inf) -> None:
        """Read the books of every kind once, and write what is news, as far as there is time for it."""
        if not self._busy():
            self._calm_at = self._clock.monotonic()
        news: list[News] = []
        for kind, spec in self._kinds.items():
            started = self._clock.monotonic()
            failure = await self._survey(spec)
            if failure is None:
                telemetry.BOOKS_AS_OF.labels(kind.value).set(self._clock.now().timestamp())
                self._outages.pop(kind, None)
            elif self._sources.server(spec.source) is None or self._failures[kind] >= FAILURES_UNTIL_STALE:
                self._outages[kind] = failure
            if failure is None or kind in self._outages:
                news += await self._read(spec)
            telemetry.BOOKS_SECONDS.labels(kind.value).set(self._clock.monotonic() - started)
        await self._write_all(news, until=self._clock.monotonic() + writing_seconds)

    async def refresh(self, live: Live) -> None:
        """Bring the observed half to the resource's newest generation, before its Ready says that it is there."""
        conditions = self._status.observed(live).get("conditions", ())
        if all(condition["observedGeneration"] == live.generation for condition in conditions):
            return
        spec = self._kinds[live.key.kind]
        observed = self._look(spec, live) or self._stale(spec, live, failure="not read since the operator started")
        await self._write(live, observed)

    async def _survey(self, spec: KindSpec) -> str | None:
        """Ask everything about one kind; returns why that failed, None when it did not."""
        server = self._sources.server(spec.source)
        if server is None:
            return f"no {spec.source} is configured; set the operator's {spec.source.lower()}Url"
        known = {
            live.key: facts
            for live in self._store.of_kind(spec.kind)
            if live.kept is not None and (facts := self._facts_of(live)) is not None
        }
        try:
            self._surveys[spec.kind] = await spec.observer.survey(server, known)
        except BursarError as error:
            self._failures[spec.kind] += 1
            log.warning("books not read", extra={"kind": spec.kind.value, "error": str(error)})
            return str(error)
        self._failures[spec.kind] = 0
        return None

    async def _read(self, spec: KindSpec) -> list[News]:
        found: list[News] = []
        for number, live in enumerate(self._store.of_kind(spec.kind)):
            if number % KEYS_PER_BREATH == 0:
                await asyncio.sleep(0)
            try:
                news = self._news(spec, live)
                if news is not None:
                    found.append(news)
            except Exception as error:
                # A defect that one resource's books bring to light must not end the books of all others.
                telemetry.ERRORS.labels(type(error).__name__).inc()
                log.exception("books not understood", extra={"key": str(live.key)})
        return found

    def _news(self, spec: KindSpec, live: Live) -> News | None:
        """Read one resource's books; None when nothing of them is worth writing."""
        # What no worker has looked at yet has no books, and its Ready shall not wait for their writing.
        if self._is_quiet(spec, live) or not self._status.was_decided(live):
            return None
        observed = self._look(spec, live)
        urgency = None if observed is None else self._urgency(spec, live, observed)
        return None if urgency is None else News(urgency, spec, live)

    def _is_quiet(self, spec: KindSpec, live: Live) -> bool:
        """Tell, without reading them, whether the books say what was written and need not be written again yet."""
        last = self._last.get(live.key)
        if last is None or last.quiet is None or last.uid != live.uid or self._clock.monotonic() >= last.due:
            return False
        facts, survey = self._facts_of(live), self._surveys.get(spec.kind)
        if facts is None or spec.kind in self._outages:
            return False
        same = last.of is self._status.observed_packed(live)
        return same and bool(spec.observer.is_quiet(last.quiet, live.key, facts, survey))

    def _urgency(self, spec: KindSpec, live: Live, observed: Observed) -> Urgency | None:
        """Judge whether books are worth writing; what is not is expected to stay so."""
        previous = self._previous(live)
        if previous is None:
            return None if self._is_postponed() else Urgency.FIRST
        last = self._last.get(live.key)
        if last is None or last.uid != live.uid:
            last = self._remember(live)
        if spec.observer.changed(previous, observed):
            return Urgency.CHANGED
        if self._clock.monotonic() >= last.due:
            return Urgency.DUE
        self._expect_quiet(spec, live, last, previous)
        return None

    def _is_postponed(self) -> bool:
        """Let a crowd of new resources become Ready first: the API server has one pace for both."""
        return self._busy() and self._clock.monotonic() - self._calm_at < LONGEST_POSTPONEMENT_SECONDS

    def _expect_quiet(self, spec: KindSpec, live: Live, last: _Last, written: Observed) -> None:
        facts, survey = self._facts_of(live), self._surveys.get(spec.kind)
        if facts is not None and survey is not None and spec.kind not in self._outages:
            last.quiet = spec.observer.quiet(live.key, facts, survey, written)
            last.of = self._status.observed_packed(live)

    def _look(self, spec: KindSpec, live: Live) -> Observed | None:
        """What is known of a resource's books now, marked as old while there is an outage."""
        failure = self._outages.get(spec.kind)
        return self._observe(spec, live) if failure is None else self._stale(spec, live, failure=failure)

    def _observe(self, spec: KindSpec, live: Live) -> Observed | None:
        survey, facts, resource = self._surveys.get(spec.kind), self._facts_of(live), live.resource
        if resource is None or facts is None or survey is None:
            return None
        return spec.observer.observe(live.key, resource, facts, survey, self._previous(live))

    def _stale(self, spec: KindSpec, live: Live, *, failure: str) -> Observed | None:
        """Keep what was read last; a status may be older, because not every reading is worth writing."""
        resource = live.resource
        if resource is None:
            return None
        return spec.observer.stale(resource, self._observe(spec, live) or self._previous(live), failure)

    def _facts_of(self, live: Live) -> Any:
        """What a plan of this very object said, None when there was none: a namesake's facts are not its own."""
        uid, facts = self._facts.get(live.key, ("", None))
        return facts if uid == live.uid else None

    def _previous(self, live: Live) -> Observed | None:
        """What the status holds."""
        return observed_of(self._status.observed(live))

    async def _write_all(self, news: Iterable[News], *, until: float) -> None:
        """Write the most urgent first; what is still waiting by `until` is news in the next cycle again."""
        waiting = iter(sorted(news, key=attrgetter("urgency")))

        async def write_next() -> None:
            for item in waiting:
                if self._clock.monotonic() >= until:
                    return
                try:
                    await self._write(item.live, self._look(item.spec, item.live))
                except BursarError as error:
                    message = "books not written, next cycle tries again"
                    log.info(message, extra={"key": str(item.live.key), "error": str(error)})

        await asyncio.gather(*(write_next() for _ in range(WRITES_AT_ONCE)))

    async def _write(self, live: Live, observed: Observed | None) -> None:
        current = self._store.get(live.key)
        if observed is None or current is None or current.uid != live.uid:
            return
        await self._status.observe(current, observed)
        self._remember(live)

    def _remember(self, live: Live) -> _Last:
        """Note that a status holds books; they are written again within the hour even when nothing changes."""
        due = self._clock.monotonic() + LONGEST_SILENCE_SECONDS * self._jitter()
        self._last[live.key] = _Last(live.uid, due)
        return self._last[live.key]
