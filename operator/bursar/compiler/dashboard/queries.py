"""Queries as Grafana's panels ask them."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any, Final

from bursar.api.dashboard_widgets import Query, Widget
from bursar.conventions import INCIDENT, NAMESPACE, SEVERITY, TEAM, Kind
from bursar.domain.promql.quoting import quote

DATASOURCE: Final = "datasource"
LOKI_DATASOURCE: Final = "loki_datasource"
PROMETHEUS: Final[Mapping[str, str]] = {"type": "prometheus", "uid": f"${{{DATASOURCE}}}"}
LOKI: Final[Mapping[str, str]] = {"type": "loki", "uid": f"${{{LOKI_DATASOURCE}}}"}

NEWEST_ONLY: Final = frozenset({"bar", "stat", "gauge", "bargauge", "table", "pie", "alerts"})
"""Types that show one value: over a range they would go on to show one that has vanished."""

TABLES: Final = frozenset({"bar", "table", "alerts"})


def datasource_of(widget: Widget) -> Mapping[str, str]:
    """Return the data source that a widget asks."""
    return LOKI if widget.type == "logs" else PROMETHEUS


def targets(widget: Widget, namespace: str) -> list[dict[str, Any]]:
    """Return the questions of a widget; `namespace` is whose alerts are meant."""
    queries = widget.queries
    if widget.type == "alerts" and not queries:
        queries = (Query(expr=firing_alerts(widget, namespace)),)
    return [_target(widget, query, letter) for query, letter in zip(queries, ascii_uppercase, strict=False)]


def firing_alerts(widget: Widget, namespace: str) -> str:
    """Select what fires: an alert once, however many steps of its escalation there are."""
    matchers = [f"{label}={quote(value)}" for label, value in sorted(widget.labels.items())]
    if widget.sla_ref is not None:
        name = widget.sla_ref.name.replace(".", "[.]")
        matchers.append(f'{INCIDENT}=~"{Kind.SLA}/{name}(/.*)?"')
    selected = ",".join(['alertstate="firing"', f"{NAMESPACE}={quote(namespace)}", *matchers])
    return f"max by (alertname, {SEVERITY}, {TEAM}, {INCIDENT}) (ALERTS{{{selected}}})"


def _target(widget: Widget, query: Query, letter: str) -> dict[str, Any]:
    if widget.type == "logs":
        return {"datasource": LOKI, "expr": query.expr, "queryType": "range", "refId": letter}
    instant = widget.type in NEWEST_ONLY if query.instant is None else query.instant
    return {
        "datasource": PROMETHEUS,
        "editorMode": "code",
        "expr": query.expr,
        "format": _format(widget),
        "instant": instant,
        "legendFormat": query.legend or ("{{le}}" if widget.type == "heatmap" else "__auto"),
        "range": not instant,
        "refId": letter,
    }


def _format(widget: Widget) -> str:
    if widget.type in TABLES:
        return "table"
    return "heatmap" if widget.type == "heatmap" else "time_series"
