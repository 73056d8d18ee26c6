"""An SLA's share of the status that comes from Prometheus: its budgets, its state, and how far they can be trusted."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bursar.api.sla import SLA
from bursar.compiler.facts import SlaFacts
from bursar.observer.acknowledged import Shown
from bursar.observer.figures import sensible, time_text
from bursar.observer.freshness import AS_OF, FRESH, not_fresh, verdicts_changed
from bursar.observer.samples import Observed
from bursar.observer.sla_books import SlaBooks
from bursar.observer.sla_conditions import budget_healthy, rules_loaded
from bursar.observer.sla_doubts import data_quality
from bursar.observer.sla_reach import tiers_reachable
from bursar.observer.sla_readings import SEVERITY_OF_STATE, State, read
from bursar.observer.sla_rows import Row, row, summary

_BUDGET_STEP: Final = Decimal("0.1")
_BURN_STEP: Final = Decimal("0.1")
_BURN_SHARE: Final = Decimal("0.1")
_POINT: Final = Decimal(1)


def observe_sla(
    sla: SLA,
    facts: SlaFacts,
    books: SlaBooks,
    previous: Observed | None,
    *,
    rule_errors: Mapping[str, str] | None = None,
    acknowledged: Mapping[str, Shown] | None = None,
) -> Observed:
    """Read one SLA out of the books.

    `previous` is what was written last; it knows since when an alert fires. `rule_errors` maps an objective's name to
    what Prometheus says against its rules, `acknowledged` to who takes care of its alerts.
    """
    namespace, name = sla.metadata.namespace, sla.metadata.name
    before = {} if previous is None else _rows(previous)
    readings = [read(objective, (namespace, name, objective.name), books) for objective in facts.objectives]
    rows = [row(reading, at=books.at, previous=before.get(reading.facts.name, {})) for reading in readings]
    for shown in rows:
        shown["alerts"] |= _taken(shown["name"], acknowledged or {})
    ranked = sorted(zip(rows, facts.objectives, strict=True), key=lambda pair: _rank(pair[0]))
    fields = {
        "state": ranked[0][0]["state"],
        "worst": summary(*ranked[0]),
        "objectives": rows,
        AS_OF: time_text(books.at),
    }
    conditions = (
        rules_loaded(readings, rule_errors or {}),
        FRESH,
        data_quality(readings),
        tiers_reachable(sla, readings),
        budget_healthy([(shown["name"], State(shown["state"])) for shown, _ in ranked]),
    )
    return Observed(fields, conditions)


def stale(previous: Observed | None, at_failure: str) -> Observed:
    """Keep the last books of an SLA when Prometheus gives no new ones; `at_failure` says why it does not."""
    return not_fresh(previous, failure=at_failure, unread={"state": State.UNKNOWN.value})


def changed(previous: Observed, new: Observed) -> bool:
    """Tell whether the books say something else than what was written.

    They do when a state, an alert or a condition moves, the budget by 0.1 points, a burn rate by more than 10 % and
    more than 0.1, the coverage by a point. Time and counts alone are no news.
    """
    if verdicts_changed(previous, new) or previous.fields.get("state") != new.fields.get("state"):
        return True
    before, after = _rows(previous), _rows(new)
    return before.keys() != after.keys() or any(_row_changed(before[name], after[name]) for name in after)


def _taken(objective: str, acknowledged: Mapping[str, Shown]) -> Row:
    return {"acknowledged": acknowledged[objective]} if objective in acknowledged else {}


def _rows(observed: Observed) -> Mapping[str, Row]:
    return {row["name"]: row for row in observed.fields.get("objectives", ())}


def _rank(shown: Row) -> tuple[int, float]:
    return SEVERITY_OF_STATE[shown["state"]], float(shown.get("budget", {}).get("remaining", "inf"))


def _row_changed(before: Row, after: Row) -> bool:
    return (
        any(before.get(name) != after.get(name) for name in ("state", "target"))
        or _firing(before) != _firing(after)
        or _moved(_remaining(before), _remaining(after), by=_BUDGET_STEP)
        or _moved(before.get("coverage"), after.get("coverage"), by=_POINT)
        or _burn_changed(before.get("burn", ()), after.get("burn", ()))
        or _groups_changed(before.get("worstGroups", ()), after.get("worstGroups", ()))
    )


def _firing(shown: Row) -> tuple[Any, ...]:
    alerts = shown.get("alerts", {})
    return alerts.get("page"), alerts.get("ticket"), alerts.get("since"), alerts.get("acknowledged")


def _remaining(shown: Row) -> str | None:
    remaining: str | None = shown.get("budget", {}).get("remaining")
    return remaining


def _moved(before: str | None, after: str | None, *, by: Decimal) -> bool:
    old, new = _number(before), _number(after)
    return old is not new if old is None or new is None else abs(new - old) >= by


def _number(text: str | None) -> Decimal | None:
    """Read a number of a status; None when there is none, or somebody has written nonsense into the status."""
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    return number if sensible(float(number)) else None


def _burn_changed(before: Sequence[Row], after: Sequence[Row]) -> bool:
    old = {burn["window"]: _number(burn["rate"]) for burn in before}
    new = {burn["window"]: _number(burn["rate"]) for burn in after}
    return old.keys() != new.keys() or any(_rate_changed(old[window], new[window]) for window in new)


def _rate_changed(before: Decimal | None, after: Decimal | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > max(_BURN_STEP, _BURN_SHARE * abs(before))


def _groups_changed(before: Sequence[Row], after: Sequence[Row]) -> bool:
    old = {frozenset(group["labels"].items()): group["remaining"] for group in before}
    new = {frozenset(group["labels"].items()): group["remaining"] for group in after}
    return old.keys() != new.keys() or any(_moved(old[group], new[group], by=_POINT) for group in old)
