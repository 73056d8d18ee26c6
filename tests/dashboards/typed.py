"""A dashboard as a TypeScript program that compiles only if Grafana's own types allow every field of it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

RAW: Final = "./node_modules/@grafana/schema/dist/types/raw/composable"
OURS: Final = "import type { Annotations, Drawn, Frame, Heading, Variables } from './drawn';"
PLUGINS: Final[Mapping[str, str]] = {
    "timeseries": "timeseries",
    "barchart": "barchart",
    "stat": "stat",
    "gauge": "gauge",
    "bargauge": "bargauge",
    "table": "table",
    "heatmap": "heatmap",
    "piechart": "piechart",
    "state-timeline": "statetimeline",
    "text": "text",
    "logs": "logs",
}
WITH_FIELDS: Final = frozenset({"timeseries", "barchart", "table", "heatmap", "piechart", "state-timeline"})


def program(documents: Mapping[str, Mapping[str, Any]]) -> str:
    """Write all dashboards as one program; a name in a message leads to the dashboard and the panel."""
    imports = [
        f"import type * as {alias} from '{RAW}/{alias}/panelcfg/x/types.gen';"
        for alias in sorted(set(PLUGINS.values()))
    ]
    lines = (line for name, document in documents.items() for line in _dashboard(name, document))
    return "\n".join([OURS, *imports, *lines, ""])


def _dashboard(name: str, document: Mapping[str, Any]) -> Iterator[str]:
    word = name.replace("-", "_")
    frame = {key: value for key, value in document.items() if key not in ("panels", "annotations", "templating")}
    yield _constant(f"{word}_frame", "Frame", frame)
    yield _constant(f"{word}_variables", "Variables", document["templating"]["list"])
    yield _constant(f"{word}_annotations", "Annotations", document["annotations"]["list"])
    for panel in document["panels"]:
        yield from _panel(word, panel)


def _panel(word: str, panel: Mapping[str, Any]) -> Iterator[str]:
    name = f"{word}_panel_{panel['id']}"
    if panel["type"] != "row":
        yield _constant(name, _type(panel["type"]), panel)
        return
    yield _constant(name, "Heading", {**panel, "panels": []})
    for inside in panel["panels"]:
        yield from _panel(word, inside)


def _type(plugin: str) -> str:
    alias = PLUGINS[plugin]
    custom = f"Partial<{alias}.FieldConfig>" if plugin in WITH_FIELDS else "Record<string, never>"
    return f"Drawn<{alias}.Options, {custom}>"


def _constant(name: str, of_type: str, value: Any) -> str:
    return f"export const {name}: {of_type} = {json.dumps(value)};"
