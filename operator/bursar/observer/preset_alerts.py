"""What Prometheus makes of a target's alerts."""

from collections.abc import Mapping

from bursar.compiler.monitoring_target import TargetFacts
from bursar.compiler.plan import Condition
from bursar.observer.alert_books import AlertBooks, Identity
from bursar.observer.alert_rule import rules_loaded


def alerts_of_target(
    namespace: str, facts: TargetFacts, books: AlertBooks, errors: Mapping[Identity, str]
) -> tuple[Mapping[str, int], Condition]:
    """Count the alerts of a target, and say whether Prometheus evaluates them."""
    identities = [(namespace, incident) for incident in facts.definitions]
    shown = {
        "firing": sum(books.firing.get(identity, 0) for identity in identities),
        "pending": sum(books.pending.get(identity, 0) for identity in identities),
    }
    return shown, rules_loaded(namespace, facts.definitions, books, errors)
