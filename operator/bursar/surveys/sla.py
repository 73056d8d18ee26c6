"""What is asked about the books of SLAs."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from bursar.compiler.facts import SlaFacts
from bursar.compiler.plan import Key
from bursar.domain.alerting import incident_of_objective
from bursar.engine.ports import Books, Clock
from bursar.observer import sla, sla_books, sla_finds, sla_quiet
from bursar.observer.acknowledged import Shown, acknowledged
from bursar.observer.checks import check_queries, findings
from bursar.observer.rule_errors import rule_error, rules_question
from bursar.observer.samples import Observed
from bursar.observer.sla_books import Found, Gathering, SlaBooks
from bursar.observer.sla_quiet import Quiet
from bursar.observer.sla_series import Identity
from bursar.surveys.acknowledgements import Acknowledgements
from bursar.surveys.asking import MOST_LOOKS, MOST_QUESTIONS, QUERIES_AT_ONCE, Calendar, ask, beside_the_books

LEAST_BORN: Final = timedelta(minutes=5)
UNCOUNTED_KEPT: Final = timedelta(days=1)


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


@dataclass(frozen=True, slots=True)
class SlaSurvey:
    """One cycle's books of all SLAs, what Prometheus says against rules that are not loaded, and who takes care."""

    books: SlaBooks
    rule_errors: Mapping[Identity, str] = field(default_factory=dict)
    acknowledged: Mapping[tuple[str, str], Shown] = field(default_factory=dict)


class SlaObserver:
    """Implements engine.ports.Observer for SLAs."""

    def __init__(self, clock: Clock, interval: timedelta, acknowledgements: Acknowledgements) -> None:
        self._acknowledgements = acknowledgements
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
        taken = acknowledged(await self._acknowledgements.now())
        return SlaSurvey(read, await _rule_errors(books, read, facts), taken)

    def observe(self, key: Key, resource: Any, facts: SlaFacts, survey: Any, previous: Observed | None) -> Observed:
        """Read one SLA out of the survey."""
        errors = {
            objective.name: survey.rule_errors[key.namespace, key.name, objective.name]
            for objective in facts.objectives
            if (key.namespace, key.name, objective.name) in survey.rule_errors
        }
        taken = _acknowledged(key, facts, survey)
        return sla.observe_sla(resource, facts, survey.books, previous, rule_errors=errors, acknowledged=taken)

    def stale(self, _: Any, previous: Observed | None, failure: str) -> Observed:
        """Keep the last books."""
        return sla.stale(previous, failure)

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell whether the meaning changed."""
        return sla.changed(previous, new)

    def quiet(self, key: Key, facts: SlaFacts, survey: Any, written: Observed) -> Quiet | None:
        """Take what must hold of later surveys, so that nothing is news."""
        return None if _is_unusual(key, facts, survey) else sla_quiet.quiet(key, facts, survey.books, written)

    def is_quiet(self, quiet: Quiet, key: Key, facts: SlaFacts, survey: Any) -> bool:
        """Tell whether it still holds."""
        return quiet.holds(facts, survey.books) and not _is_unusual(key, facts, survey)

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


def _acknowledged(key: Key, facts: SlaFacts, survey: SlaSurvey) -> dict[str, Shown]:
    """Say of which objectives somebody takes care."""
    incidents = {each.name: incident_of_objective(key.name, each.name) for each in facts.objectives}
    found = {name: survey.acknowledged.get((key.namespace, incident)) for name, incident in incidents.items()}
    return {name: shown for name, shown in found.items() if shown is not None}


def _is_unusual(key: Key, facts: SlaFacts, survey: SlaSurvey) -> bool:
    """Tell whether a status says more than the books do: then it is looked at in full."""
    return _has_errors(key, facts, survey) or bool(survey.acknowledged and _acknowledged(key, facts, survey))


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
