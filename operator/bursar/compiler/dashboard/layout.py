"""Where widgets stand: Grafana's grid of 24 columns, filled from left to right and from top to bottom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bursar.api.dashboard_widgets import COLUMNS, Row, Widget

DEFAULT_SIZES: Final = {
    "timeseries": (12, 8),
    "bar": (12, 8),
    "stat": (6, 4),
    "gauge": (6, 6),
    "bargauge": (12, 6),
    "table": (24, 8),
    "heatmap": (12, 8),
    "pie": (8, 8),
    "timeline": (24, 6),
    "text": (24, 3),
    "logs": (24, 10),
    "alerts": (12, 8),
    "slo": (24, 12),
    "burn": (12, 8),
    "budget": (12, 8),
}
"""Type of a widget -> width and height, where it says none."""


class Box(NamedTuple):
    """A rectangle of the grid."""

    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: "Box") -> bool:
        """Tell whether two rectangles share a cell."""
        apart_x = self.x + self.width <= other.x or other.x + other.width <= self.x
        apart_y = self.y + self.height <= other.y or other.y + other.height <= self.y
        return not (apart_x or apart_y)

    def as_data(self) -> dict[str, int]:
        """Return the rectangle as Grafana writes it."""
        return {"x": self.x, "y": self.y, "w": self.width, "h": self.height}


@dataclass(frozen=True, slots=True)
class Placed:
    """A widget and where it stands."""

    widget: Widget
    box: Box


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with the place of its heading, None without one, and of its widgets; `row` is its number in the spec."""

    row: Row
    heading: Box | None
    widgets: tuple[Placed, ...]


def size_of(widget: Widget) -> tuple[int, int]:
    """Return width and height of a widget, its type's where it says none."""
    width, height = DEFAULT_SIZES[widget.type]
    return widget.width or width, widget.height or height


def placed_rows(rows: Sequence[Row]) -> Iterator[PlacedRow]:
    """Place rows below each other. The widgets of a collapsed row take no height until somebody opens it."""
    top = 0
    for row in rows:
        headed = bool(row.title or row.collapsed or row.repeat)
        heading = Box(0, top, COLUMNS, 1) if headed else None
        top += 1 if headed else 0
        placed = tuple(_placed(row.widgets, top))
        yield PlacedRow(row, heading, placed)
        if not row.collapsed:
            top = max((each.box.y + each.box.height for each in placed), default=top)


def _placed(widgets: Sequence[Widget], top: int) -> Iterator[Placed]:
    """Place the widgets of one row: those that say where stand there, the others side by side, line by line."""
    x, y, line_height = 0, top, 0
    for widget in widgets:
        width, height = size_of(widget)
        if widget.left is not None and widget.top is not None:
            yield Placed(widget, Box(min(widget.left, COLUMNS - width), top + widget.top, width, height))
            continue
        if x + width > COLUMNS:
            x, y, line_height = 0, y + line_height, 0
        yield Placed(widget, Box(x, y, width, height))
        x, line_height = x + width, max(line_height, height)
