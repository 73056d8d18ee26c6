"""One widget as a panel of Grafana."""

from collections.abc import Mapping
from typing import Any

from bursar.api.dashboard_widgets import Link, Widget
from bursar.compiler.dashboard.fields import column_overrides, field_defaults
from bursar.compiler.dashboard.layout import Placed
from bursar.compiler.dashboard.panel_types import PLUGINS, custom, options
from bursar.compiler.dashboard.queries import datasource_of, targets
from bursar.compiler.dashboard.tables import columns_of, transformations

MOST_PER_LINE = 4


def panel(placed: Placed, number: int, namespace: str) -> dict[str, Any]:
    """Draw a widget; `number` is the panel's id, unique in its dashboard."""
    widget = placed.widget
    drawn = {
        "id": number,
        "type": PLUGINS[widget.type],
        "title": widget.title,
        "description": widget.description,
        "gridPos": placed.box.as_data(),
        "options": options(widget),
        **({} if widget.type == "text" else _asking(widget, namespace)),
        **({"links": [link(each) for each in widget.links]} if widget.links else {}),
        **({"repeat": widget.repeat, "repeatDirection": "h", "maxPerRow": MOST_PER_LINE} if widget.repeat else {}),
    }
    return merged(drawn, widget.overrides)


def link(to: Link) -> dict[str, Any]:
    """Return a link of a dashboard or a panel; within Grafana it keeps the time range."""
    outside = not to.url.startswith("/")
    return {
        "asDropdown": False,
        "icon": "external link" if outside else "dashboard",
        "includeVars": False,
        "keepTime": not outside,
        "tags": [],
        "targetBlank": outside,
        "title": to.title,
        "tooltip": "",
        "type": "link",
        "url": to.url,
    }


def merged(drawn: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Put overrides over what was drawn: maps are merged, everything else is replaced."""
    result = dict(drawn)
    for name, value in overrides.items():
        known = result.get(name)
        result[name] = merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return result


def _asking(widget: Widget, namespace: str) -> dict[str, Any]:
    transformed = transformations(widget)
    return {
        "datasource": datasource_of(widget),
        "fieldConfig": {
            "defaults": {**field_defaults(widget), "custom": custom(widget)},
            "overrides": column_overrides(columns_of(widget)),
        },
        "targets": targets(widget, namespace),
        **({"transformations": transformed} if transformed else {}),
    }
