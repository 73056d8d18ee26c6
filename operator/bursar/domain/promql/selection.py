"""What an expression reads: its selectors and metrics; and how to confine it to a tenant."""

from collections.abc import Iterator

from bursar.domain.promql.expression import Expression
from bursar.domain.promql.matcher import Matcher
from bursar.domain.promql.nodes import VectorSelector, walk
from bursar.domain.promql.tokens import Span


def selectors(expression: Expression) -> tuple[VectorSelector, ...]:
    """Return every selector, those inside of ranges too, in the order of the text."""
    return tuple(node for node in walk(expression.root) if isinstance(node, VectorSelector))


def metric_names(expression: Expression) -> frozenset[str]:
    """Return the names of all metrics that are named, not matched by expressions."""
    return frozenset(selector.metric for selector in selectors(expression) if selector.metric)


def confined(expression: Expression, matcher: Matcher) -> str:
    """Return the text with one more matcher in every selector; all else, comments too, stays as it is.

    A selector that matches the same label already keeps that matcher as well, so it never sees more than both allow.
    """
    return expression.spliced(_insertions(expression, matcher))


def _insertions(expression: Expression, matcher: Matcher) -> Iterator[tuple[Span, str]]:
    for selector in selectors(expression):
        if selector.matchers:
            end = selector.matchers[-1].span.end
            yield Span(end, end), f",{matcher}"
        elif selector.braces:
            behind = selector.braces.start + 1
            yield Span(behind, behind), str(matcher)
        else:
            end = selector.bare_span.end
            yield Span(end, end), f"{{{matcher}}}"
