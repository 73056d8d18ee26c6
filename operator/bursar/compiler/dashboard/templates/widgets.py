"""The widgets that templates are made of, each with the few fields that vary."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from bursar.api.dashboard_widgets import COLUMNS, Column, Query, Row, Threshold, Widget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.layout import size_of

RED: Final = "red"
ORANGE: Final = "orange"
GREEN: Final = "green"

SHARE: Final = "percentunit"
TIMES: Final = "suffix:x"

Asked = str | tuple[str, str]
"""PromQL, or PromQL and the name of its series."""


def row(title: str, *widgets: Widget | None, collapsed: bool = False) -> Row | None:
    """Put widgets under a heading, leaving out those that this page cannot have; None without any left."""
    kept = [widget for widget in widgets if widget is not None]
    return Row(title=title, widgets=tuple(_filled(kept)), collapsed=collapsed) if kept else None


def _filled(widgets: Sequence[Widget]) -> Iterator[Widget]:
    """Widen the last widget of each line, so that no line has a hole."""
    left = COLUMNS
    for widget, after in zip_longest(widgets, widgets[1:]):
        left -= size_of(widget)[0]
        if after is None or size_of(after)[0] > left:
            yield widget.model_copy(update={"width": size_of(widget)[0] + left}) if left else widget
            left = COLUMNS
        else:
            yield widget


def page(*rows: Row | None) -> Content:
    """Leave out the rows that have nothing to show."""
    return Content(tuple(each for each in rows if each is not None))


def _widget(kind: str, title: str, description: str, asked: Sequence[Asked], **fields: Any) -> Widget:
    pairs = ((each, "") if isinstance(each, str) else each for each in asked)
    queries = tuple(Query(expr=expression, legend=legend) for expression, legend in pairs)
    return Widget(type=kind, title=title, description=description, queries=queries, **fields)


def series(title: str, description: str, *asked: Asked, unit: str, **fields: Any) -> Widget:
    """Draw lines over time."""
    return _widget("timeseries", title, description, asked, unit=unit, **fields)


def stat(title: str, description: str, *asked: Asked, unit: str, **fields: Any) -> Widget:
    """Show the newest value in large digits."""
    return _widget("stat", title, description, asked, unit=unit, **fields)


def alarm(title: str, description: str, asked: str, **fields: Any) -> Widget:
    """Show a number that should be 0."""
    return stat(title, description, asked, unit="short", thresholds=ALL_WELL_AT_ZERO, **fields)


def bars(title: str, description: str, *asked: Asked, unit: str, **fields: Any) -> Widget:
    """Show the newest values side by side."""
    return _widget("bargauge", title, description, asked, unit=unit, **fields)


def heatmap(title: str, description: str, asked: Asked, *, unit: str, **fields: Any) -> Widget:
    """Show a distribution over time."""
    return _widget("heatmap", title, description, (asked,), unit=unit, **fields)


def timeline(title: str, description: str, *asked: Asked, **fields: Any) -> Widget:
    """Show states over time."""
    return _widget("timeline", title, description, asked, unit="short", **fields)


def table(title: str, description: str, *asked: str, columns: Sequence[Column], **fields: Any) -> Widget:
    """Show the newest values and their labels."""
    return _widget("table", title, description, asked, columns=tuple(columns), unit="short", **fields)


def column(name: str, title: str, unit: str | None = None, decimals: int | None = None) -> Column:
    """One column of a table."""
    return Column(name=name, title=title, unit=unit, decimals=decimals)


def steps(*changes: tuple[float | Decimal | None, str]) -> tuple[Threshold, ...]:
    """Colours from values on; the first, from None, is that of all below."""
    return tuple(
        Threshold(value=None if value is None else Decimal(str(value)), color=color) for value, color in changes
    )


ALL_WELL_AT_ZERO: Final = steps((None, GREEN), (1, RED))
FILLS_UP: Final = steps((None, GREEN), (0.8, ORANGE), (0.9, RED))
UP_OR_DOWN: Final = steps((None, RED), (1, GREEN))
ALL_UP: Final = steps((None, RED), (0.5, ORANGE), (1, GREEN))
BURNS: Final = steps((None, GREEN), (1, ORANGE), (6, RED))
WHAT_IS_LEFT: Final = steps((None, RED), (0, ORANGE), (0.25, GREEN))
SHARE_OF_ERRORS: Final = steps((None, GREEN), (0.01, ORANGE), (0.05, RED))
