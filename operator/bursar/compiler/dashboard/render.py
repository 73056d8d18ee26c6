"""A dashboard as the classic JSON that Grafana 8 to 13 reads from files.

Source: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bursar.api.dashboard import AnnotationQuery
from bursar.compiler.dashboard.board import Board
from bursar.compiler.dashboard.layout import PlacedRow, placed_rows
from bursar.compiler.dashboard.panels import link, panel
from bursar.compiler.dashboard.queries import PROMETHEUS
from bursar.compiler.dashboard.variables import datasource_variable, loki_variable, variable
from bursar.conventions import INCIDENT, NAMESPACE
from bursar.domain.durations import format_duration
from bursar.domain.promql.quoting import quote

SCHEMA_VERSION: Final = 39
SHARED_CROSSHAIR: Final = 1


def render(board: Board) -> dict[str, Any]:
    """Draw a dashboard: equal boards give equal documents, and nothing in them comes from clock or chance."""
    content = board.content
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.description,
        "tags": list(board.tags),
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": SHARED_CROSSHAIR,
        "refresh": format_duration(board.refresh),
        "time": {"from": f"now-{format_duration(board.time_range)}", "to": "now"},
        "timezone": board.timezone,
        "timepicker": {},
        "templating": {"list": list(_variables(board))},
        "annotations": {"list": list(_annotations(board))},
        "links": [link(each) for each in content.links],
        "panels": list(_panels(board)),
    }


def encoded(document: Mapping[str, Any]) -> str:
    """Write a document as text: equal documents give equal bytes, so that a resync reloads nothing."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _variables(board: Board) -> Iterator[dict[str, Any]]:
    yield datasource_variable(board.datasource_uid)
    if any(widget.type == "logs" for row in board.content.rows for widget in row.widgets):
        yield loki_variable()
    yield from map(variable, board.content.variables)


def _annotations(board: Board) -> Iterator[dict[str, Any]]:
    annotations = board.content.annotations
    if annotations.alerts:
        firing = f'ALERTS{{alertstate="firing",{NAMESPACE}={quote(board.namespace)}}}'
        yield {
            **_annotation("Alerts", "red", firing),
            "titleFormat": "{{alertname}}",
            "textFormat": f"{{{{{INCIDENT}}}}}",
        }
    yield from map(_asked, annotations.queries)


def _asked(query: AnnotationQuery) -> dict[str, Any]:
    return {**_annotation(query.name, query.color, query.expr), "titleFormat": query.title or query.name}


def _annotation(name: str, color: str, expr: str) -> dict[str, Any]:
    return {"name": name, "datasource": PROMETHEUS, "enable": True, "iconColor": color, "expr": expr, "step": "60s"}


def _panels(board: Board) -> Iterator[dict[str, Any]]:
    numbers = itertools.count(1)
    for placed in placed_rows(board.content.rows):
        yield from _row(placed, numbers, board.namespace)


def _row(placed: PlacedRow, numbers: Iterator[int], namespace: str) -> Iterator[dict[str, Any]]:
    """Draw a row: Grafana keeps the panels of a collapsed one inside its heading, those of an open one after it."""
    heading = _heading(placed, numbers)
    panels = [panel(each, next(numbers), namespace) for each in placed.widgets]
    if heading is not None:
        yield {**heading, "panels": panels if placed.row.collapsed else []}
    if not placed.row.collapsed:
        yield from panels


def _heading(placed: PlacedRow, numbers: Iterator[int]) -> dict[str, Any] | None:
    if placed.heading is None:
        return None
    repeat = {"repeat": placed.row.repeat} if placed.row.repeat else {}
    return {
        "id": next(numbers),
        "type": "row",
        "title": placed.row.title,
        "collapsed": placed.row.collapsed,
        "gridPos": placed.heading.as_data(),
        **repeat,
    }
