"""The grammar of instant vector selectors, `http_requests_total{job="checkout"}`.

Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors
"""

from typing import Final

from bursar.domain.promql.cursor import Cursor
from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.functions import Version
from bursar.domain.promql.matcher import NAME_LABEL, Matcher, MatchOperator
from bursar.domain.promql.nodes import LabelMatcher, VectorSelector
from bursar.domain.promql.regexp import RegexpError
from bursar.domain.promql.tokens import IDENTIFIER, NEVER_A_METRIC, STRING, Span, Token, shortened

EXAMPLE: Final = 'http_requests_total{job="checkout"}'
QUOTED_NAMES: Final[Version] = (3, 0)

_OPERATORS: Final = {operator.value: operator for operator in MatchOperator}


class VectorGrammar(Cursor):
    """Reads selectors."""

    def vector(self, name: Token | None) -> VectorSelector:
        """Read a selector behind its name, or from its brace when it has none before it."""
        start = self.current.start if name is None else name.start
        matchers, braces = self._braces() if self.current.kind == "{" else ((), None)
        selector = VectorSelector(
            self.span_from(start), name.span if name else None, name.text if name else "", matchers, braces
        )
        self._check(selector)
        return selector

    def no_metric(self, expected: str) -> PromqlError:
        """Return the error for a token that cannot begin a selector."""
        token = self.current
        if token.kind in NEVER_A_METRIC:
            return self.error(token.start, f'{token.text} is a word of PromQL; write {{__name__="{token.text}"}}')
        return self.unexpected(expected)

    def _braces(self) -> tuple[tuple[LabelMatcher, ...], Span]:
        opening = self.advance()
        matchers: list[LabelMatcher] = []
        while self.current.kind != "}":
            matchers.append(self._matcher())
            if not self.accept(",") and self.current.kind != "}":
                raise self.unexpected('"," or "}"')
        self.advance()
        return tuple(matchers), self.span_from(opening.start)

    def _matcher(self) -> LabelMatcher:
        start = self.current.start
        quoted = self.current.kind == STRING
        label = self._label()
        operator = _OPERATORS.get(self.current.kind)
        if operator is None:
            if quoted and self.current.kind in (",", "}"):
                return LabelMatcher(self.span_from(start), Matcher(NAME_LABEL, MatchOperator.EQUAL, label))
            raise self.unexpected("one of = != =~ !~")
        self.advance()
        value_start = self.current.start
        matcher = Matcher(label, operator, self.string())
        self._check_expression(matcher, value_start)
        return LabelMatcher(self.span_from(start), matcher)

    def _label(self) -> str:
        if self.current.kind == STRING:
            self.need(QUOTED_NAMES, "a name in quotes", self.current.start)
            return self.string()
        return self.expect(IDENTIFIER, 'a label or "}"').text

    def _check_expression(self, matcher: Matcher, start: int) -> None:
        try:
            _ = matcher.matches_absent
        except RegexpError as error:
            message = f"{shortened(matcher.value)!r} is no regular expression to Prometheus: {error}"
            raise self.error(start, message) from None

    def _check(self, selector: VectorSelector) -> None:
        if not selector.name:
            if all(each.matcher.matches_absent for each in selector.matchers):
                message = f"this may match every series there is; name a metric, as in {EXAMPLE}"
                raise self.error(selector.span.start, message)
            return
        for each in selector.matchers:
            if each.matcher.label == NAME_LABEL:
                message = f"the metric is named already ({shortened(selector.name)}); remove this second name"
                raise self.error(each.span.start, message)
