"""An AlertRule's share of the status that comes from Prometheus: its state, and whether it can work at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bursar.compiler.alert_rule import AlertRuleFacts
from bursar.compiler.plan import Condition
from bursar.conventions import ConditionType, Reason
from bursar.domain.alert_lint import unknown_metric
from bursar.observer.acknowledged import Shown
from bursar.observer.alert_books import AlertBooks, Identity
from bursar.observer.figures import time_text
from bursar.observer.freshness import AS_OF, FRESH, not_fresh, verdicts_changed
from bursar.observer.samples import Observed

_MOST_FINDINGS: Final = 32
_NEWS: Final = ("state", "instances", "activeSince", "acknowledged", "findings")
_LOADED: Final = Condition(ConditionType.RULES_LOADED, "True", Reason.LOADED, "Prometheus evaluates all rules")


class AlertState(StrEnum):
    """What an alert does, in the words of Prometheus."""

    UNKNOWN = "Unknown"
    INACTIVE = "Inactive"
    PENDING = "Pending"
    FIRING = "Firing"


@dataclass(frozen=True, slots=True)
class AlertFound:
    """What was asked about one alert less often: Prometheus' own error, and metrics that it has no series of."""

    error: str = ""
    missing: tuple[str, ...] = ()


def observe_alert_rule(
    namespace: str,
    facts: AlertRuleFacts,
    books: AlertBooks,
    found: AlertFound,
    previous: Observed | None,
    *,
    acknowledged: Shown | None = None,
) -> Observed:
    """Read one rule out of the books.

    `previous` is what was written last and knows when it fired; `acknowledged` is who takes care of it.
    """
    identity = (namespace, facts.incident)
    state = _state(identity, books, found)
    fields = {
        "state": state.value,
        "instances": books.firing.get(identity, 0) or books.pending.get(identity, 0),
        "activeSince": _since(identity, state, books),
        "lastFired": _last_fired(state, books, previous),
        "acknowledged": acknowledged or {},
        "findings": _findings(facts, found),
        AS_OF: time_text(books.at),
    }
    loaded = rules_loaded(namespace, {facts.incident: facts.definition}, books, {identity: found.error})
    return Observed({name: value for name, value in fields.items() if value not in ("", [], {})}, (loaded, FRESH))


def stale(previous: Observed | None, failure: str) -> Observed:
    """Keep what was last seen of a rule when Prometheus gives no answer; `failure` says why it does not."""
    return not_fresh(previous, failure=failure, unread={"state": AlertState.UNKNOWN.value})


def changed(previous: Observed, new: Observed) -> bool:
    """Tell whether a state, the number of instances, a finding or a condition moved."""
    before, after = ([each.fields.get(name) for name in _NEWS] for each in (previous, new))
    return verdicts_changed(previous, new) or before != after


def rules_loaded(
    namespace: str, definitions: Mapping[str, str], books: AlertBooks, errors: Mapping[Identity, str]
) -> Condition:
    """Say whether Prometheus evaluates exactly these alerts, given as incident -> definition, and without an error."""
    failed = [errors[namespace, incident] for incident in definitions if errors.get((namespace, incident))]
    if failed:
        message = f"Prometheus refuses a rule: {failed[0]}{_more(failed)}"
        return Condition(ConditionType.RULES_LOADED, "False", Reason.RULE_FAILED, message)
    missing = [name for name, known in definitions.items() if not books.has_loaded((namespace, name), known)]
    if not missing:
        return _LOADED
    old = any(books.definitions.get((namespace, incident)) for incident in missing)
    message = (
        f"{'an older version of the rules is' if old else 'the rules are not'} loaded; a change takes up to two "
        "minutes, after that look whether Selected is True and whether the operator's prometheusUrl is the server "
        "that evaluates them"
    )
    return Condition(ConditionType.RULES_LOADED, "False", Reason.NOT_LOADED, message)


def _more(found: list[str]) -> str:
    return f"; +{len(found) - 1} more" if len(found) > 1 else ""


def _state(identity: Identity, books: AlertBooks, found: AlertFound) -> AlertState:
    if books.firing.get(identity):
        return AlertState.FIRING
    if books.pending.get(identity):
        return AlertState.PENDING
    return AlertState.INACTIVE if identity in books.definitions and not found.error else AlertState.UNKNOWN


def _since(identity: Identity, state: AlertState, books: AlertBooks) -> str:
    since = books.since.get(identity)
    return time_text(since) if since is not None and state in (AlertState.PENDING, AlertState.FIRING) else ""


def _last_fired(state: AlertState, books: AlertBooks, previous: Observed | None) -> str:
    """Note the cycle in which it began to fire; Prometheus itself keeps no such time."""
    before: Mapping[str, Any] = {} if previous is None else previous.fields
    if state is AlertState.FIRING and before.get("state") != AlertState.FIRING.value:
        return time_text(books.at)
    return str(before.get("lastFired", ""))


def _findings(facts: AlertRuleFacts, found: AlertFound) -> list[Mapping[str, str]]:
    all_of_them: Iterable[Any] = (*facts.findings, *map(unknown_metric, found.missing))
    return [finding.as_data() for finding in all_of_them][:_MOST_FINDINGS]
