"""How often something is asked, and how many questions at a time.

The number of queries in a cycle does not grow with the number of resources. What changes rarely (which signals and
buckets exist) is asked every few minutes, many questions in one query, and sooner where the last answer was incomplete.
Only the books themselves must be answered; whatever else is asked may fail alone.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Final

from bursar.compiler.plan import Key
from bursar.engine.ports import Books, Clock
from bursar.errors import TransientError
from bursar.observer.samples import Answer

log = logging.getLogger(__name__)

INCOMPLETE_INTERVAL: Final = timedelta(seconds=15)
MOST_QUESTIONS: Final = 20
MOST_LOOKS: Final = 500  # in one cycle; ten thousand SLAs are looked at in turn, however short the interval
QUERIES_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class _Look:
    """When something was looked for, what it was, and whether all of it was found."""

    at: float
    subject: object
    complete: bool


class Calendar:
    """When each key was last looked at and for what, and whether it is due again."""

    def __init__(self, clock: Clock, interval: timedelta) -> None:
        self._clock = clock
        self._interval = interval
        self._looked: dict[Key, _Look] = {}

    def due(self, subjects: Mapping[Key, object]) -> list[Key]:
        """Return the keys to look at, what waits longest first.

        They were never looked at, long ago, with something missing, or for another subject.
        """
        return sorted((key for key, subject in subjects.items() if self._is_due(key, subject)), key=self._last_look)

    def looked(self, key: Key, subject: object, *, complete: bool) -> None:
        """Note that a key was looked at now, and for what."""
        self._looked[key] = _Look(self._clock.monotonic(), subject, complete)

    def keep(self, keys: Iterable[Key]) -> None:
        """Forget all other keys."""
        self._looked = {key: self._looked[key] for key in keys if key in self._looked}

    def _last_look(self, key: Key) -> float:
        last = self._looked.get(key)
        return -inf if last is None else last.at

    def _is_due(self, key: Key, subject: object) -> bool:
        last = self._looked.get(key)
        if last is None or last.subject != subject:
            return True
        interval = self._interval if last.complete else min(self._interval, INCOMPLETE_INTERVAL)
        return self._clock.monotonic() - last.at >= interval.total_seconds()


async def ask(books: Books, queries: Mapping[str, str]) -> dict[str, Answer]:
    """Ask some queries, a few at a time; fails as a whole when one fails."""
    slots = asyncio.Semaphore(QUERIES_AT_ONCE)

    async def one(query: str) -> Answer:
        async with slots:
            return await books.query(query)

    try:
        async with asyncio.TaskGroup() as asking:
            tasks = {name: asking.create_task(one(query)) for name, query in queries.items()}
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return {name: task.result() for name, task in tasks.items()}


@contextlib.contextmanager
def beside_the_books(question: str) -> Iterator[None]:
    """Let a question fail alone: a server may not know it, or one selector may be too much for it."""
    try:
        yield
    except TransientError as error:
        log.warning("question not answered", extra={"question": question, "error": str(error)})
