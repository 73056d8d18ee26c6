"""A channel's share of the status that comes from Alertmanager: whether its route is loaded, and what fires there."""

from typing import Final

from bursar.compiler.notification_channel import ChannelFacts
from bursar.compiler.plan import Condition
from bursar.conventions import ConditionType, Reason
from bursar.observer.figures import time_text
from bursar.observer.freshness import AS_OF, verdicts_changed
from bursar.observer.route_books import RouteBooks
from bursar.observer.samples import Observed

_NEWS: Final = ("receiver", "alerts")
_LOADED: Final = Condition(
    ConditionType.ROUTE_LOADED, "True", Reason.LOADED, "Alertmanager runs with this channel and its newest route"
)
_CURE: Final = (
    "a change takes up to two minutes; after that look whether Selected and SecretFound are True, whether the log of "
    "prometheus-operator names an error, and whether the operator's alertmanagerUrl is the Alertmanager that is meant"
)


def observe_channel(facts: ChannelFacts, books: RouteBooks) -> Observed:
    """Read one channel out of the books."""
    fields = {
        "receiver": facts.receiver,
        "alerts": books.alerts.get(facts.receiver, 0),
        AS_OF: time_text(books.at),
    }
    return Observed(fields, (_route_loaded(facts, books),))


def stale(previous: Observed | None, failure: str) -> Observed:
    """Keep what was last seen, and say that nobody knows whether it still holds; `failure` says why."""
    fields = {} if previous is None else previous.fields
    message = f"no answer since {fields[AS_OF]}: {failure}" if AS_OF in fields else f"no answer yet: {failure}"
    return Observed(fields, (_not_loaded("Unknown", Reason.UNREACHABLE, message),))


def changed(previous: Observed, new: Observed) -> bool:
    """Tell whether the route, the receiver or the number of alerts is another."""
    before, after = ([each.fields.get(name) for name in _NEWS] for each in (previous, new))
    return verdicts_changed(previous, new) or before != after


def _route_loaded(facts: ChannelFacts, books: RouteBooks) -> Condition:
    configured = books.configured
    if facts.receiver not in configured.receivers:
        return _not_loaded("False", Reason.NOT_LOADED, f"Alertmanager runs without this channel; {_CURE}")
    if facts.expression not in configured.expressions.get(facts.receiver, ()):
        return _not_loaded("False", Reason.NOT_LOADED, f"Alertmanager runs with an older route to it; {_CURE}")
    return _LOADED


def _not_loaded(status: str, reason: Reason, message: str) -> Condition:
    return Condition(ConditionType.ROUTE_LOADED, status, reason, message)
