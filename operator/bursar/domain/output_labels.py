"""Which labels the result of an expression may have.

Source: https://prometheus.io/docs/prometheus/latest/querying/operators/
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, assert_never

from bursar.domain.promql.functions import FUNCTIONS
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.nodes import (
    Aggregation,
    Binary,
    Call,
    Node,
    NumberLiteral,
    Parenthesised,
    RangeSelector,
    StringLiteral,
    Subquery,
    Unary,
    ValueType,
    VectorSelector,
    unwrapped,
    walk,
)

_ABSENT: Final = frozenset({"absent", "absent_over_time"})
_RELABELLING: Final = frozenset({"label_replace", "label_join"})
_SELECTING: Final = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_SERIES: Final = frozenset({ValueType.VECTOR, ValueType.RANGE})


@dataclass(frozen=True, slots=True)
class OutputLabels:
    """The labels that a result may have: only `names` if `closed`, else any but `names`."""

    names: frozenset[str] = frozenset()
    closed: bool = False

    def may_have(self, label: str) -> bool:
        """Whether any series of the result may have a label."""
        return (label in self.names) is self.closed

    def keep(self, labels: Iterable[str]) -> "OutputLabels":
        """Leave nothing but some labels."""
        return OutputLabels(frozenset(filter(self.may_have, labels)), closed=True)

    def drop(self, labels: Iterable[str]) -> "OutputLabels":
        """Take some labels away."""
        return OutputLabels(self.names - {*labels} if self.closed else self.names | {*labels}, self.closed)

    def add(self, labels: Iterable[str]) -> "OutputLabels":
        """Add some labels."""
        return OutputLabels(self.names | {*labels} if self.closed else self.names - {*labels}, self.closed)

    def or_those_of(self, other: "OutputLabels") -> "OutputLabels":
        """Allow what either of both allows."""
        if self.closed:
            return other.add(self.names)
        return self.add(other.names) if other.closed else OutputLabels(self.names & other.names)


_NONE: Final = OutputLabels(closed=True)
_ANY: Final = OutputLabels()


def output_labels(node: Node) -> OutputLabels:
    """Return the labels that a sound expression may leave at its result; what is not known for sure is allowed."""
    match node:
        case NumberLiteral() | StringLiteral():
            return _NONE
        case VectorSelector() | RangeSelector():
            return _ANY
        case Subquery() | Unary() | Parenthesised():
            return output_labels(node.expression)
        case Call():
            return _of_call(node)
        case Aggregation():
            return _of_aggregation(node)
        case Binary():
            return _of_binary(node)
        case never:
            assert_never(never)


def _of_call(call: Call) -> OutputLabels:
    if call.function in _ABSENT:
        return OutputLabels(frozenset(_matched(call)), closed=True)
    signature = FUNCTIONS[call.function]
    series = (each for index, each in enumerate(call.arguments) if signature.argument(index) in _SERIES)
    first = next(series, None)
    if first is None or signature.returns is ValueType.SCALAR:
        return _NONE
    labels = output_labels(first)
    if call.function in _RELABELLING:
        return labels.add(_text(call.arguments[1]))
    return labels.drop(("le",)) if call.function == "histogram_quantile" else labels


def _matched(call: Call) -> Iterable[str]:
    """List the labels that absent() takes over from its selector."""
    for node in walk(call.arguments[0]):
        if isinstance(node, VectorSelector):
            conditions = (each.matcher for each in node.matchers)
            yield from (each.label for each in conditions if each.operator is MatchOperator.EQUAL)


def _of_aggregation(node: Aggregation) -> OutputLabels:
    labels = output_labels(node.expression)
    if node.operator in _SELECTING:
        return labels
    grouped = labels.drop(node.grouping.labels) if node.grouping.without else labels.keep(node.grouping.labels)
    return grouped.add(_text(node.parameter)) if node.operator == "count_values" else grouped


def _text(node: Node | None) -> tuple[str, ...]:
    literal = node if node is None else unwrapped(node)
    return (literal.value,) if isinstance(literal, StringLiteral) else ()


def _of_binary(node: Binary) -> OutputLabels:
    left, right, matching = output_labels(node.left), output_labels(node.right), node.matching
    if node.operator == "or":
        return left.or_those_of(right)
    if node.operator in ("and", "unless") or _is_scalar(node.right):
        return left
    if _is_scalar(node.left):
        return right
    if matching.group:
        return (right if matching.group == "group_right" else left).add(matching.include)
    if matching.on:
        return left.keep(matching.labels)
    # Without on() all labels of both sides are equal, so that the side whose labels are known tells them.
    return (right if right.closed else left).drop(matching.labels)


def _is_scalar(node: Node) -> bool:
    match node:
        case Parenthesised() | Unary():
            return _is_scalar(node.expression)
        case Binary():
            return _is_scalar(node.left) and _is_scalar(node.right)
        case Call():
            return FUNCTIONS[node.function].returns is ValueType.SCALAR
    return isinstance(node, NumberLiteral)
