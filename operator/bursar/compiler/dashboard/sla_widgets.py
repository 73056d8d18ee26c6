"""Widgets that show an SLA, as the plain widgets that they are made of: nobody needs to write their PromQL."""

from collections.abc import Iterator
from math import ceil
from typing import Final

from bursar.api.dashboard_widgets import SLA_WIDGETS, Row, Widget
from bursar.compiler.dashboard.layout import Box, placed_rows
from bursar.compiler.dashboard.missing import Missing
from bursar.compiler.dashboard.templated import promises_of, referenced_sla
from bursar.compiler.dashboard.templates import Promise
from bursar.compiler.dashboard.templates.slo_detail import burn, burn_down, state
from bursar.compiler.view import View

_FIGURE: Final = (4, 4)  # the least width of a figure that can be read, and its height
_MOST_LINES: Final = 2


def expanded(row: Row, namespace: str, view: View) -> Row:
    """Put plain widgets in the place of those of types slo, burn and budget, where there are any; raises Missing.

    All widgets of such a row say where they stand, for an `slo` is several that stay together: a line of figures
    above its burn-down.
    """
    if not any(widget.type in SLA_WIDGETS for widget in row.widgets):
        return row
    (placed,) = placed_rows((row,))
    top = 0 if placed.heading is None else placed.heading.height
    boxed = ((each.widget, each.box._replace(y=each.box.y - top)) for each in placed.widgets)
    widgets = tuple(plain for widget, box in boxed for plain in _plain(widget, box, namespace, view))
    return row.model_copy(update={"widgets": widgets})


def _plain(widget: Widget, box: Box, namespace: str, view: View) -> Iterator[Widget]:
    if widget.type not in SLA_WIDGETS or widget.sla_ref is None:
        yield _at(widget, box)
        return
    promise = _promise(widget, namespace, widget.sla_ref.name, view)
    if widget.type == "slo":
        yield from _composite(widget, box, promise)
    else:
        yield _dressed(burn(promise) if widget.type == "burn" else burn_down(promise), widget, box)


def _promise(widget: Widget, namespace: str, name: str, view: View) -> Promise:
    promises = promises_of(referenced_sla(namespace, name, view), view)
    wanted = widget.objective or promises[0].identity.objective
    found = next((promise for promise in promises if promise.identity.objective == wanted), None)
    if found is None:
        there = ", ".join(promise.identity.objective for promise in promises)
        raise Missing(f"SLA {name} has no objective {wanted}; it has {there}")
    return found


def _at(widget: Widget, box: Box) -> Widget:
    return widget.model_copy(update={"left": box.x, "top": box.y, "width": box.width, "height": box.height})


def _dressed(plain: Widget, widget: Widget, box: Box) -> Widget:
    """Give a plain widget its place, and what the user said of it."""
    said = {name: value for name in ("title", "description", "links") if (value := getattr(widget, name))}
    return _at(plain, box).model_copy(update={**said, "overrides": widget.overrides})


def _composite(widget: Widget, box: Box, promise: Promise) -> Iterator[Widget]:
    """Put the figures side by side, in two lines where there is no room for one, and the burn-down below."""
    figures, (narrowest, high) = tuple(state(promise)), _FIGURE
    per_line = min(max(box.width // narrowest, 1), len(figures))
    wide, lines = box.width // per_line, min(ceil(len(figures) / per_line), _MOST_LINES)
    for number, figure in enumerate(figures[: per_line * lines]):
        line, place = divmod(number, per_line)
        yield _at(figure, Box(box.x + place * wide, box.y + line * high, wide, high))
    used = lines * high
    yield _dressed(burn_down(promise), widget, Box(box.x, box.y + used, box.width, max(box.height - used, high)))
