"""What of the books is worth writing, and what a status holds of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from bursar.compiler.plan import Condition
from bursar.conventions import Reason
from bursar.engine.ports import KindSpec
from bursar.engine.store import Live
from bursar.observer.samples import Observed

_REASONS: Final = frozenset(Reason)


class Urgency(IntEnum):
    """Why books are worth writing, the most urgent first."""

    CHANGED = 0
    FIRST = 1
    DUE = 2


@dataclass(frozen=True, slots=True)
class News:
    """A resource whose books are worth writing. They are put in words again for that: all at once would fill memory."""

    urgency: Urgency
    spec: KindSpec
    live: Live


def observed_of(part: Mapping[str, Any]) -> Observed | None:
    """Read back the observed half of a live status; None when nothing was observed yet."""
    conditions = tuple(
        Condition(entry["type"], entry["status"], Reason(entry["reason"]), entry["message"])
        for entry in part.get("conditions", ())
        if entry["reason"] in _REASONS
    )
    fields = {name: value for name, value in part.items() if name != "conditions"}
    return Observed(fields=fields, conditions=conditions) if fields or conditions else None
