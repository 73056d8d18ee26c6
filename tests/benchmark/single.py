"""One change among many idle resources: an edit of the user's, or harm to a generated rule."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .load import RULES, Manifest, collection, path_of
from .place import NAMESPACE, Place
from .report import Figure, at_most, percentile
from .watching import Seen, Watching

RULES_PATH: Final = collection(RULES, NAMESPACE, "PrometheusRule")
PATIENCE_SECONDS: Final = 60.0
_PREFIXES: Final = {"SLA": "sla", "AlertRule": "arule"}

Harm = Callable[[Place, str], None]


def edits(place: Place, edited: Sequence[Manifest]) -> list[Figure]:
    """Edit one resource after another, from the sending of the edit to the changed rule in a watch."""
    count = len(edited)
    with Watching(place.server, (RULES_PATH,)) as watching:
        latencies = [_edit(place, watching, resource) for resource in edited]
    milliseconds = [1000 * seconds for seconds in latencies]
    return [
        Figure(f"{count} edits: p50", percentile(milliseconds, 0.5), "ms", at_most(100)),
        Figure(f"{count} edits: p99", percentile(milliseconds, 0.99), "ms", at_most(500)),
        Figure(f"{count} edits: slowest", max(milliseconds), "ms"),
    ]


def drift(place: Place, count: int, slas: int) -> list[Figure]:
    """Delete rules and edit rules one after another, until a watch shows each as it was."""
    with Watching(place.server, (RULES_PATH,)) as watching:
        deleted = [_repair(place, watching, number % slas, _delete) for number in range(count)]
        edited = [_repair(place, watching, number % slas, _empty) for number in range(count)]
    return [
        Figure(f"{count} rules deleted: slowest repair", max(deleted), "s", at_most(5)),
        Figure(f"{count} rules deleted: p50", percentile(deleted, 0.5), "s"),
        Figure(f"{count} rules edited: slowest repair", max(edited), "s", at_most(5)),
        Figure(f"{count} rules edited: p50", percentile(edited, 0.5), "s"),
    ]


def _edit(place: Place, watching: Watching, edited: Manifest) -> float:
    name = edited["metadata"]["name"]
    rule = place.api.get(f"{RULES_PATH}/{_PREFIXES[edited['kind']]}-{name}")
    began = time.monotonic()
    place.api.merge(path_of(edited), {"spec": edited["spec"]})
    changed = watching.until(
        lambda seen: _shows(seen, rule) and seen.object["spec"] != rule["spec"],
        seconds=PATIENCE_SECONDS,
        what=f"the rule of edited {edited['kind']} {name}",
    )
    return changed.at - began


def _repair(place: Place, watching: Watching, number: int, harm: Harm) -> float:
    rule = place.api.get(_rule_path(number))
    began = time.monotonic()
    harm(place, _rule_path(number))
    repaired = watching.until(
        lambda seen: _shows(seen, rule) and seen.object["spec"] == rule["spec"],
        seconds=PATIENCE_SECONDS,
        what=f"the repair of the rule of SLA {number}",
    )
    return repaired.at - began


def _shows(seen: Seen, before: Mapping[str, Any]) -> bool:
    """Whether an event shows the same name in another version."""
    metadata, known = seen.object["metadata"], before["metadata"]
    newer = int(metadata["resourceVersion"]) > int(known["resourceVersion"])
    return not seen.gone and metadata["name"] == known["name"] and newer


def _delete(place: Place, path: str) -> None:
    place.api.delete(path)


def _empty(place: Place, path: str) -> None:
    place.api.merge(path, {"spec": {"groups": []}})


def _rule_path(number: int) -> str:
    return f"{RULES_PATH}/sla-service-{number}"
