"""What an SLA's readings may do without being news, so that most of them need not be put in words at all.

Nearly all readings move a little from cycle to cycle, and a status stays as it is. Once it was compared in full, every
series has a span of values within which `sla.changed` cannot say otherwise; as long as each stays in its own, nothing
is worth a look. A series that has no span here may not move at all.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor, inf
from operator import le
from typing import Any, Final, TypeAlias

from bursar.compiler.facts import ObjectiveFacts, SlaFacts
from bursar.compiler.plan import Key
from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLI_ERROR_RATIO_PERIOD,
    SLI_TOTAL_RATE,
)
from bursar.domain.budget import burn_rate
from bursar.observer.figures import window_text
from bursar.observer.freshness import FRESH
from bursar.observer.samples import Observed
from bursar.observer.sla_books import Found, SlaBooks
from bursar.observer.sla_series import ABSENT, Identity, Series

Span: TypeAlias = tuple[float, float]
"""The least and the greatest value that a series may take."""

Rule: TypeAlias = Callable[[float], Span]
"""Reading -> the span around it."""

_STEPS: Final = 1000  # a tenth of a point, as budgets and coverage are shown
_BURN_STEP: Final = 0.1  # as burn rates are shown
_BURN_SHARE: Final = 0.1
_EDGE: Final = 1e-9  # shown numbers are exact decimals: this near to where one turns, floats cannot tell


@dataclass(frozen=True, slots=True)
class _Still:
    """What holds of one objective; `low` and `high` are the spans of the numbers in its line of the books' table."""

    identity: Identity
    low: "array[float]"
    high: "array[float]"
    others: Sequence[Series]
    definitions: frozenset[str]
    found: Found | None

    def holds(self, books: SlaBooks) -> bool:
        numbers = books.table.numbers(self.identity)
        return (
            all(map(le, self.low, numbers))
            and all(map(le, numbers, self.high))
            and books.table.others(self.identity) == self.others
            and books.definitions(self.identity) == self.definitions
            and books.found.get(self.identity) == self.found
        )


@dataclass(frozen=True, slots=True)
class Quiet:
    """As long as it holds, the books of an SLA say what its status says. `names` are those of the table's columns."""

    facts: SlaFacts
    names: tuple[str, ...]
    objectives: tuple[_Still, ...]

    def holds(self, facts: SlaFacts, books: SlaBooks) -> bool:
        """Tell whether nothing can have become news; an SLA that was compiled anew is looked at in full."""
        if facts is not self.facts or books.table.names != self.names:
            return False
        return all(objective.holds(books) for objective in self.objectives)


def quiet(key: Key, facts: SlaFacts, books: SlaBooks, written: Observed) -> Quiet | None:
    """Take what holds now, after these books turned out to say what was written; None: look in full every time.

    So it is with groups, of which any may become the worst, and while a status says that it is not fresh.
    """
    if FRESH not in written.conditions or any(objective.group_by for objective in facts.objectives):
        return None
    rows = {row["name"]: row for row in written.fields.get("objectives", ())}
    still = tuple(_still(key, each, books, rows.get(each.name, {})) for each in facts.objectives)
    return Quiet(facts, _shared(books.table.names), still)


def _still(key: Key, facts: ObjectiveFacts, books: SlaBooks, row: Mapping[str, Any]) -> _Still:
    identity = (key.namespace, key.name, facts.name)
    table, found = books.table, books.found.get(identity)
    rules = _rules(facts, row, found)
    line = zip(table.names, table.numbers(identity), strict=True)
    spans = [_span(rules.get(name, _fixed), value) for name, value in line]
    return _Still(
        identity=identity,
        low=array("d", (low for low, _ in spans)),
        high=array("d", (high for _, high in spans)),
        others=table.others(identity),
        definitions=books.definitions(identity),
        found=found,
    )


def _rules(facts: ObjectiveFacts, row: Mapping[str, Any], found: Found | None) -> Mapping[str, Rule]:
    """Metric -> span around a reading; a metric whose meaning hangs on another reading has none.

    With an alert on what is left, budget and coverage together make the state; with bad events that were not counted,
    the number of all events decides whether they matter.
    """
    shares = {} if facts.risk_below is not None else _SHARES
    total = {} if found is not None and found.uncounted else {PERIOD_TOTAL_EVENTS: _anything}
    return {**_NO_NEWS, **shares, **total, **_burn_spans(facts, row)}


def _burn_spans(facts: ObjectiveFacts, row: Mapping[str, Any]) -> Mapping[str, Rule]:
    written = {burn["window"]: burn["rate"] for burn in row.get("burn", ())}
    unit = burn_rate(1.0, facts.target)
    return {
        burn.metric: _burn(float(written[window_text(burn.window)]), unit)
        for burn in facts.burn_windows
        if window_text(burn.window) in written
    }


def _span(rule: Rule, value: float) -> Span:
    """Where a rule does not reach, and where there is no series, nothing may move."""
    low, high = rule(value) if value != ABSENT else (value, value)
    return (low, high) if low <= value <= high else (value, value)


def _fixed(value: float) -> Span:
    return value, value


def _anything(_: float) -> Span:
    return ABSENT / 2, inf


def _share(_: float) -> Span:
    return 0.0, 1.0


def _tenth_of_a_point(value: float) -> Span:
    """All that is shown as the same percentage; 0 and 95 %, where states and conditions turn, lie between two."""
    step = floor(value * _STEPS)
    return step / _STEPS + _EDGE, (step + 1) / _STEPS - _EDGE


def _burn(written: float, unit: float) -> Rule:
    """All error ratios whose burn rate is shown no further than a tenth from the written one; `unit` is that of 1."""
    steps = floor(max(_BURN_STEP, _BURN_SHARE * abs(written)) / _BURN_STEP + _EDGE)
    reach = (steps + 0.5) * _BURN_STEP - _EDGE
    span = (max(0.0, (written - reach) / unit), min(1.0, (written + reach) / unit))
    return lambda _: span


@lru_cache(maxsize=16)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all SLAs."""
    return names


_SHARES: Final[Mapping[str, Rule]] = {
    BUDGET_REMAINING: _tenth_of_a_point,
    COVERAGE_RATIO: _tenth_of_a_point,
}
_NO_NEWS: Final[Mapping[str, Rule]] = {
    SLI_TOTAL_RATE: _anything,
    PERIOD_BAD_EVENTS: _anything,
    SLI_ERROR_RATIO_PERIOD: _share,
}
