"""What differs between types of panels: the plugin, its options, its own field settings."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bursar.api.dashboard_widgets import Widget

Options = dict[str, Any]

PLUGINS: Final[Mapping[str, str]] = {
    "timeseries": "timeseries",
    "bar": "barchart",
    "stat": "stat",
    "gauge": "gauge",
    "bargauge": "bargauge",
    "table": "table",
    "heatmap": "heatmap",
    "pie": "piechart",
    "timeline": "state-timeline",
    "text": "text",
    "logs": "logs",
    "alerts": "table",
}
REDUCED: Final[Options] = {"calcs": ["lastNotNull"], "fields": "", "values": False}
TOOLTIP: Final[Options] = {"mode": "multi", "sort": "desc"}
COUNTED_IN_LEGEND: Final = ("lastNotNull", "mean", "max")


def options(widget: Widget) -> Options:
    """Return the options of the widget's plugin."""
    return _OPTIONS[widget.type](widget)


def custom(widget: Widget) -> Options:
    """Return `fieldConfig.defaults.custom`."""
    return _CUSTOM[widget.type](widget) if widget.type in _CUSTOM else {}


def _legend(widget: Widget) -> Options:
    as_table = widget.legend == "table"
    return {
        "calcs": list(COUNTED_IN_LEGEND) if as_table else [],
        "displayMode": "table" if as_table else "list",
        "placement": "bottom",
        "showLegend": widget.legend != "hidden",
    }


def _timeseries(widget: Widget) -> Options:
    return {"legend": _legend(widget), "tooltip": TOOLTIP}


def _bar(widget: Widget) -> Options:
    return {
        "barWidth": 0.8,
        "fullHighlight": False,
        "groupWidth": 0.7,
        "legend": _legend(widget),
        "orientation": "auto",
        "showValue": "auto",
        "stacking": widget.stack or "none",
        "tooltip": TOOLTIP,
        "xTickLabelMaxLength": 0,
        "xTickLabelRotation": 0,
    }


def _stat(widget: Widget) -> Options:
    over_time = any(query.instant is False for query in widget.queries)
    return {
        "colorMode": "value",
        "graphMode": "area" if over_time else "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": REDUCED,
        "showPercentChange": False,
        "textMode": "auto",
        "wideLayout": True,
    }


def _gauge(widget: Widget) -> Options:
    return {
        "barShape": "flat",
        "barWidthFactor": 0.5,
        "effects": {},
        "minVizHeight": 75,
        "minVizWidth": 75,
        "orientation": "auto",
        "reduceOptions": REDUCED,
        "segmentCount": 1,
        "segmentSpacing": 0.3,
        "shape": "gauge",
        "showThresholdLabels": False,
        "showThresholdMarkers": True,
        "sizing": "auto",
    }


def _bargauge(widget: Widget) -> Options:
    return {
        "displayMode": "basic",
        "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False},
        "maxVizHeight": 300,
        "minVizHeight": 16,
        "minVizWidth": 8,
        "namePlacement": "auto",
        "orientation": "horizontal",
        "reduceOptions": REDUCED,
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "color",
    }


def _table(widget: Widget) -> Options:
    return {"cellHeight": "sm", "frameIndex": 0, "showHeader": True}


def _heatmap(widget: Widget) -> Options:
    return {
        "calculate": False,
        "cellGap": 1,
        "color": {
            "exponent": 0.5,
            "fill": "dark-orange",
            "mode": "scheme",
            "reverse": False,
            "scale": "exponential",
            "scheme": "Oranges",
            "steps": 64,
        },
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": widget.legend != "hidden"},
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": widget.unit or "short"},
    }


def _pie(widget: Widget) -> Options:
    return {
        "displayLabels": [],
        "legend": {**_legend(widget), "placement": "right", "values": ["value", "percent"]},
        "orientation": "auto",
        "pieType": "donut",
        "reduceOptions": REDUCED,
        "sort": "desc",
        "tooltip": {"mode": "single", "sort": "none"},
    }


def _timeline(widget: Widget) -> Options:
    return {
        "alignValue": "left",
        "legend": _legend(widget),
        "mergeValues": True,
        "rowHeight": 0.9,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    }


def _text(widget: Widget) -> Options:
    return {"content": widget.content or "", "mode": "markdown"}


def _logs(widget: Widget) -> Options:
    return {
        "dedupStrategy": "none",
        "enableLogDetails": True,
        "prettifyLogMessage": False,
        "showCommonLabels": False,
        "showLabels": False,
        "showLogContextToggle": False,
        "showTime": True,
        "sortOrder": "Descending",
        "wrapLogMessage": True,
    }


def _timeseries_field(widget: Widget) -> Options:
    return {
        "drawStyle": "line",
        "fillOpacity": 30 if widget.stack else 0,
        "lineWidth": 1,
        "scaleDistribution": {"type": "log", "log": 10} if widget.scale == "log" else {"type": "linear"},
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": widget.stack or "none"},
        "thresholdsStyle": {"mode": "dashed" if widget.thresholds else "off"},
    }


def _bar_field(widget: Widget) -> Options:
    return {"fillOpacity": 80, "lineWidth": 1, "thresholdsStyle": {"mode": "dashed" if widget.thresholds else "off"}}


def _timeline_field(widget: Widget) -> Options:
    return {"fillOpacity": 80, "lineWidth": 0}


_OPTIONS: Final[Mapping[str, Callable[[Widget], Options]]] = {
    "timeseries": _timeseries,
    "bar": _bar,
    "stat": _stat,
    "gauge": _gauge,
    "bargauge": _bargauge,
    "table": _table,
    "heatmap": _heatmap,
    "pie": _pie,
    "timeline": _timeline,
    "text": _text,
    "logs": _logs,
    "alerts": _table,
}
_CUSTOM: Final[Mapping[str, Callable[[Widget], Options]]] = {
    "timeseries": _timeseries_field,
    "bar": _bar_field,
    "timeline": _timeline_field,
}
