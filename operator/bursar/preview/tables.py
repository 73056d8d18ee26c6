"""Tables: one line for each set of labels, one column for each query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from bursar.preview.numbers import shown
from bursar.preview.reading import Panel, Series

MOST_LINES: Final = 50
_VALUE: Final = "Value"


@dataclass(slots=True)
class _Shape:
    """Which fields are shown, in which order and under which headings."""

    order: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset({"Time", "__name__"})
    only: frozenset[str] = frozenset()


def table(panel: Panel, series: Sequence[Series]) -> str:
    """Show newest values and labels as the panel's transformations arrange them."""
    shape, lines = _shape(panel), _lines(panel, series)
    fields = _fields(shape, lines)
    head = "".join(f"<th>{escape(shape.titles.get(name) or name)}</th>" for name in fields)
    body = "".join(
        f"<tr>{''.join(_cell(panel, shape, name, line.get(name, '')) for name in fields)}</tr>"
        for line in lines[:MOST_LINES]
    )
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _lines(panel: Panel, series: Sequence[Series]) -> list[dict[str, str | float]]:
    """Join the answers of several queries where their labels are equal."""
    several = len({question.letter for question in panel.questions}) > 1
    joined: dict[frozenset[tuple[str, str]], dict[str, str | float]] = {}
    for each in series:
        labels = {name: value for name, value in each.labels.items() if name != "__name__"}
        line = joined.setdefault(frozenset(labels.items()), dict(labels))
        line[f"{_VALUE} #{each.letter}" if several else _VALUE] = each.newest
    return list(joined.values())


def _shape(panel: Panel) -> _Shape:
    shape = _Shape()
    for transformation in panel.transformations:
        options: Mapping[str, Any] = transformation.get("options") or {}
        if transformation.get("id") == "organize":
            shape.order = options.get("indexByName") or {}
            shape.titles = options.get("renameByName") or {}
            shape.hidden |= {name for name, hidden in (options.get("excludeByName") or {}).items() if hidden}
        if transformation.get("id") == "filterFieldsByName":
            shape.only = frozenset((options.get("include") or {}).get("names") or ())
    return shape


def _fields(shape: _Shape, lines: Sequence[Mapping[str, object]]) -> list[str]:
    there = dict.fromkeys(name for line in lines for name in line)
    shown_ = [name for name in there if name not in shape.hidden and (not shape.only or name in shape.only)]
    return sorted(shown_, key=lambda name: shape.order.get(name, len(shape.order)))


def _cell(panel: Panel, shape: _Shape, name: str, value: str | float) -> str:
    if isinstance(value, str):
        return f"<td>{escape(value)}</td>"
    settings = panel.column_units.get(shape.titles.get(name) or name) or {}
    unit, decimals = settings.get("unit") or panel.unit, settings.get("decimals", panel.decimals)
    return f'<td class="number">{escape(shown(value, str(unit), decimals))}</td>'
