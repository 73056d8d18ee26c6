"""Expressions that are evaluated over several windows: `rate(errors_total[{{.window}}])`."""

from collections.abc import Iterator
from datetime import timedelta

from bursar.domain.durations import format_duration
from bursar.domain.promql.expression import Expression, parse
from bursar.domain.promql.nodes import RangeSelector, Subquery, VectorSelector, Window, walk


def windows(expression: Expression) -> tuple[Window, ...]:
    """Return every `{{.window}}`, in the order of the text."""
    return tuple(sorted(_windows(expression), key=lambda window: window.span))


def substitute_window(text: str, window: timedelta) -> str:
    """Write a duration in place of every `{{.window}}`, which may stand wherever a duration may.

    Raises PromqlError for anything else that is not PromQL, other templates among it.
    """
    expression = parse(text, windows_allowed=True)
    duration = format_duration(window)
    return expression.spliced((each.template, duration) for each in windows(expression))


def _windows(expression: Expression) -> Iterator[Window]:
    for node in walk(expression.root):
        if isinstance(node, VectorSelector | RangeSelector | Subquery):
            lengths = [node.offset]
            lengths += [] if isinstance(node, VectorSelector) else [node.range]
            lengths += [node.step] if isinstance(node, Subquery) else []
            yield from (length for length in lengths if isinstance(length, Window))
