"""The grammar of numbers and durations, and of what they stand behind: `[5m]`, `offset 1h`, `@ 1700000000`."""

import math
from dataclasses import replace
from typing import Final

from bursar.domain.promql.functions import Version
from bursar.domain.promql.literals import parse_number, parse_seconds
from bursar.domain.promql.nodes import At, Length, Node, NumberLiteral, RangeSelector, Subquery, VectorSelector, Window
from bursar.domain.promql.tokens import DURATION, IDENTIFIER, NUMBER, SPECIAL_NUMBERS, WINDOW, Token
from bursar.domain.promql.vectors import VectorGrammar

NUMBERS_AS_DURATIONS: Final[Version] = (2, 54)
SIGNS_BEFORE_DURATIONS: Final[Version] = (3, 4)
PARENTHESISED_OFFSETS: Final[Version] = (3, 13)

_LONGEST_SECONDS: Final = 2**63 / 1e9
_LATEST: Final = 2.0**63
_DURATION_FLAG: Final = "calculating with durations needs Prometheus' feature flag promql-duration-expr; write one"
_DURATION_OPERATORS: Final = frozenset("+-*/%^")


class LengthGrammar(VectorGrammar):
    """Reads lengths of time and the modifiers made of them."""

    def number(self) -> NumberLiteral:
        """Read a number or a duration as a value."""
        token = self.advance()
        if token.kind == DURATION:
            self.need(NUMBERS_AS_DURATIONS, "a duration as a number", token.start)
        elif "_" in token.text:
            self.need(NUMBERS_AS_DURATIONS, "an underscore in a number", token.start)
        return self._literal(token)

    def ranged(self, node: Node) -> Node:
        """Read `[range]` or `[range:step]` behind a node."""
        bracket = self.advance()
        length = self._range()
        if not self.accept(":"):
            self.expect("]", '":" or "]"')
            return self._range_selector(node, length, bracket)
        step = None if self.current.kind == "]" else self._range()
        self.expect("]", '"]"')
        return Subquery(self.span_from(node.span.start), node, length, step)

    def shifted(self, node: Node) -> Node:
        """Read `offset …` behind a node."""
        start = self.advance().start
        offset = self._offset()
        if not isinstance(node, VectorSelector | RangeSelector | Subquery):
            raise self.error(start, "offset can only stand behind a selector, a range or a subquery")
        if _shifts(node.offset):
            raise self.error(start, "there is an offset already; remove one")
        return replace(node, offset=offset, span=self.span_from(node.span.start))

    def pinned(self, node: Node) -> Node:
        """Read `@ …` behind a node."""
        start = self.advance().start
        at = self._at(start)
        if not isinstance(node, VectorSelector | RangeSelector | Subquery):
            raise self.error(start, "@ can only stand behind a selector, a range or a subquery")
        if node.at is not None:
            raise self.error(start, "there is an @ already; remove one")
        return replace(node, at=at, span=self.span_from(node.span.start))

    def _range_selector(self, node: Node, length: Length, bracket: Token) -> RangeSelector:
        if not isinstance(node, VectorSelector):
            message = "only a selector can have a range; of other expressions make a subquery such as [30m:1m]"
            raise self.error(bracket.start, message)
        if _shifts(node.offset):
            raise self.error(bracket.start, "the range must stand before the offset, as in up[5m] offset 1h")
        if node.at is not None and isinstance(node.at.time, float):
            raise self.error(bracket.start, "the range must stand before @, as in up[5m] @ 1700000000")
        selector = replace(node, offset=None, at=None, span=node.bare_span)
        return RangeSelector(self.span_from(node.span.start), selector, length, node.offset, node.at)

    def _range(self) -> Length:
        start, signs = self.current.start, self._signs()
        if signs:
            self.need(SIGNS_BEFORE_DURATIONS, "a sign before a range", start)
        length = _signed(self._length(), signs, start)
        if length.negative if isinstance(length, Window) else length.value <= 0:
            raise self.error(start, "a range must be longer than 0")
        return length

    def _offset(self) -> Length:
        start, signs = self.current.start, self._signs()
        length = self._parenthesised_length() if len(signs) == 1 and self.current.kind == "(" else self._length()
        if len(signs) > 1 and self.current.kind in _DURATION_OPERATORS:
            raise self.error(start, f"{_DURATION_FLAG} such as 5m")
        if signs not in ("", "-"):
            self.need(SIGNS_BEFORE_DURATIONS, f"{signs} before an offset", start)
        if not _shifts(length):
            self.need(NUMBERS_AS_DURATIONS, "an offset of 0", start)
        return _signed(length, signs, start)

    def _parenthesised_length(self) -> Length:
        start = self.advance().start
        self.need(PARENTHESISED_OFFSETS, "an offset in parentheses", start)
        start, signs = self.current.start, self._signs()
        length = _signed(self._length(), signs, start)
        self.expect(")", '")"')
        return length

    def _signs(self) -> str:
        signs = []
        while self.current.kind in ("+", "-"):
            signs.append(self.advance().kind)
        return "".join(signs)

    def _length(self) -> Length:
        token = self.current
        if token.kind == WINDOW:
            return self._window()
        if token.kind in (IDENTIFIER, "("):
            raise self.error(token.start, f"{_DURATION_FLAG} such as 5m")
        if token.kind not in (NUMBER, DURATION) or token.text.lower() in SPECIAL_NUMBERS:
            raise self.unexpected("a duration such as 5m")
        literal = self._literal(self.advance())
        if token.kind == NUMBER:
            self.need(NUMBERS_AS_DURATIONS, "a number as a duration", token.start)
        if literal.value >= _LONGEST_SECONDS:
            raise self.error(token.start, "too long; Prometheus knows at most 292 years")
        return literal

    def _window(self) -> Window:
        token = self.advance()
        if not self.windows_allowed:
            raise self.error(token.start, "templates are not filled in here; write a duration such as 5m")
        return Window(token.span, token.span)

    def _at(self, start: int) -> At:
        if self.current.kind in ("start", "end"):
            return self._boundary(start)
        negative = self.current.kind == "-"
        if self.current.kind in ("+", "-"):
            self.advance()
        if self.current.kind not in (NUMBER, DURATION):
            raise self.unexpected("a Unix time in seconds, start() or end()")
        time = self.number().value
        if math.isnan(time) or time >= _LATEST:
            raise self.error(start, "this time is out of range; write a Unix time in seconds")
        return At(self.span_from(start), -time if negative else time)

    def _boundary(self, start: int) -> At:
        boundary = self.advance().kind
        self.expect("(", '"()"')
        self.expect(")", '")"')
        return At(self.span_from(start), boundary)

    def _literal(self, token: Token) -> NumberLiteral:
        is_duration = token.kind == DURATION
        try:
            value = parse_seconds(token.text) if is_duration else parse_number(token.text)
        except ValueError as error:
            raise self.error(token.start, str(error)) from None
        return NumberLiteral(token.span, value, is_duration)


def _signed(length: Length, signs: str, start: int) -> Length:
    span, negative = length.span._replace(start=start), signs.count("-") % 2 == 1
    if isinstance(length, Window):
        return replace(length, span=span, negative=length.negative ^ negative)
    return replace(length, span=span, value=-length.value if negative else length.value)


def _shifts(offset: Length | None) -> bool:
    """Whether Prometheus sees an offset: one of less than half a nanosecond is none."""
    return isinstance(offset, Window) or (offset is not None and abs(offset.value) * 1e9 >= 0.5)
