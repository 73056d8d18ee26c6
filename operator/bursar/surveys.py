"""What is asked of Prometheus, kind by kind; how the answers are read is the observers' business.

The number of queries in a cycle does not grow with the number of SLAs. What changes rarely (which signals and buckets
exist) is asked every few minutes, many questions in one query, and sooner where the last answer was incomplete.
Only the books themselves must be answered; whatever else is asked may fail alone.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import inf
from typing import Any, Final

from bursar.compiler.facts import SlaFacts
from bursar.compiler.monitoring_target import TargetFacts
from bursar.compiler.plan import Key
from bursar.engine.ports import Books, Clock
from bursar.errors import TransientError
from bursar.observer import monitoring_target, sla, sla_books, sla_finds, sla_quiet, target_books
from bursar.observer.checks import check_queries, findings
from bursar.observer.rule_errors import rule_error, rules_question
from bursar.observer.samples import Answer, Observed
from bursar.observer.sla_books import Found, Gathering, SlaBooks
from bursar.observer.sla_quiet import Quiet
from bursar.observer.sla_series import Identity
from bursar.observer.target_books import SignalFindings, TargetBooks

log = logging.getLogger(__name__)

INCOMPLETE_INTERVAL: Final = timedelta(seconds=15)
MOST_QUESTIONS: Final = 20
MOST_LOOKS: Final = 500  # in one cycle; ten thousand SLAs are looked at in turn, however short the interval
QUERIES_AT_ONCE: Final = 2
LEAST_BORN: Final = timedelta(minutes=5)
UNCOUNTED_KEPT: Final = timedelta(days=1)


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


class Memory:
    """The greatest number that was noted for each subject within some time."""

    def __init__(self, clock: Clock, kept: timedelta) -> None:
        self._clock = clock
        self._kept = kept.total_seconds()
        self._noted: dict[Identity, tuple[float, int]] = {}

    def most(self, subject: Identity, number: int) -> int:
        """Note a number, and return the greatest one that is still kept."""
        now = self._clock.monotonic()
        at, known = self._noted.get(subject, (now, 0))
        if number >= known or now - at > self._kept:
            at, known = now, number
        if known:
            self._noted[subject] = (at, known)
        else:
            self._noted.pop(subject, None)
        return known


@contextlib.contextmanager
def beside_the_books(question: str) -> Iterator[None]:
    """Let a question fail alone: a server may not know it, or one selector may be too much for it."""
    try:
        yield
    except TransientError as error:
        log.warning("question not answered", extra={"question": question, "error": str(error)})


@dataclass(frozen=True, slots=True)
class SlaSurvey:
    """One cycle's books of all SLAs, and what Prometheus says against rules that are not loaded."""

    books: SlaBooks
    rule_errors: Mapping[Identity, str] = field(default_factory=dict)


class SlaObserver:
    """Implements engine.ports.Observer for SLAs."""

    def __init__(self, clock: Clock, interval: timedelta) -> None:
        self._calendar = Calendar(clock, interval)
        self._born_within = max(2 * interval, LEAST_BORN)
        self._uncounted = Memory(clock, UNCOUNTED_KEPT)
        self._found: dict[Key, Mapping[Identity, Found]] = {}

    async def survey(self, books: Books, facts: Mapping[Key, SlaFacts]) -> SlaSurvey:
        """Read all budgets, look for the series that are due, and for the errors of rules that are missing."""
        gathering = await _gathered(books, {**sla_books.QUERIES, **sla_books.burn_queries(facts.values())})
        with beside_the_books("series"):
            await self._look_for_series(books, facts)
        found = {identity: known for of_key in self._found.values() for identity, known in of_key.items()}
        read = gathering.books(found)
        return SlaSurvey(read, await _rule_errors(books, read, facts))

    def observe(self, key: Key, resource: Any, facts: SlaFacts, survey: Any, previous: Observed | None) -> Observed:
        """Read one SLA out of the survey."""
        errors = {
            objective.name: survey.rule_errors[key.namespace, key.name, objective.name]
            for objective in facts.objectives
            if (key.namespace, key.name, objective.name) in survey.rule_errors
        }
        return sla.observe_sla(resource, facts, survey.books, previous, rule_errors=errors)

    def stale(self, _: Any, previous: Observed | None, failure: str) -> Observed:
        """Keep the last books."""
        return sla.stale(previous, failure)

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell whether the meaning changed."""
        return sla.changed(previous, new)

    def quiet(self, key: Key, facts: SlaFacts, survey: Any, written: Observed) -> Quiet | None:
        """Take what must hold of later surveys, so that nothing is news."""
        return None if _has_errors(key, facts, survey) else sla_quiet.quiet(key, facts, survey.books, written)

    def is_quiet(self, quiet: Quiet, key: Key, facts: SlaFacts, survey: Any) -> bool:
        """Tell whether it still holds."""
        return quiet.holds(facts, survey.books) and not _has_errors(key, facts, survey)

    async def _look_for_series(self, books: Books, facts: Mapping[Key, SlaFacts]) -> None:
        subjects = {key: tuple(each.watched for each in known.objectives) for key, known in facts.items()}
        self._calendar.keep(facts)
        self._found = {key: found for key, found in self._found.items() if key in facts}
        due = self._calendar.due(subjects)[:MOST_LOOKS]
        checks = [check for key in due for check in sla_finds.checks(key, facts[key], born_within=self._born_within)]
        answers = await ask(books, {query: query for query in check_queries(checks)})
        read = findings(answers.values())
        for key in due:
            found = sla_finds.found(key, facts[key], read)
            self._found[key] = {identity: self._remember(identity, now) for identity, now in found.items()}
            self._calendar.looked(key, subjects[key], complete=sla_finds.complete(facts[key], found, key))

    def _remember(self, identity: Identity, found: Found) -> Found:
        """Keep for a day that events were not counted: the counter that held them is no news any more."""
        return replace(found, uncounted=self._uncounted.most(identity, found.uncounted))


async def _gathered(books: Books, queries: Mapping[str, str]) -> Gathering:
    """Ask a few at a time, and keep of each answer no more than its numbers: all of them are large."""
    gathering, names = Gathering(), list(queries)
    for start in range(0, len(names), QUERIES_AT_ONCE):
        answers = await ask(books, {name: queries[name] for name in names[start : start + QUERIES_AT_ONCE]})
        await asyncio.to_thread(gathering.add, answers)
    if gathering.fires:
        gathering.add(await ask(books, {"burning": sla_books.BURNING}))
    return gathering


def _has_errors(key: Key, facts: SlaFacts, survey: SlaSurvey) -> bool:
    errors = survey.rule_errors
    return bool(errors) and any((key.namespace, key.name, each.name) in errors for each in facts.objectives)


async def _rule_errors(books: Books, read: SlaBooks, facts: Mapping[Key, SlaFacts]) -> dict[Identity, str]:
    """Ask what Prometheus says against some rules that it has not loaded, or that record nothing."""
    definitions = {
        (key.namespace, key.name, objective.name): objective.definition
        for key, known in facts.items()
        for objective in known.objectives
    }
    missing = [identity for identity, known in definitions.items() if not read.is_loaded(identity, known)]
    silent = [identity for identity in definitions.keys() - set(missing) if not read.has_traffic(identity)]
    errors: dict[Identity, str] = {}
    with beside_the_books("rules"):
        for identity in [*missing, *sorted(silent)][:MOST_QUESTIONS]:
            error = rule_error(identity, await books.read("rules", rules_question(identity)))
            if error:
                errors[identity] = error
    return errors


@dataclass(frozen=True, slots=True)
class TargetSurvey:
    """One cycle's books of all targets, and the signals that were looked for in it."""

    books: TargetBooks
    signals: SignalFindings


class TargetObserver:
    """Implements engine.ports.Observer for MonitoringTargets."""

    def __init__(self, clock: Clock, interval: timedelta) -> None:
        self._calendar = Calendar(clock, interval)

    async def survey(self, books: Books, facts: Mapping[Key, TargetFacts]) -> TargetSurvey:
        """Count all targets, look for the signals that are due, and ask for the errors of what is down."""
        answers = await ask(books, target_books.QUERIES)
        signals: SignalFindings = {}
        with beside_the_books("signals"):
            signals = await self._look_for_signals(books, facts)
        errors = await _scrape_errors(books, TargetBooks.from_answers(answers), facts)
        return TargetSurvey(TargetBooks.from_answers(answers, errors=errors), signals)

    def observe(self, _: Key, resource: Any, facts: TargetFacts, survey: Any, previous: Observed | None) -> Observed:
        """Read one target out of the survey."""
        return monitoring_target.observe_target(resource, facts, survey.books, survey.signals, previous)

    def stale(self, _: Any, previous: Observed | None, failure: str) -> Observed:
        """Keep what was last seen."""
        return monitoring_target.stale(previous, failure)

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell whether the meaning changed."""
        return monitoring_target.changed(previous, new)

    def quiet(self, key: Key, facts: TargetFacts, survey: Any, written: Observed) -> None:
        """Expect nothing: every target is looked at in full."""

    def is_quiet(self, quiet: Any, key: Key, facts: TargetFacts, survey: Any) -> bool:
        """Tell that nothing is known to hold."""
        return False

    async def _look_for_signals(self, books: Books, facts: Mapping[Key, TargetFacts]) -> SignalFindings:
        self._calendar.keep(facts)
        subjects = {key: known.checks for key, known in facts.items()}
        due = [(key, facts[key]) for key in self._calendar.due(subjects)[:MOST_LOOKS]]
        queries = target_books.signal_queries(due)
        answers = await ask(books, {query: query for query in queries})
        found = target_books.signals_from_answers(due, answers.values())
        for key, known in due:
            missing = monitoring_target.missing_signals(known, found[key.namespace, key.name])
            self._calendar.looked(key, known.checks, complete=not missing)
        return found


async def _scrape_errors(
    books: Books, read: TargetBooks, facts: Mapping[Key, TargetFacts]
) -> dict[tuple[str, str], str]:
    """Ask why some of the targets that are down are down."""
    down = [key for key, known in facts.items() if read.down((key.namespace, key.name), known)][:MOST_QUESTIONS]
    errors: dict[tuple[str, str], str] = {}
    with beside_the_books("targets"):
        for key in down:
            for pool in facts[key].scrape_pools:
                answer = await books.read("targets", {"state": "active", "scrapePool": pool})
                error = target_books.scrape_error((pool,), answer)
                if error:
                    errors[key.namespace, key.name] = error
                    break
    return errors
