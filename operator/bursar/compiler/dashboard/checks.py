"""What is wrong with a dashboard before Grafana shows it, and what is probably not meant.

The second are the rules that Grafana's own linter has for queries and panels.
Source: https://github.com/grafana/dashboard-linter/tree/main/docs
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final

from bursar.api.dashboard import Variable
from bursar.api.dashboard_widgets import Widget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.layout import PlacedRow, placed_rows
from bursar.compiler.dashboard.substitution import references, substituted
from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import Expression, parse
from bursar.domain.promql.nodes import Call, Node, NumberLiteral, RangeSelector, VectorSelector, children, walk
from bursar.errors import FieldError

QUERIES_AT_HAND: Final = 1024
COUNTER_SUFFIX: Final = "_total"
COUNTING: Final = frozenset(
    {"rate", "irate", "increase", "resets", "changes", "count_over_time", "absent", "timestamp"}
)
PER_TIME: Final = frozenset({"rate", "irate", "increase"})
OWN_IDENTITY: Final = frozenset({"id", "gridPos"})
WITHOUT_UNIT: Final = frozenset({"text", "logs", "alerts", "table", "timeline"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One query with its place in the spec."""

    path: str
    text: str
    expression: Expression


def problems(content: Content, *, most_widgets: int) -> Iterator[FieldError]:
    """Yield what keeps a dashboard from working, each with the field that an edit must change."""
    yield from _too_many(content, most_widgets)
    yield from _queries_that_do_not_parse(content)
    yield from _undefined_variables(content)
    yield from _misplaced(content)
    yield from _foreign_identity(content)


def warnings(content: Content) -> Iterator[str]:
    """Yield what is probably not meant; asks for content without problems."""
    yield from content.warnings
    yield from _unused_variables(content)
    for asked in _parsed(content):
        yield from _bare_counters(asked)
        yield from _fixed_rates(asked)
    for path, widget in _widgets(content):
        yield from _unsaid(path, widget)


def _widgets(content: Content) -> Iterator[tuple[str, Widget]]:
    for row_number, row in enumerate(content.rows):
        for number, widget in enumerate(row.widgets):
            yield f"spec.rows[{row_number}].widgets[{number}]", widget


def _promql(content: Content) -> Iterator[tuple[str, str]]:
    """Yield what Prometheus is asked, with its place; logs are asked in another language."""
    for path, widget in _widgets(content):
        if widget.type != "logs":
            yield from ((f"{path}.queries[{at}].expr", query.expr) for at, query in enumerate(widget.queries))
    for number, annotation in enumerate(content.annotations.queries):
        yield f"spec.annotations.queries[{number}].expr", annotation.expr


def _values(variables: Sequence[Variable]) -> dict[str, str]:
    """Return what variables hold at first, where the spec says it."""
    return {each.name: each.textbox or each.constant or (each.custom or ("",))[0] for each in variables}


def _parsed(content: Content) -> Iterator[Asked]:
    values = _values(content.variables)
    for path, text in _promql(content):
        yield Asked(path, text, _read(substituted(text, values)))


@lru_cache(maxsize=QUERIES_AT_HAND)
def _read(text: str) -> Expression:
    """Parse a query; problems and warnings are asked one after the other, and a resync asks for the same again."""
    return parse(text)


def _too_many(content: Content, most: int) -> Iterator[FieldError]:
    count = sum(len(row.widgets) for row in content.rows)
    if count > most:
        message = f"{count} widgets are more than the {most} that the platform allows; make two dashboards of it"
        yield FieldError("spec.rows", message)


def _queries_that_do_not_parse(content: Content) -> Iterator[FieldError]:
    values = _values(content.variables)
    for path, text in _promql(content):
        try:
            _read(substituted(text, values))
        except PromqlError as error:
            yield FieldError(path, str(error))


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    """Yield every text that may refer to variables, with its place."""
    yield from _promql(content)
    for number, row in enumerate(content.rows):
        yield f"spec.rows[{number}].title", row.title
        yield f"spec.rows[{number}].repeat", f"${row.repeat}" if row.repeat else ""
    for path, widget in _widgets(content):
        yield f"{path}.title", widget.title
        yield f"{path}.description", widget.description
        yield f"{path}.content", widget.content or ""
        yield f"{path}.repeat", f"${widget.repeat}" if widget.repeat else ""
        for number, query in enumerate(widget.queries):
            yield f"{path}.queries[{number}].legend", query.legend
            yield f"{path}.queries[{number}].expr", query.expr if widget.type == "logs" else ""
        yield from ((f"{path}.links[{number}].url", each.url) for number, each in enumerate(widget.links))
    yield from ((f"spec.variables[{each.name}].query", each.query or "") for each in content.variables)
    yield from ((f"spec.links[{number}].url", each.url) for number, each in enumerate(content.links))


def _undefined_variables(content: Content) -> Iterator[FieldError]:
    known = {each.name for each in content.variables} | {"datasource", "loki_datasource"}
    for path, text in _texts(content):
        for name in dict.fromkeys(references(text)):
            if name not in known:
                yield FieldError(path, f"${name} is no variable of this dashboard; add it to spec.variables")


def _unused_variables(content: Content) -> Iterator[str]:
    used = {name for _, text in _texts(content) for name in references(text)}
    for each in content.variables:
        if each.name not in used:
            yield f"spec.variables[{each.name}]: nothing uses it; remove it, or write ${each.name} in a query"


def _misplaced(content: Content) -> Iterator[FieldError]:
    for number, row in enumerate(placed_rows(content.rows)):
        path = f"spec.rows[{number}].widgets"
        explicit = {placed.widget.left is not None for placed in row.widgets}
        if explicit == {True, False}:
            yield FieldError(path, "some widgets have left and top, others not; give them to all of a row, or to none")
        elif explicit == {True}:
            yield from _overlapping(path, row)


def _overlapping(path: str, row: PlacedRow) -> Iterator[FieldError]:
    for (one, first), (other, second) in combinations(enumerate(row.widgets), 2):
        if first.box.overlaps(second.box):
            yield FieldError(f"{path}[{other}]", f"covers a part of widgets[{one}]; move one of them")


def _foreign_identity(content: Content) -> Iterator[FieldError]:
    for path, widget in _widgets(content):
        for name in sorted(OWN_IDENTITY & widget.overrides.keys()):
            yield FieldError(
                f"{path}.overrides.{name}", "is given by Bursar; remove it, and use width, height, left and top"
            )


def _bare_counters(asked: Asked) -> Iterator[str]:
    counted = set(_counted(asked.expression.root))
    for node in walk(asked.expression.root):
        if isinstance(node, VectorSelector) and _is_counter(node.metric) and node.span not in counted:
            yield (
                f"{asked.path}: {node.metric} is a counter and shows how long a process runs; "
                f"use rate({node.metric}[$__rate_interval])"
            )


def _is_counter(metric: str) -> bool:
    """Tell counters by their name; what has a colon in it was recorded by a rule."""
    return metric.endswith(COUNTER_SUFFIX) and ":" not in metric


def _counted(root: Node) -> Iterator[object]:
    """Yield the spans of selectors below a function that makes sense of a counter."""
    for node in walk(root):
        if isinstance(node, Call) and node.function in COUNTING:
            yield from (below.span for below in _below(node) if isinstance(below, VectorSelector))


def _below(node: Node) -> Iterator[Node]:
    for child in children(node):
        yield from walk(child)


def _fixed_rates(asked: Asked) -> Iterator[str]:
    for node in walk(asked.expression.root):
        if not (isinstance(node, Call) and node.function in PER_TIME and isinstance(node.arguments[0], RangeSelector)):
            continue
        length = node.arguments[0].range
        if isinstance(length, NumberLiteral) and "$" not in _written(asked, length):
            message = f"{node.function} over a fixed range misses samples when zoomed out; use $__rate_interval"
            yield f"{asked.path}: {message}"


def _written(asked: Asked, length: NumberLiteral) -> str:
    """Return what the user wrote where a range stands now: replacements keep their places."""
    return asked.text.encode()[length.span.start - 1 : length.span.end].decode(errors="replace")


def _unsaid(path: str, widget: Widget) -> Iterator[str]:
    if not widget.title and widget.type != "text":
        yield f"{path}.title: a widget without title explains nothing; say what it shows"
    if widget.type not in WITHOUT_UNIT and widget.unit is None and not widget.mappings:
        yield f"{path}.unit: numbers have no unit; say which, or short if there is none"
