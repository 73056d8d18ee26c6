"""Any text is read or refused in the one way, and spans are where things stand."""

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import Expression, parse
from bursar.domain.promql.nodes import Binary, Node, VectorSelector, walk
from bursar.domain.promql.printer import print_canonical
from bursar.domain.promql.selection import confined, selectors
from bursar.domain.promql.selector import parse_selector, selector_of
from promql.generated import Generator
from promql.proof import TENANT
from promql.words import BAD_NAMES, BAD_NUMBERS, BAD_STRINGS, DAMAGES, NAMES, NUMBERS, REGEXPS, STRINGS

PIECES = (*NAMES, *BAD_NAMES, *NUMBERS, *BAD_NUMBERS, *STRINGS, *BAD_STRINGS, *REGEXPS, *DAMAGES)
WORDS = (*PIECES, "{{.window}}", "\ud800")
TEXTS = (
    st.text(max_size=60)
    | st.text("0123456789abefghmsxXnEI_.:+-*/()[]{},\"'`#\\\n @=!~<>%^ é", max_size=40)
    | st.lists(st.sampled_from(WORDS) | st.sampled_from("()[]{},=+-^ "), max_size=30).map("".join)
)
EXPRESSIONS = st.integers(0, 2**32).map(lambda seed: Generator(random.Random(seed)).expression())


def read(text: str, *, windows_allowed: bool = False) -> Expression | PromqlError:
    try:
        return parse(text, windows_allowed=windows_allowed)
    except PromqlError as refusal:
        return refusal


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.booleans())
def test_any_text_is_read_or_refused_with_its_place(text: str, windows_allowed: bool) -> None:
    result = read(text, windows_allowed=windows_allowed)
    if isinstance(result, Expression):
        assert result.text == text
        return
    lines = text.split("\n")
    assert 1 <= result.line <= len(lines)
    assert 1 <= result.column <= len(lines[result.line - 1]) + 1
    assert str(result) == f"{result.line}:{result.column}: {result.message}"
    assert 0 < len(result.message) < 300


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_selector_is_read_or_refused(text: str) -> None:
    try:
        selector = parse_selector(text)
    except PromqlError:
        return
    node = parse(text).root
    assert isinstance(node, VectorSelector)
    assert selector_of(node) == selector


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_the_span_of_every_node_holds_that_node_and_nothing_else(text: str) -> None:
    expression = read(text)
    if isinstance(expression, PromqlError):
        return
    for node in walk(expression.root):
        part = parse(expression.part(node.span)).root
        assert without_spans(part) == without_spans(node)
        assert part.span == (0, node.span.end - node.span.start)
        if isinstance(node, Binary):
            assert expression.part(node.operator_span).lower() == node.operator
        if isinstance(node, VectorSelector):
            for each in node.matchers:
                (alone,) = selectors(parse(f"{{{expression.part(each.span)}, a!=''}}"))
                assert alone.matchers[0].matcher == each.matcher


@settings(max_examples=200, deadline=None)
@given(EXPRESSIONS)
def test_what_is_printed_is_read_back(text: str) -> None:
    expression = read(text)
    if isinstance(expression, PromqlError):
        return
    printed = print_canonical(expression.root)
    again = parse(printed)
    assert again.type == expression.type
    assert print_canonical(again.root) == printed


@settings(max_examples=200, deadline=None)
@given(EXPRESSIONS)
def test_only_matchers_are_added_when_an_expression_is_confined(text: str) -> None:
    expression = read(text)
    if isinstance(expression, PromqlError):
        return
    inside = parse(confined(expression, TENANT))
    assert inside.type == expression.type
    before, after = selectors(expression), selectors(inside)
    for old, new in zip(before, after, strict=True):
        assert [each.matcher for each in new.matchers] == [*(each.matcher for each in old.matchers), TENANT]


def without_spans(node: Node) -> str:
    return re.sub(r"Span\(start=\d+, end=\d+\)", "", repr(node))
