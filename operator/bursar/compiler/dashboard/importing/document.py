"""The dashboard within an export, without what belongs to the Grafana that it came from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bursar.compiler.dashboard.importing.datasources import rewritten
from bursar.compiler.dashboard.importing.panels import inlined, judged, numbered
from bursar.errors import FieldError, InvalidSpec

NEWEST_SCHEMA: Final = 42
"""The `schemaVersion` of Grafana 12 and 13; whatever is older is migrated by Grafana when it loads it."""

_ROWS_UNTIL: Final = 16  # before that version panels stood in rows, without places of their own
_FOREIGN: Final = frozenset(
    {
        *("__inputs", "__requires", "__elements", "__libraryPanels", "gnetId", "id", "iteration", "meta"),
        *("slug", "snapshot", "uid", "version", "weekStart"),
    }
)
_GROUP: Final = "dashboard.grafana.app/"
_NEWER: Final = (
    'is a dashboard of schema v2; export it as "Classic" (in Grafana: Export, then Model: Classic) and import that'
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A classic dashboard with panel ids of our own and data source variables; warnings tell what may not work."""

    document: Mapping[str, Any]
    warnings: tuple[str, ...]


def imported(text: str) -> Imported:
    """Read an export of Grafana: a file, an answer of its API, or a resource of group dashboard.grafana.app.

    Raises InvalidSpec for everything that is not a classic dashboard.
    """
    exported = _classic(_parsed(text))
    inlined_panels, missing = inlined(exported)
    kept = {name: value for name, value in exported.items() if name not in _FOREIGN}
    dashboard, sources = rewritten({**kept, "panels": inlined_panels}, exported.get("__inputs") or ())
    panels = numbered(dashboard["panels"])
    warnings = (*_old_or_new(exported), *missing, *sources, *judged(panels))
    return Imported({**dashboard, "editable": False, "panels": panels}, tuple(dict.fromkeys(warnings)))


def _refused(why: str) -> InvalidSpec:
    return InvalidSpec((FieldError("spec.import.json", why),))


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(f"is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise _refused(f"is a JSON {type(document).__name__}, and a dashboard is an object")
    return document


def _classic(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the dashboard in its wrapping."""
    version = str(document.get("apiVersion", ""))
    if version.startswith(f"{_GROUP}v2") or ("elements" in document and "layout" in document):
        raise _refused(_NEWER)
    wrapped = document.get("spec") if version.startswith(_GROUP) else document.get("dashboard", document)
    if not isinstance(wrapped, dict) or not _has_panels(wrapped):
        raise _refused("has no panels; give the JSON of one dashboard, as Grafana exports it")
    return wrapped


def _has_panels(dashboard: Mapping[str, Any]) -> bool:
    panels, rows = dashboard.get("panels"), dashboard.get("rows")
    if panels is None and isinstance(rows, list):
        raise _refused(
            f"has rows, as Grafana wrote them before schemaVersion {_ROWS_UNTIL}; open it in Grafana 8 or newer, save "
            "it, and export it again"
        )
    return isinstance(panels, list) and all(isinstance(panel, dict) for panel in panels)


def _old_or_new(exported: Mapping[str, Any]) -> tuple[str, ...]:
    version = exported.get("schemaVersion")
    if isinstance(version, int) and version > NEWEST_SCHEMA:
        return (f"schemaVersion {version} is newer than {NEWEST_SCHEMA}: an older Grafana may not show all of it",)
    return ()
