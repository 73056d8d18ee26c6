"""The syntax tree: immutable nodes, each with the place in the text that it was read from.

Parentheses are nodes, so that printing needs no rules of precedence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bursar.domain.promql.matcher import NAME_LABEL, Matcher, MatchOperator
from bursar.domain.promql.tokens import Span


class ValueType(StrEnum):
    """What an expression yields, in the words of Prometheus' documentation."""

    SCALAR = "scalar"
    VECTOR = "instant vector"
    RANGE = "range vector"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A number, or a duration in seconds; a sign before it belongs to it."""

    span: Span
    value: float
    is_duration: bool = False


@dataclass(frozen=True, slots=True)
class StringLiteral:
    """A string; `value` is unescaped."""

    span: Span
    value: str


@dataclass(frozen=True, slots=True)
class Window:
    """`{{.window}}` where a duration stands, `template` without the signs; negative as an offset into the future."""

    span: Span
    template: Span
    negative: bool = False


Length = NumberLiteral | Window


@dataclass(frozen=True, slots=True)
class At:
    """`@`: a Unix time in seconds, or `start` or `end` of the query."""

    span: Span
    time: float | str


@dataclass(frozen=True, slots=True)
class LabelMatcher:
    """A matcher and where it stands; a quoted metric name in braces is one on `__name__`."""

    span: Span
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class VectorSelector:
    """An instant vector selector; `bare_name` is the name before the braces, if there is one."""

    span: Span
    bare_name: Span | None
    name: str
    matchers: tuple[LabelMatcher, ...] = ()
    braces: Span | None = None
    offset: Length | None = None
    at: At | None = None

    @property
    def bare_span(self) -> Span:
        """Where the selector stands without its modifiers."""
        last = self.braces or self.bare_name or self.span
        return Span(self.span.start, last.end)

    @property
    def metric(self) -> str:
        """The metric's name, wherever it stands; empty when it is matched by an expression or not at all."""
        return self.name or next(filter(None, map(_named, self.matchers)), "")


@dataclass(frozen=True, slots=True)
class RangeSelector:
    """A vector selector over a range: `[5m]`; offset and `@` are here, never at `selector`."""

    span: Span
    selector: VectorSelector
    range: Length
    offset: Length | None = None
    at: At | None = None


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression evaluated over a range: `[30m:1m]`; without a step, the interval of the rules is taken."""

    span: Span
    expression: "Node"
    range: Length
    step: Length | None = None
    offset: Length | None = None
    at: At | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    span: Span
    function: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Grouping:
    """`by (…)` or, if `without`, `without (…)`."""

    labels: tuple[str, ...] = ()
    without: bool = False


@dataclass(frozen=True, slots=True)
class Aggregation:
    """An aggregation such as `sum by (job) (…)`; `parameter` is the first argument of those that have two."""

    span: Span
    operator: str
    expression: "Node"
    parameter: "Node | None" = None
    grouping: Grouping = Grouping()


@dataclass(frozen=True, slots=True)
class Matching:
    """How the samples of two vectors find each other.

    `labels` are those of `on` or `ignoring`; `group` is `group_left`, `group_right` or empty, with its labels in
    `include`. `span` is empty where nothing is written.
    """

    span: Span
    on: bool = False
    labels: tuple[str, ...] = ()
    group: str = ""
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; `operator` is in lower case."""

    span: Span
    operator: str
    operator_span: Span
    left: "Node"
    right: "Node"
    returns_bool: bool
    matching: Matching


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign before anything but a literal."""

    span: Span
    operator: str
    expression: "Node"


@dataclass(frozen=True, slots=True)
class Parenthesised:
    """An expression in parentheses."""

    span: Span
    expression: "Node"


Node = (
    NumberLiteral
    | StringLiteral
    | VectorSelector
    | RangeSelector
    | Subquery
    | Call
    | Aggregation
    | Binary
    | Unary
    | Parenthesised
)


def children(node: Node) -> "tuple[Node, ...]":
    """Return the nodes right below one, in the order of the text."""
    match node:
        case NumberLiteral() | StringLiteral() | VectorSelector():
            return ()
        case RangeSelector():
            return (node.selector,)
        case Subquery() | Unary() | Parenthesised():
            return (node.expression,)
        case Call():
            return node.arguments
        case Aggregation():
            return (node.expression,) if node.parameter is None else (node.parameter, node.expression)
        case Binary():
            return node.left, node.right
        case never:
            assert_never(never)


def walk(root: Node) -> Iterator[Node]:
    """Yield a node and all below it, in the order in which they begin in the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def unwrapped(node: Node) -> Node:
    """Return what stands in the parentheses, however many."""
    while isinstance(node, Parenthesised):
        node = node.expression
    return node


def _named(matcher: LabelMatcher) -> str:
    condition = matcher.matcher
    return condition.value if condition.label == NAME_LABEL and condition.operator is MatchOperator.EQUAL else ""
