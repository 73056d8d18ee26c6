"""Prints trees in one canonical form: equal trees are equal texts, without comments and superfluous blanks."""

from collections.abc import Iterable
from typing import assert_never

from bursar.domain.promql.literals import format_number, format_seconds
from bursar.domain.promql.matcher import LABEL
from bursar.domain.promql.nodes import (
    Aggregation,
    At,
    Binary,
    Call,
    Grouping,
    Length,
    Matching,
    Node,
    NumberLiteral,
    Parenthesised,
    RangeSelector,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    Window,
    children,
)
from bursar.domain.promql.quoting import quote
from bursar.domain.promql.selector import Selector
from bursar.domain.promql.tokens import SPECIAL_NUMBERS, WINDOW


def print_canonical(node: Node) -> str:
    """Print a tree that was parsed; parsing the text yields the same tree but for its spans."""
    match node:
        case NumberLiteral():
            text = _number(node)
        case StringLiteral():
            text = quote(node.value)
        case VectorSelector():
            text = _selector(node) + _modifiers(node)
        case RangeSelector():
            text = f"{_selector(node.selector)}[{_length(node.range)}]{_modifiers(node)}"
        case Subquery():
            step = _length(node.step) if node.step else ""
            text = f"{print_canonical(node.expression)}[{_length(node.range)}:{step}]{_modifiers(node)}"
        case Call():
            text = f"{node.function}({_listed(node.arguments)})"
        case Aggregation():
            text = f"{node.operator}{_grouping(node.grouping)}({_listed(children(node))})"
        case Binary():
            operator = f"{node.operator} bool" if node.returns_bool else node.operator
            sides = print_canonical(node.left), print_canonical(node.right)
            text = f"{sides[0]} {operator}{_matching(node.matching)} {sides[1]}"
        case Unary():
            text = node.operator + print_canonical(node.expression)
        case Parenthesised():
            text = f"({print_canonical(node.expression)})"
        case never:
            assert_never(never)
    return text


def _listed(nodes: Iterable[Node]) -> str:
    return ", ".join(map(print_canonical, nodes))


def _selector(node: VectorSelector) -> str:
    return str(Selector(node.name, tuple(each.matcher for each in node.matchers)))


def _modifiers(node: VectorSelector | RangeSelector | Subquery) -> str:
    at = f" @ {_at(node.at)}" if node.at else ""
    return at + (f" offset {_length(node.offset)}" if node.offset else "")


def _at(at: At) -> str:
    return f"{at.time}()" if isinstance(at.time, str) else format_number(at.time)


def _grouping(grouping: Grouping) -> str:
    if not grouping.without and not grouping.labels:
        return ""
    return f" {'without' if grouping.without else 'by'} ({_labels(grouping.labels)}) "


def _matching(matching: Matching) -> str:
    if not matching.on and not matching.labels and not matching.group:
        return ""
    group = f" {matching.group} ({_labels(matching.include)})" if matching.group else ""
    return f" {'on' if matching.on else 'ignoring'} ({_labels(matching.labels)}){group}"


def _labels(labels: Iterable[str]) -> str:
    return ", ".join(label if _is_bare(label) else quote(label) for label in labels)


def _is_bare(label: str) -> bool:
    return LABEL.fullmatch(label) is not None and label.lower() not in SPECIAL_NUMBERS | {"without"}


def _length(length: Length) -> str:
    if isinstance(length, Window):
        return f"-{WINDOW}" if length.negative else WINDOW
    if length.value.is_integer():
        return format_seconds(length.value)
    return _number(length)


def _number(literal: NumberLiteral) -> str:
    return format_seconds(literal.value) if literal.is_duration else format_number(literal.value)
