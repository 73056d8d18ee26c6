"""What is asked of Prometheus about alerts: their states in every cycle, the rest every few minutes.

The number of questions does not grow with the number of rules, but for one per fifty that are looked at closely.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bursar.compiler.alert_rule import AlertRuleFacts
from bursar.compiler.monitoring_target import TargetFacts
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.promql.selector import Selector
from bursar.engine.ports import Books, Clock
from bursar.observer import alert_rule, preset_alerts
from bursar.observer.acknowledged import Shown, acknowledged
from bursar.observer.alert_books import AlertBooks, Identity, alert_queries, rule_errors, rule_questions
from bursar.observer.alert_rule import AlertFound
from bursar.observer.checks import Check, check_queries, findings
from bursar.observer.samples import Observed
from bursar.surveys.acknowledgements import Acknowledgements
from bursar.surveys.always_read import AlwaysRead
from bursar.surveys.asking import MOST_LOOKS, Calendar, ask, beside_the_books
from bursar.surveys.monitoring_target import TargetObserver, TargetSurvey


@dataclass(frozen=True, slots=True)
class AlertSurvey:
    """One cycle's books of all AlertRules, what was found when each was last looked at closely, and who takes care."""

    books: AlertBooks
    found: Mapping[Key, AlertFound] = field(default_factory=dict)
    acknowledged: Mapping[Identity, Shown] = field(default_factory=dict)


class AlertRuleObserver(AlwaysRead):
    """Implements engine.ports.Observer for AlertRules."""

    def __init__(self, clock: Clock, interval: timedelta, acknowledgements: Acknowledgements) -> None:
        self._acknowledgements = acknowledgements
        self._calendar = Calendar(clock, interval)
        self._found: dict[Key, AlertFound] = {}

    async def survey(self, books: Books, facts: Mapping[Key, AlertRuleFacts]) -> AlertSurvey:
        """Read the states of all alerts, and look closely at the rules that are due."""
        read = AlertBooks.from_answers(await ask(books, alert_queries(Kind.ALERT_RULE)))
        with beside_the_books("alert rules"):
            await self._look_closely(books, read, facts)
        return AlertSurvey(read, dict(self._found), acknowledged(await self._acknowledgements.now()))

    def observe(
        self, key: Key, resource: Any, facts: AlertRuleFacts, survey: Any, previous: Observed | None
    ) -> Observed:
        """Read one rule out of the survey."""
        found = survey.found.get(key, AlertFound())
        taken = survey.acknowledged.get((key.namespace, facts.incident))
        return alert_rule.observe_alert_rule(key.namespace, facts, survey.books, found, previous, acknowledged=taken)

    def stale(self, _: Any, previous: Observed | None, failure: str) -> Observed:
        """Keep what was last seen."""
        return alert_rule.stale(previous, failure)

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell whether the meaning changed."""
        return alert_rule.changed(previous, new)

    async def _look_closely(self, books: Books, read: AlertBooks, facts: Mapping[Key, AlertRuleFacts]) -> None:
        self._calendar.keep(facts)
        self._found = {key: found for key, found in self._found.items() if key in facts}
        due = self._calendar.due(facts)[:MOST_LOOKS]
        errors = await ask_for_errors(books, (facts[key].group for key in due))
        known = await _known_metrics(books, {metric for key in due for metric in facts[key].metrics})
        for key in due:
            identity = (key.namespace, facts[key].incident)
            missing = tuple(metric for metric in facts[key].metrics if metric not in known)
            found = self._found[key] = AlertFound(errors.get(identity, ""), missing)
            complete = found == AlertFound() and read.has_loaded(identity, facts[key].definition)
            self._calendar.looked(key, facts[key], complete=complete)


@dataclass(frozen=True, slots=True)
class PresetSurvey:
    """One cycle's survey of all targets, the books of their alerts, and what is said against these."""

    targets: TargetSurvey
    books: AlertBooks | None
    errors: Mapping[Identity, str]


class PresetObserver(AlwaysRead):
    """Implements engine.ports.Observer for MonitoringTargets: what TargetObserver says, and their alerts."""

    def __init__(self, clock: Clock, interval: timedelta) -> None:
        self._targets = TargetObserver(clock, interval)
        self._calendar = Calendar(clock, interval)
        self._errors: dict[Key, Mapping[Identity, str]] = {}

    async def survey(self, books: Books, facts: Mapping[Key, TargetFacts]) -> PresetSurvey:
        """Survey all targets; the alerts of those that have some are read in bulk."""
        targets = await self._targets.survey(books, facts)
        facts = {key: known for key, known in facts.items() if known.definitions}
        if not facts:
            return PresetSurvey(targets, None, {})
        read = AlertBooks.from_answers(await ask(books, alert_queries(Kind.MONITORING_TARGET)))
        with beside_the_books("rules of targets"):
            await self._look_for_errors(books, read, facts)
        errors = {identity: error for found in self._errors.values() for identity, error in found.items()}
        return PresetSurvey(targets, read, errors)

    def observe(self, key: Key, resource: Any, facts: TargetFacts, survey: Any, previous: Observed | None) -> Observed:
        """Read one target and its alerts out of the survey."""
        observed = self._targets.observe(key, resource, facts, survey.targets, previous)
        if survey.books is None or not facts.definitions:
            return observed
        shown, loaded = preset_alerts.alerts_of_target(key.namespace, facts, survey.books, survey.errors)
        return Observed({**observed.fields, "alerts": shown}, (*observed.conditions, loaded))

    def stale(self, resource: Any, previous: Observed | None, failure: str) -> Observed:
        """Keep what was last seen."""
        return self._targets.stale(resource, previous, failure)

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell whether the meaning changed."""
        alerts_changed = previous.fields.get("alerts") != new.fields.get("alerts")
        return alerts_changed or self._targets.changed(previous, new)

    async def _look_for_errors(self, books: Books, read: AlertBooks, facts: Mapping[Key, TargetFacts]) -> None:
        subjects = {key: known.definitions for key, known in facts.items()}
        self._calendar.keep(facts)
        self._errors = {key: errors for key, errors in self._errors.items() if key in facts}
        due = self._calendar.due(subjects)[:MOST_LOOKS]
        errors = await ask_for_errors(books, (facts[key].group for key in due))
        for key in due:
            identities = {(key.namespace, incident): known for incident, known in subjects[key].items()}
            self._errors[key] = {identity: errors[identity] for identity in identities if identity in errors}
            loaded = all(read.has_loaded(identity, known) for identity, known in identities.items())
            self._calendar.looked(key, subjects[key], complete=loaded and not self._errors[key])


async def ask_for_errors(books: Books, groups: Iterable[str]) -> dict[Identity, str]:
    """Ask what Prometheus says against the alerts of some groups."""
    errors: dict[Identity, str] = {}
    for question in rule_questions(groups):
        errors |= rule_errors(await books.read("rules", question))
    return errors


async def _known_metrics(books: Books, metrics: Iterable[str]) -> frozenset[str]:
    """Ask which metrics have series, up to 50 in one query."""
    queries = check_queries(Check(metric, Selector(metric)) for metric in sorted(metrics))
    answers = await ask(books, {query: query for query in queries})
    return frozenset(findings(answers.values()))
