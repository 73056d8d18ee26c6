"""An import as a Dashboard resource in widgets, as far as Bursar's widgets can say it; what they cannot stays as it is.

What a widget does not say of a panel is in its `overrides`, so that the panel that is drawn of it has all of the
settings that the import had.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from bursar.api.dashboard_widgets import Widget
from bursar.compiler.dashboard.importing.document import Imported
from bursar.compiler.dashboard.importing.panels import everything, named
from bursar.compiler.dashboard.layout import Box, Placed
from bursar.compiler.dashboard.panel_types import PLUGINS
from bursar.compiler.dashboard.panels import panel as drawn
from bursar.compiler.dashboard.render import encoded
from bursar.conventions import API_VERSION, Kind
from bursar.domain.durations import parse_duration

Panel = Mapping[str, Any]
Spec = dict[str, Any]

TYPES: Final = {plugin: kind for kind, plugin in PLUGINS.items() if kind not in ("alerts", "logs")}

_OF_THE_FRAME: Final = frozenset({"id", "gridPos", "datasource", "title", "description", "targets", "pluginVersion"})
_SAME: Final = object()


class _NoWidget(ValueError):
    """Why a dashboard cannot be said in widgets."""


def as_resource(found: Imported, *, name: str, namespace: str) -> tuple[Spec, str]:
    """Write an import as a Dashboard; returns it, and why it keeps the JSON, empty when it is in widgets."""
    title = str(found.document.get("title") or "")
    try:
        spec, why = _in_widgets(found.document), ""
    except (_NoWidget, ValidationError, KeyError, TypeError, AttributeError) as error:
        spec, why = {"import": {"json": encoded(found.document)}}, _told(error)
    metadata = {"name": name, "namespace": namespace}
    frame = {"title": title, **({"tags": tags} if (tags := found.document.get("tags")) else {})}
    return {"apiVersion": API_VERSION, "kind": Kind.DASHBOARD.value, "metadata": metadata, "spec": frame | spec}, why


def _told(error: Exception) -> str:
    return (
        str(error) if isinstance(error, _NoWidget) else f"a panel is not as expected: {type(error).__name__}: {error}"
    )


def _in_widgets(document: Panel) -> Spec:
    variables = [_variable(each) for each in document["templating"]["list"] if each.get("type") != "datasource"]
    sources = {str(each.get("datasource")) for each in everything(document["panels"]) if each.get("targets")}
    if len(sources) > 1:
        raise _NoWidget("its panels read several data sources")
    return {
        **({"description": document["description"]} if document.get("description") else {}),
        **({"variables": variables} if variables else {}),
        "rows": list(_rows(document["panels"])),
    }


def _rows(panels: Sequence[Panel]) -> Iterator[Spec]:
    """Divide panels by the headings that they stand under."""
    heading: Panel = {}
    below: list[Panel] = []
    for panel in sorted(panels, key=lambda each: (each["gridPos"]["y"], each["gridPos"]["x"])):
        if panel["type"] != "row":
            below.append(panel)
            continue
        yield from _row(heading, below)
        heading, below = panel, list(panel.get("panels") or ())
    yield from _row(heading, below)


def _row(heading: Panel, panels: Sequence[Panel]) -> Iterator[Spec]:
    if not panels:
        return
    top = min(panel["gridPos"]["y"] for panel in panels)
    said = {name: heading[name] for name in ("title", "collapsed", "repeat") if heading.get(name)}
    yield {**said, "widgets": [_widget(panel, top) for panel in panels]}


def _widget(panel: Panel, top: int) -> Spec:
    if panel["type"] not in TYPES or "libraryPanel" in panel:
        raise _NoWidget(f"{named(panel)} is of type {panel['type']}, and there is no such widget")
    place = panel["gridPos"]
    said: Spec = {
        "type": TYPES[panel["type"]],
        "left": place["x"],
        "top": place["y"] - top,
        "width": place["w"],
        "height": place["h"],
        **{name: panel[name] for name in ("title", "description") if panel.get(name)},
        **_fields(panel),
    }
    overrides = _beyond(panel, _as_drawn(said))
    return {**said, **({"overrides": overrides} if overrides is not _SAME and overrides else {})}


def _fields(panel: Panel) -> Spec:
    defaults = (panel.get("fieldConfig") or {}).get("defaults") or {}
    queries = [_query(panel, target) for target in panel.get("targets") or ()]
    content = {"content": panel["options"]["content"]} if panel["type"] == "text" else {}
    return {
        **({"queries": queries} if queries else {}),
        **{name: defaults[name] for name in ("unit", "decimals", "min", "max") if defaults.get(name) is not None},
        **({"thresholds": steps} if (steps := _thresholds(defaults)) else {}),
        **_lines(defaults.get("custom") or {}),
        **content,
    }


def _lines(custom: Panel) -> Spec:
    stack = (custom.get("stacking") or {}).get("mode")
    log = (custom.get("scaleDistribution") or {}).get("type") == "log"
    return {**({"stack": stack} if stack in ("normal", "percent") else {}), **({"scale": "log"} if log else {})}


def _query(panel: Panel, target: Panel) -> Spec:
    if not target.get("expr"):
        raise _NoWidget(f"{named(panel)} asks something that is not PromQL")
    legend = target.get("legendFormat")
    return {
        "expr": target["expr"],
        **({"legend": legend} if legend and legend != "__auto" else {}),
        "instant": bool(target.get("instant")),
    }


def _thresholds(defaults: Panel) -> list[Spec]:
    found = defaults.get("thresholds") or {}
    if found.get("mode", "absolute") != "absolute" or len(found.get("steps") or ()) < 2:
        return []  # one step is but the colour of everything
    steps = ((step.get("value"), step["color"]) for step in found.get("steps") or ())
    return [{**({} if value is None else {"value": value}), "color": colour} for value, colour in steps]


def _as_drawn(said: Spec) -> Panel:
    widget = Widget.model_validate(said)
    return drawn(Placed(widget, Box(0, 0, 1, 1)), 1, "")


def _beyond(wanted: Panel, there: Panel) -> Spec:
    """Return what is to be laid over a drawn panel so that it says all that the import says."""
    return {
        name: more
        for name, value in wanted.items()
        if name not in _OF_THE_FRAME and (more := _difference(value, there.get(name, _SAME))) is not _SAME
    }


def _difference(wanted: Any, there: Any) -> Any:
    if wanted == there:
        return _SAME
    if isinstance(wanted, dict) and isinstance(there, dict):
        within = {name: _difference(value, there.get(name, _SAME)) for name, value in wanted.items()}
        return {name: value for name, value in within.items() if value is not _SAME} or _SAME
    return wanted


def _variable(variable: Panel) -> Spec:
    frame = {
        "name": variable["name"],
        **({"label": variable["label"]} if variable.get("label") else {}),
        **({"multi": True} if variable.get("multi") else {}),
        **({"includeAll": True} if variable.get("includeAll") else {}),
        **({"hidden": True} if variable.get("hide") == 2 and variable["type"] != "constant" else {}),
        **({"regex": variable["regex"]} if variable.get("regex") else {}),
    }
    return frame | _choice(variable)


def _choice(variable: Panel) -> Spec:
    kind, query = variable["type"], variable.get("query") or ""
    query = query.get("query", "") if isinstance(query, dict) else query
    match kind:
        case "query":
            return {"query": variable.get("definition") or query}
        case "custom":
            return {"custom": [value.split(" : ")[-1].strip() for value in query.split(",")]}
        case "interval":
            return {"interval": [step for step in query.split(",") if _is_duration(step)]}
        case "textbox" | "constant":
            return {kind: query}
        case _:
            raise _NoWidget(f"variable {variable['name']} is of type {kind}, and there is no such variable")


def _is_duration(text: str) -> bool:
    try:
        return bool(parse_duration(text))
    except ValueError:
        return False
