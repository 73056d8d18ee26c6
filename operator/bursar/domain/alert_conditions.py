"""When an alert shall fire: each condition as PromQL, and as the words that a message says by default.

All of them return nothing while all is well, and one sample for each alert otherwise.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from bursar.domain.decimals import plain
from bursar.domain.durations import format_duration
from bursar.domain.events import closed
from bursar.domain.promql.build import rate, ratio, sum_by
from bursar.domain.promql.expression import Expression
from bursar.domain.promql.nodes import Aggregation, Call, Parenthesised, VectorSelector
from bursar.domain.promql.selector import Selector

_STEPS_OF_A_FORECAST: Final = 120
_SECOND: Final = timedelta(seconds=1)
_VALUE: Final = "{{ $value | humanize }}"


class Side(StrEnum):
    """On which side of a bound it is bad."""

    ABOVE = "above"
    BELOW = "below"

    @property
    def operator(self) -> str:
        """The side in PromQL."""
        return ">" if self is Side.ABOVE else "<"


class AlertCondition(Protocol):
    """When an alert fires. `pace` is the interval at which its rule is evaluated."""

    def expression(self, pace: timedelta) -> str:
        """Return the condition as PromQL."""
        ...

    @property
    def words(self) -> str:
        """What is the matter while it fires; a template of Prometheus."""
        ...


@dataclass(frozen=True, slots=True)
class Bound:
    """A number, and the side of it that is bad."""

    side: Side
    number: Decimal

    def __str__(self) -> str:
        return f"{self.side.operator} {plain(self.number)}"

    @property
    def words(self) -> str:
        """The bound for people: above 1000."""
        return f"{self.side} {plain(self.number)}"


@dataclass(frozen=True, slots=True)
class Written:
    """An expression that says itself when the alert fires."""

    query: Expression

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        return self.query.text.strip()

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"the value is {_VALUE}"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A query beyond a bound."""

    query: Expression
    bound: Bound

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        return f"{operand(self.query)} {self.bound}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"{_VALUE} is {self.bound.words}"


@dataclass(frozen=True, slots=True)
class Absent:
    """Series that are not there."""

    selector: Selector

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        return f"absent({self.selector})"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"there is no series {untemplated(str(self.selector))}"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of events that is beyond a bound, in percent, over a window that holds at least `min_events` of them.

    A counter of the part that does not exist means 0 %. `what` says for people which events those are.
    """

    part: Selector
    whole: Selector
    bound: Bound
    over: timedelta
    min_events: int = 0
    by: tuple[str, ...] = ()
    what: str = "of the events are bad"

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        part, whole = (sum_by(self.by, rate(each, self.over)) for each in (self.part, self.whole))
        if self.bound.side is Side.BELOW:
            part = f"({part} or {whole} * 0)"
        compared = f"100 * {ratio(part, whole)} {self.bound}"
        if not self.min_events:
            return compared
        return f"{compared}\nand\n{whole} * {int(self.over.total_seconds())} >= {self.min_events}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"{_VALUE} % {self.what} in the last {format_duration(self.over)}, {self.bound.words} %"


@dataclass(frozen=True, slots=True)
class Change:
    """A query that rose or fell by more than a percentage against the same time one `over` ago.

    The value is the change in percent, negative when it fell. A change from 0 has no percentage.
    """

    query: Expression
    over: timedelta
    by_percent: Decimal

    def expression(self, pace: timedelta) -> str:
        """See AlertCondition."""
        before = earlier(self.query, self.over, pace)
        change = f"100 * ({operand(self.query)} / ({before} != 0) - 1)"
        percent = plain(self.by_percent)
        return f"{change} > {percent}\nor\n{change} < -{percent}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"{_VALUE} % against {format_duration(self.over)} ago"


@dataclass(frozen=True, slots=True)
class Forecast:
    """A query that will pass a bound `within` some time, if it goes on as a straight line through the `lookback`.

    Half of the lookback must be recorded: a line through a few samples leads anywhere.
    """

    query: Expression
    bound: Bound
    within: timedelta
    lookback: timedelta

    def expression(self, pace: timedelta) -> str:
        """See AlertCondition."""
        step = max(pace, self.lookback / _STEPS_OF_A_FORECAST // _SECOND * _SECOND)
        lookback = format_duration(self.lookback)
        plain_selector = isinstance(self.query.root, VectorSelector) and _is_present(self.query.root)
        history = closed(self.query.text) if plain_selector else enclosed(self.query)
        span = f"[{lookback}]" if plain_selector else f"[{lookback}:{format_duration(step)}]"
        predicted = f"predict_linear({history}{span}, {int(self.within.total_seconds())}) {self.bound}"
        return f"{predicted}\nand\n{earlier(self.query, self.lookback / 2 // _SECOND * _SECOND, pace)}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"{_VALUE} is expected within {format_duration(self.within)}, {self.bound.words}"


def untemplated(text: str) -> str:
    """Take the meaning from what Prometheus would read as a template."""
    return text.replace("{{", "{ {")


def enclosed(query: Expression) -> str:
    """Put a query in parentheses."""
    return f"({closed(query.text.strip())})"


def operand(query: Expression) -> str:
    """Return a query as the operand of an operator, in parentheses where it needs them."""
    simple = isinstance(query.root, VectorSelector | Call | Aggregation | Parenthesised)
    return closed(query.text.strip()) if simple else enclosed(query)


def earlier(query: Expression, ago: timedelta, pace: timedelta) -> str:
    """Return what a query has returned some time ago, whatever it is made of."""
    if isinstance(query.root, VectorSelector) and _is_present(query.root):
        return f"{closed(query.text.strip())} offset {format_duration(ago)}"
    step = format_duration(pace)
    return f"last_over_time({enclosed(query)}[{step}:{step}] offset {format_duration(ago)})"


def _is_present(selector: VectorSelector) -> bool:
    return selector.offset is None and selector.at is None
