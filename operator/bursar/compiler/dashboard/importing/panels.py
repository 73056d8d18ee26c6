"""The panels of an import: library panels put in, numbered anew, their plugins judged."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any, Final

Panel = Mapping[str, Any]

# Of Grafana 13; all others must be installed.
BUILT_IN: Final = frozenset(
    {
        *("alertlist", "annolist", "barchart", "bargauge", "candlestick", "canvas", "dashlist", "datagrid", "debug"),
        *("flamegraph", "gauge", "geomap", "gettingstarted", "heatmap", "histogram", "live", "logs", "news"),
        *("nodeGraph", "piechart", "row", "stat", "state-timeline", "status-history", "table", "text", "timeseries"),
        *("traces", "trend", "welcome", "xychart"),
    }
)
# Angular panels that Grafana 11 and newer turn into others by itself, and what they become.
MIGRATED: Final[Mapping[str, str]] = {
    "graph": "timeseries",
    "singlestat": "stat",
    "table-old": "table",
    "grafana-singlestat-panel": "stat",
    "grafana-piechart-panel": "piechart",
    "grafana-worldmap-panel": "geomap",
}
ANGULAR: Final = frozenset(
    {
        *("briangann-gauge-panel", "natel-discrete-panel", "vonage-status-panel", "blackmirror1-singlestat-math-panel"),
        *("agenty-flowcharting-panel", "jdbranham-diagram-panel", "michaeldmoore-multistat-panel"),
        *("mtanda-histogram-panel", "petrslavotinek-carpetplot-panel", "ryantxu-ajax-panel", "snuids-radar-panel"),
    }
)

_NOBODY: Final = object()


def inlined(exported: Mapping[str, Any]) -> tuple[list[Panel], tuple[str, ...]]:
    """Put library panels where they are used; returns the panels, and a warning for each that the export lacks."""
    elements, missing = exported.get("__elements") or {}, []

    def put_in(panel: Panel) -> Panel:
        if panel.get("type") == "row":
            return {**panel, "panels": [put_in(inner) for inner in panel.get("panels") or ()]}
        library = panel.get("libraryPanel")
        if library is None:
            return panel
        model = _element(elements, library.get("uid"))
        if model is None:
            missing.append(f"{named(panel)} is the library panel {library.get('name')}, which the export lacks")
            return panel
        return {**model, "gridPos": panel.get("gridPos"), "id": panel.get("id")}

    return [put_in(panel) for panel in exported["panels"]], tuple(missing)


def _element(elements: Any, uid: object) -> Panel | None:
    """Find a library panel; exports hold them by their uid, and older ones in a list."""
    listed = elements.values() if isinstance(elements, dict) else elements
    return next((each["model"] for each in listed if each.get("uid") == uid and "model" in each), None)


def numbered(panels: Iterable[Panel]) -> list[Panel]:
    """Give ids of our own, 1 to N in the order of the page; panels that show the data of others follow them."""
    numbers, renamed = count(1), dict[object, int]()

    def number(panel: Panel) -> Panel:
        identity = next(numbers)
        if "id" in panel:
            renamed.setdefault(panel["id"], identity)
        inner = {"panels": [number(each) for each in panel["panels"]]} if panel.get("panels") else {}
        return {**panel, "id": identity, **inner}

    result = [number(panel) for panel in panels]
    return [_following(panel, renamed) for panel in result]


def _following(panel: Panel, renamed: Mapping[object, int]) -> Panel:
    inner = {"panels": [_following(each, renamed) for each in panel["panels"]]} if panel.get("panels") else {}
    targets = [
        {**target, **({"panelId": renamed[shown]} if (shown := target.get("panelId", _NOBODY)) in renamed else {})}
        for target in panel.get("targets") or ()
    ]
    return {**panel, **inner, **({"targets": targets} if targets else {})}


def judged(panels: Iterable[Panel]) -> Iterator[str]:
    """Warn of what a Grafana of today does not show by itself."""
    for panel in everything(panels):
        kind = str(panel.get("type", ""))
        if kind in MIGRATED:
            yield f"{named(panel)} is of the old type {kind}; Grafana shows it as {MIGRATED[kind]}"
        elif kind in ANGULAR:
            yield f"{named(panel)} is of type {kind}, which needs Angular; Grafana 12 and newer do not show it"
        elif kind not in BUILT_IN:
            yield f"{named(panel)} is of type {kind or '(none)'}; this plugin must be installed in Grafana"
        if "alert" in panel:
            yield f"{named(panel)} has an alert, which Grafana 11 and newer ignore; write an AlertRule"


def everything(panels: Iterable[Panel]) -> Iterator[Panel]:
    """Return all panels, those of collapsed rows included."""
    for panel in panels:
        yield panel
        yield from everything(panel.get("panels") or ())


def named(panel: Panel) -> str:
    """Name a panel for people."""
    return f'panel "{panel["title"]}"' if panel.get("title") else f"panel {panel.get('id')}"
