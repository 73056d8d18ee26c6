"""Whole expressions: text in, checked tree out."""

from collections.abc import Iterable
from dataclasses import dataclass

from bursar.domain.promql.functions import NEWEST, Version
from bursar.domain.promql.grammar import ExpressionGrammar
from bursar.domain.promql.nodes import Node, ValueType
from bursar.domain.promql.tokens import Span
from bursar.domain.promql.typecheck import TypeChecker


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that Prometheus accepts, with its tree and its type."""

    text: str
    root: Node
    type: ValueType

    def part(self, span: Span) -> str:
        """Return the part of the text that a span covers."""
        return self.text.encode()[span.start : span.end].decode()

    def spliced(self, replacements: Iterable[tuple[Span, str]]) -> str:
        """Return the text with other text in place of some spans, which are in order; all else stays as it is."""
        source, pieces, at = self.text.encode(), [], 0
        for span, replacement in replacements:
            pieces += [source[at : span.start], replacement.encode()]
            at = span.end
        return b"".join((*pieces, source[at:])).decode()


def parse(text: str, *, version: Version = NEWEST, windows_allowed: bool = False) -> Expression:
    """Read one expression as Prometheus of a version does without feature flags.

    With `windows_allowed`, `{{.window}}` may stand wherever a duration may. Raises PromqlError; its message begins with
    line and column.
    """
    grammar = ExpressionGrammar(text, version, windows_allowed=windows_allowed)
    root = grammar.parse()
    return Expression(text, root, TypeChecker(grammar.source).check(root))
