"""The grammar of expressions: a Pratt parser over the lexer's tokens.

It accepts what Prometheus accepts without feature flags, up to the version it is asked for; types are checked
afterwards. Nesting is bounded, so that its recursion is.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Final

from bursar.domain.promql.functions import FLAGGED_AGGREGATIONS, FUNCTIONS, PARAMETERS, Version
from bursar.domain.promql.lengths import LengthGrammar
from bursar.domain.promql.nodes import (
    Aggregation,
    Binary,
    Call,
    Grouping,
    Matching,
    Node,
    NumberLiteral,
    Parenthesised,
    StringLiteral,
    Unary,
)
from bursar.domain.promql.tokens import (
    AGGREGATIONS,
    DURATION,
    END,
    IDENTIFIER,
    KEYWORDS,
    METRIC_KINDS,
    NUMBER,
    STRING,
    Span,
    Token,
    shortened,
)
from bursar.domain.promql.vectors import QUOTED_NAMES

MAX_DEPTH: Final = 200
TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH} levels; record parts of it by rules of their own"
TRIM_OPERATORS: Final[Version] = (3, 11)
COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})

_TRIMS: Final = frozenset({"</", ">/"})

_LEVELS: Final = (
    ("or",),
    ("and", "unless"),
    (*COMPARISONS, *_TRIMS),
    ("+", "-"),
    ("*", "/", "%", "atan2"),
    ("^",),
    ("[", "offset", "@", "anchored", "smoothed"),
)
OPERATORS: Final = frozenset(operator for level in _LEVELS[:-1] for operator in level)

_POWERS: Final = {operator: power for power, level in enumerate(_LEVELS, start=1) for operator in level}
_LABEL_KINDS: Final = KEYWORDS - {"without"} | {IDENTIFIER}
_SIGN_POWER: Final = _POWERS["*"]
_GROUPS: Final = frozenset({"group_left", "group_right"})
_FILLS: Final = frozenset({"fill", "fill_left", "fill_right"})
_FUNCTION_FLAG: Final = "promql-experimental-functions"
_SUGGESTED: Final = tuple(name for name, each in FUNCTIONS.items() if not each.flagged and each.until is None)


class ExpressionGrammar(LengthGrammar):
    """Reads one expression; every method that nests is told how deep it is."""

    def parse(self) -> Node:
        """Read the whole text."""
        node = self.expression(0, 1)
        self.expect(END, "an operator or the end of the expression")
        return node

    def expression(self, floor: int, depth: int) -> Node:
        """Read an expression of operators that bind more strongly than `floor`."""
        if depth > MAX_DEPTH:
            raise self.error(self.current.start, TOO_DEEP)
        node = _OPERANDS.get(self.current.kind, ExpressionGrammar._no_operand)(self, depth)
        while (power := _POWERS.get(self.current.kind, 0)) > floor:
            suffix = _SUFFIXES.get(self.current.kind)
            node = suffix(self, node) if suffix else self._binary(node, power, depth)
        return node

    def _no_operand(self, depth: int) -> Node:
        raise self.no_metric("an expression")

    def _number(self, depth: int) -> NumberLiteral:
        return self.number()

    def _string(self, depth: int) -> StringLiteral:
        token = self.current
        return StringLiteral(token.span, self.string())

    def _unnamed(self, depth: int) -> Node:
        return self.vector(None)

    def _parenthesised(self, depth: int) -> Parenthesised:
        start = self.advance().start
        inner = self.expression(0, depth + 1)
        self.expect(")", 'an operator or ")"')
        return Parenthesised(self.span_from(start), inner)

    def _signed(self, depth: int) -> Node:
        sign = self.advance()
        inner = self.expression(_SIGN_POWER, depth + 1)
        span = self.span_from(sign.start)
        if isinstance(inner, NumberLiteral):
            return NumberLiteral(span, -inner.value if sign.kind == "-" else inner.value, inner.is_duration)
        return Unary(span, sign.kind, inner)

    def _named(self, depth: int) -> Node:
        """Read a function call or a selector."""
        name = self.advance()
        if self.current.kind != "(":
            return self.vector(name)
        self._check_function(name)
        arguments = self._arguments(depth)
        return Call(self.span_from(name.start), name.text, arguments)

    def _arguments(self, depth: int) -> tuple[Node, ...]:
        self.expect("(", '"("')
        if self.accept(")"):
            return ()
        arguments = [self.expression(0, depth + 1)]
        while self.accept(","):
            arguments.append(self.expression(0, depth + 1))
        self.expect(")", 'an operator, "," or ")"')
        return tuple(arguments)

    def _check_function(self, name: Token) -> None:
        function = FUNCTIONS.get(name.text)
        if name.text in _FILLS:
            raise self.error(name.start, f"{name.text} needs Prometheus' feature flag promql-binop-fill-modifiers")
        if function is None:
            raise self.error(name.start, f'unknown function "{shortened(name.text)}"{_suggestion(name.text)}')
        if function.flagged:
            raise self.error(name.start, f"{name.text} needs Prometheus' feature flag {_FUNCTION_FLAG}")
        gone = function.until
        if gone and self.version >= gone:
            raise self.error(name.start, f"{name.text} was removed in Prometheus {gone[0]}.{gone[1]}")
        self.need(function.since, name.text, name.start)

    def _aggregation(self, depth: int) -> Node:
        """Read an aggregation, or a selector of a metric that has its name."""
        name = self.advance()
        if self.current.kind not in ("(", "by", "without"):
            return self.vector(name)
        if name.kind in FLAGGED_AGGREGATIONS:
            raise self.error(name.start, f"{name.text} needs Prometheus' feature flag {_FUNCTION_FLAG}")
        grouping = self._grouping()
        arguments = self._arguments(depth)
        grouping = grouping or self._grouping() or Grouping()
        return self._aggregated(name, self.span_from(name.start), arguments, grouping)

    def _aggregated(self, name: Token, span: Span, arguments: tuple[Node, ...], grouping: Grouping) -> Aggregation:
        wanted = 2 if name.kind in PARAMETERS else 1
        if len(arguments) != wanted:
            counted = "2 arguments, the parameter first" if wanted == 2 else "1 argument"
            raise self.error(name.start, f"{name.kind} takes {counted}, not {len(arguments)}")
        parameter = arguments[0] if wanted == 2 else None
        return Aggregation(span, name.kind, arguments[-1], parameter, grouping)

    def _grouping(self) -> Grouping | None:
        if self.current.kind not in ("by", "without"):
            return None
        without = self.advance().kind == "without"
        return Grouping(self._labels(), without)

    def _binary(self, left: Node, power: int, depth: int) -> Binary:
        operator = self.advance()
        if operator.kind in _TRIMS:
            self.need(TRIM_OPERATORS, operator.kind, operator.start)
        returns_bool = self.accept("bool")
        matching = self._matching()
        right = self.expression(power - 1 if operator.kind == "^" else power, depth + 1)
        span = self.span_from(left.span.start)
        return Binary(span, operator.kind, operator.span, left, right, returns_bool, matching)

    def _matching(self) -> Matching:
        start = self.current.start
        if self.current.kind in _GROUPS:
            raise self.error(start, f"{self.current.text} needs on (...) or ignoring (...) before it")
        if self.current.kind not in ("on", "ignoring"):
            return Matching(Span(start, start))
        on = self.advance().kind == "on"
        labels = self._labels()
        group = self.advance().kind if self.current.kind in _GROUPS else ""
        include = self._labels() if group and self.current.kind == "(" else ()
        return Matching(self.span_from(start), on, labels, group, include)

    def _labels(self) -> tuple[str, ...]:
        self.expect("(", '"(" and labels')
        labels: list[str] = []
        while self.current.kind != ")":
            labels.append(self._grouping_label())
            if not self.accept(",") and self.current.kind != ")":
                raise self.unexpected('"," or ")"')
        self.advance()
        return tuple(labels)

    def _grouping_label(self) -> str:
        token = self.current
        if token.kind == STRING:
            self.need(QUOTED_NAMES, "a label in quotes", token.start)
            label = self.string()
            if not label:
                raise self.error(token.start, "a label needs a name; write it in the quotes")
            return label
        if token.kind not in _LABEL_KINDS:
            raise self.unexpected('a label or ")"')
        if ":" in token.text:
            self.need(QUOTED_NAMES, "a label with a colon", token.start)
        return self.advance().text

    def _extended(self, node: Node) -> Node:
        token = self.current
        raise self.error(token.start, f"{token.text} needs Prometheus' feature flag promql-extended-range-selectors")


def _suggestion(name: str) -> str:
    similar = difflib.get_close_matches(name.lower(), _SUGGESTED, 1)
    return f"; did you mean {similar[0]}?" if similar else ""


_OPERANDS: Final[Mapping[str, Callable[[ExpressionGrammar, int], Node]]] = {
    **dict.fromkeys(METRIC_KINDS, ExpressionGrammar._named),
    **dict.fromkeys(AGGREGATIONS, ExpressionGrammar._aggregation),
    **dict.fromkeys((NUMBER, DURATION), ExpressionGrammar._number),
    **dict.fromkeys("+-", ExpressionGrammar._signed),
    STRING: ExpressionGrammar._string,
    "(": ExpressionGrammar._parenthesised,
    "{": ExpressionGrammar._unnamed,
}
_SUFFIXES: Final[Mapping[str, Callable[[ExpressionGrammar, Node], Node]]] = {
    "[": ExpressionGrammar.ranged,
    "offset": ExpressionGrammar.shifted,
    "@": ExpressionGrammar.pinned,
    "anchored": ExpressionGrammar._extended,
    "smoothed": ExpressionGrammar._extended,
}
