"""Dashboard -> one ConfigMap."""

import sys
from dataclasses import dataclass, replace
from typing import Any, Final

from bursar.api.dashboard import Dashboard, Import
from bursar.compiler.dashboard.board import DEFAULT_RANGE, DEFAULT_REFRESH, Board
from bursar.compiler.dashboard.checks import problems, warnings
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.importing import imported
from bursar.compiler.dashboard.missing import Missing
from bursar.compiler.dashboard.published import dashboard_uid, default_title, published
from bursar.compiler.dashboard.render import render
from bursar.compiler.dashboard.sla_widgets import expanded
from bursar.compiler.dashboard.templated import content_of
from bursar.compiler.plan import Accepted, Condition, Plan, Rejected, Waiting
from bursar.compiler.targets import referenced_target
from bursar.compiler.view import View
from bursar.conventions import ChildKind, ConditionType, Kind, Reason
from bursar.errors import InvalidSpec

MOST_WARNINGS: Final = 50
NO_GRAFANA_OPERATOR: Final = (
    "the setting grafanaInstances asks for GrafanaDashboards, whose CRD is not installed; install grafana-operator, or "
    "empty the setting to get ConfigMaps"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A dashboard's document, and what is doubtful about it."""

    document: dict[str, Any]
    warnings: tuple[str, ...]


def dashboard_name(name: str) -> str:
    """Name the ConfigMap of a Dashboard."""
    return f"dash-{name}"


def compile_dashboard(dashboard: Dashboard, view: View) -> Plan:
    """Draw a dashboard; waits for the target and the SLAs that it shows."""
    target = referenced_target(dashboard.metadata, dashboard.spec.target_ref, view)
    if isinstance(target, Waiting):
        return Plan(target)
    try:
        return _plan(dashboard, drawn(dashboard, view), view)
    except Missing as missing:
        return Plan(Waiting(Reason.DEPENDENCY_NOT_READY, str(missing)))
    except InvalidSpec as error:
        return Plan(Rejected(Reason.INVALID_SPEC, str(error)))


def drawn(dashboard: Dashboard, view: View) -> Drawn:
    """Draw a dashboard as Grafana reads it; raises InvalidSpec, and Missing while an SLA is not there."""
    spec = dashboard.spec
    if spec.import_ is not None:
        return _imported(dashboard, spec.import_)
    content = _content(dashboard, view)
    most = view.policy.dashboards.most_widgets if spec.rows else sys.maxsize  # those of a template are no user's
    wrong = tuple(problems(content, most_widgets=most))
    if wrong:
        raise InvalidSpec(wrong)
    return Drawn(render(_board(dashboard, content)), tuple(warnings(content)))


def _plan(dashboard: Dashboard, drawing: Drawn, view: View) -> Plan:
    meta, folder = dashboard.metadata, dashboard.spec.folder
    name = dashboard_name(meta.name)
    result = published(Kind.DASHBOARD, meta, name, document=drawing.document, folder=folder, view=view)
    if not view.serves(result.ref.kind):
        return Plan(Waiting(Reason.DEPENDENCY_NOT_READY, NO_GRAFANA_OPERATOR))
    doubts = [*drawing.warnings, *result.warnings, *_about_folder(folder, view)]
    fields = {
        **result.fields(),
        "title": result.title,
        "panels": result.panels,
        **({"configMap": result.ref.name} if result.ref.kind is ChildKind.CONFIG_MAP else {}),
        **({"warnings": [doubt[:1024] for doubt in doubts[:MOST_WARNINGS]]} if doubts else {}),
    }
    condition = _rendered(result.panels, doubts)
    claims = {result.ref: result.claims}
    return Plan(Accepted(), apply=(result.manifest,), conditions=(condition,), claims=claims, fields=fields)


def _content(dashboard: Dashboard, view: View) -> Content:
    """Assemble what is shown: a template's content, or the widgets; the user's own variables and links are added."""
    spec, meta = dashboard.spec, dashboard.metadata
    given = Content(
        rows=tuple(expanded(row, meta.namespace, view) for row in spec.rows),
        variables=spec.variables,
        annotations=spec.annotations,
        links=spec.links,
    )
    if spec.template is None:
        return given
    target = view.target(meta.namespace, spec.target_ref.name) if spec.target_ref else None
    template = content_of(spec.template, target, meta, view)
    return replace(
        template,
        variables=(*template.variables, *spec.variables),
        links=(*template.links, *spec.links),
    )


def _board(dashboard: Dashboard, content: Content) -> Board:
    meta, spec = dashboard.metadata, dashboard.spec
    return Board(
        uid=dashboard_uid(meta.namespace, dashboard_name(meta.name)),
        title=spec.title or default_title(Kind.DASHBOARD, meta),
        content=content,
        namespace=meta.namespace,
        description=spec.description,
        tags=spec.tags,
        refresh=spec.refresh or DEFAULT_REFRESH,
        time_range=spec.time_range or DEFAULT_RANGE,
        timezone=spec.timezone,
        datasource_uid=spec.datasource.uid if spec.datasource else "",
    )


def _imported(dashboard: Dashboard, given: Import) -> Drawn:
    """Take a document as it is, under a uid of ours: the one it brings may be somebody else's."""
    meta, spec = dashboard.metadata, dashboard.spec
    found = imported(given.json_)
    document = {
        **found.document,
        "uid": dashboard_uid(meta.namespace, dashboard_name(meta.name)),
        "title": spec.title or found.document.get("title") or default_title(Kind.DASHBOARD, meta),
        **({"tags": list(spec.tags)} if spec.tags else {}),
    }
    return Drawn(document, found.warnings)


def _about_folder(folder: str, view: View) -> list[str]:
    if not folder or view.policy.dashboards.has_folders:
        return []
    return [f'spec.folder: "{folder}" has no effect until the platform sets folderAnnotation, as its Grafana has it']


def _rendered(panels: int, doubts: list[str]) -> Condition:
    more = f"; {len(doubts)} warnings in status.warnings" if doubts else ""
    return Condition(ConditionType.RENDERED, "True", Reason.RENDERED, f"{panels} panels{more}")
