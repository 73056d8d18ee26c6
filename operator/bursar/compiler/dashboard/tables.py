"""How answers become one table: which columns it has, in which order, under which headings."""

from typing import Any, Final

from bursar.api.dashboard_widgets import Column, Widget
from bursar.conventions import INCIDENT, SEVERITY, TEAM

Options = dict[str, Any]

ALERT_COLUMNS: Final = (
    Column(name="alertname", title="Alert"),
    Column(name=SEVERITY, title="Severity"),
    Column(name=TEAM, title="Team"),
    Column(name=INCIDENT, title="Incident"),
)


def columns_of(widget: Widget) -> tuple[Column, ...]:
    """Return the columns of a table; those of alerts are known."""
    return widget.columns or (ALERT_COLUMNS if widget.type == "alerts" and not widget.queries else ())


def transformations(widget: Widget) -> list[Options]:
    """Return how answers become one table with the wanted columns in their order."""
    if widget.type == "bar":
        return [{"id": "merge", "options": {}}, _without_time()]
    if widget.type not in ("table", "alerts"):
        return []
    columns = columns_of(widget)
    merged: list[Options] = [{"id": "merge", "options": {}}]
    return [*merged, *_arranged(columns)] if columns else [*merged, _without_time()]


def _without_time() -> Options:
    return {"id": "organize", "options": {"excludeByName": {"Time": True}, "indexByName": {}, "renameByName": {}}}


def _arranged(columns: tuple[Column, ...]) -> list[Options]:
    order = {column.name: index for index, column in enumerate(columns)}
    titles = {column.name: column.title for column in columns if column.title}
    return [
        {"id": "filterFieldsByName", "options": {"include": {"names": list(order)}}},
        {"id": "organize", "options": {"excludeByName": {}, "indexByName": order, "renameByName": titles}},
    ]
