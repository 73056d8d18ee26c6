"""How values are shown: units, ends of the scale, colours, texts in place of values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from bursar.api.dashboard_widgets import Column, Mapping, Threshold, Widget

BASE_COLOR: Final = "green"
COLORED_BY_VALUE: Final = frozenset({"stat", "gauge", "bargauge", "table", "alerts", "timeline"})
SPECIAL_VALUES: Final = frozenset({"null", "nan", "empty", "true", "false"})


def number(value: Decimal) -> int | float:
    """Return a decimal as JSON writes numbers."""
    return int(value) if value == value.to_integral_value() else float(value)


def field_defaults(widget: Widget) -> dict[str, Any]:
    """Return the part of `fieldConfig.defaults` that all types share, without `custom`."""
    ends = {name: number(end) for name, end in (("min", widget.min), ("max", widget.max)) if end is not None}
    digits = {} if widget.decimals is None else {"decimals": widget.decimals}
    return {
        "color": _color(widget),
        "mappings": _mappings(widget.mappings),
        "thresholds": {"mode": "absolute", "steps": steps(widget.thresholds)},
        "unit": widget.unit or "short",
        **ends,
        **digits,
    }


def steps(thresholds: Sequence[Threshold]) -> list[dict[str, Any]]:
    """Return thresholds in ascending order; what is below the first is green unless one without value says more."""
    base = next((each.color for each in thresholds if each.value is None), BASE_COLOR)
    valued = sorted((each.value, each.color) for each in thresholds if each.value is not None)
    return [{"color": base, "value": None}, *({"color": color, "value": number(value)} for value, color in valued)]


def column_overrides(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return the units of columns that have one of their own, by the heading that they are shown under."""
    return [_column_override(column) for column in columns if column.unit is not None or column.decimals is not None]


def _column_override(column: Column) -> dict[str, Any]:
    wanted = (("unit", column.unit), ("decimals", column.decimals))
    return {
        "matcher": {"id": "byName", "options": column.title or column.name},
        "properties": [{"id": name, "value": value} for name, value in wanted if value is not None],
    }


def _color(widget: Widget) -> dict[str, Any]:
    if widget.type in COLORED_BY_VALUE:
        return {"mode": "thresholds"} if widget.thresholds else {"mode": "fixed", "fixedColor": "text"}
    return {"mode": "palette-classic"}


def _mappings(mappings: Sequence[Mapping]) -> list[dict[str, Any]]:
    results = [(each.value, _result(each, index)) for index, each in enumerate(mappings)]
    plain = {value: result for value, result in results if value not in SPECIAL_VALUES}
    special = [
        {"type": "special", "options": {"match": value, "result": result}}
        for value, result in results
        if value in SPECIAL_VALUES
    ]
    return [*([{"type": "value", "options": plain}] if plain else []), *special]


def _result(mapping: Mapping, index: int) -> dict[str, Any]:
    color = {} if mapping.color is None else {"color": mapping.color}
    text = {"text": mapping.text} if mapping.text else {}
    return {"index": index, **text, **color}
