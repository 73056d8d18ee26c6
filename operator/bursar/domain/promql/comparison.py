"""Expressions that say whether all is well, `latency < 0.5`: their two sides, so that others can count both answers."""

from dataclasses import dataclass

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import Expression
from bursar.domain.promql.grammar import COMPARISONS
from bursar.domain.promql.nodes import Binary, Node, unwrapped


@dataclass(frozen=True, slots=True)
class Comparison:
    """The parts of `left operator matching right`, as they are written; `matching` is empty or `on (...) ...`."""

    left: str
    operator: str
    matching: str
    right: str


def comparison(expression: Expression) -> Comparison:
    """Take apart an expression that is, perhaps in parentheses, one comparison without bool.

    Its sides may be anything but such a comparison: that would drop samples before the other is made. Raises
    PromqlError with the place for all else.
    """
    node = _comparison(expression.root)
    if node is None:
        raise _error(expression, expression.root, "write one comparison, such as latency < 0.5")
    if node.returns_bool:
        raise _error(expression, node, f"remove bool behind {node.operator}")
    for side in (node.left, node.right):
        inner = _comparison(side)
        if inner is not None and not inner.returns_bool:
            raise _error(expression, inner, "this comparison is a side of another; write only one")
    parts = (
        expression.part(span) for span in (node.left.span, node.operator_span, node.matching.span, node.right.span)
    )
    return Comparison(*parts)


def _comparison(node: Node) -> Binary | None:
    inner = unwrapped(node)
    return inner if isinstance(inner, Binary) and inner.operator in COMPARISONS else None


def _error(expression: Expression, node: Node, message: str) -> PromqlError:
    return PromqlError(expression.text.encode(), node.span.start, message)
