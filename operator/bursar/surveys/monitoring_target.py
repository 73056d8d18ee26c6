"""What is asked about targets: how many are up, and which signals there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bursar.compiler.monitoring_target import TargetFacts
from bursar.compiler.plan import Key
from bursar.engine.ports import Books, Clock
from bursar.observer import monitoring_target, target_books
from bursar.observer.samples import Observed
from bursar.observer.target_books import SignalFindings, TargetBooks
from bursar.surveys.always_read import AlwaysRead
from bursar.surveys.asking import MOST_LOOKS, MOST_QUESTIONS, Calendar, ask, beside_the_books


@dataclass(frozen=True, slots=True)
class TargetSurvey:
    """One cycle's books of all targets, and the signals that were looked for in it."""

    books: TargetBooks
    signals: SignalFindings


class TargetObserver(AlwaysRead):
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
