"""How a verdict stands in a status: Ready, Reconciling and Stalled by the rules of kstatus.

Ready is always there; Reconciling and Stalled only while true, and never both. What is wrong in the spec is Stalled;
what time or somebody else may cure is Reconciling.
"""

from collections.abc import Iterable
from typing import assert_never

from bursar.compiler.plan import Accepted, Condition, Rejected, Verdict, Waiting
from bursar.conventions import ConditionType, Reason

TRUE, FALSE, UNKNOWN = "True", "False", "Unknown"


def accepted(*, suspended: bool = False) -> tuple[Condition, ...]:
    """Everything is applied, or shall stay as it is."""
    if suspended:
        message = "spec.suspend is true: what was generated stays as it is"
        return (Condition(ConditionType.READY, TRUE, Reason.SUSPENDED, message),)
    return (Condition(ConditionType.READY, TRUE, Reason.SUCCEEDED, "all generated objects are as specified"),)


def waiting(reason: Reason, message: str) -> tuple[Condition, ...]:
    """Something that is not in the spec is missing or failing; it is tried again."""
    return (
        Condition(ConditionType.READY, FALSE, reason, message),
        Condition(ConditionType.RECONCILING, TRUE, reason, message),
    )


def unknown(reason: Reason, message: str) -> tuple[Condition, ...]:
    """Nobody can say how things are; it is tried again."""
    return (
        Condition(ConditionType.READY, UNKNOWN, reason, message),
        Condition(ConditionType.RECONCILING, TRUE, reason, message),
    )


def stalled(reason: Reason, message: str) -> tuple[Condition, ...]:
    """Only an edit of the spec helps."""
    return (
        Condition(ConditionType.READY, FALSE, reason, message),
        Condition(ConditionType.STALLED, TRUE, reason, message),
    )


def conditions_for(verdict: Verdict, rejections: Iterable[str]) -> tuple[Condition, ...]:
    """Render a verdict; `rejections` are what prometheus-operator says against applied objects."""
    match verdict:
        case Accepted():
            refused = "; ".join(rejections)
            return waiting(Reason.REJECTED, f"prometheus-operator does not accept {refused}") if refused else accepted()
        case Waiting(reason, message):
            return waiting(reason, message)
        case Rejected(reason, message):
            return stalled(reason, message)
        case _:
            assert_never(verdict)
