"""What a status says about its own age."""

from collections.abc import Mapping
from typing import Any, Final

from bursar.compiler.plan import Condition
from bursar.conventions import ConditionType, Reason
from bursar.observer.samples import Observed

AS_OF: Final = "asOf"
FRESH: Final = Condition(ConditionType.DATA_FRESH, "True", Reason.FRESH, "Prometheus answers")


def not_fresh(previous: Observed | None, *, failure: str, unread: Mapping[str, Any]) -> Observed:
    """Keep the last values and say that Prometheus gave no newer ones, why, and since when.

    `unread` are the fields of a resource that was never read.
    """
    fields = unread if previous is None or not previous.fields else previous.fields
    conditions = () if previous is None else previous.conditions
    message = f"no answer since {fields[AS_OF]}: {failure}" if AS_OF in fields else f"no answer yet: {failure}"
    stale = Condition(ConditionType.DATA_FRESH, "False", Reason.UNREACHABLE, message)
    others = tuple(condition for condition in conditions if condition.type != ConditionType.DATA_FRESH)
    return Observed(fields=fields, conditions=(*others, stale))


def verdicts_changed(previous: Observed, new: Observed) -> bool:
    """Tell whether any condition says something else; the wording alone does not count."""
    return _verdicts(previous) != _verdicts(new)


def _verdicts(observed: Observed) -> Mapping[str, tuple[str, str]]:
    return {condition.type: (condition.status, condition.reason) for condition in observed.conditions}
