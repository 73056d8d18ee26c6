"""The dashboards of SLAs and MonitoringTargets: nobody writes a Dashboard for them."""

from bursar.api.base import ObjectMeta
from bursar.api.dashboard import TemplateRef
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.dashboard.board import Board
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.missing import Missing
from bursar.compiler.dashboard.published import Published, dashboard_uid, default_title, published
from bursar.compiler.dashboard.render import render
from bursar.compiler.dashboard.templates import Given, Promise, from_template, slo_detail
from bursar.compiler.facts import SlaFacts
from bursar.compiler.view import RulePolicy, View
from bursar.conventions import PRODUCT, Kind
from bursar.domain.objective import Identity
from bursar.errors import FieldError, InvalidSpec

TARGET_FIELD = "spec.dashboard"


def sla_page_name(name: str) -> str:
    """Name the ConfigMap of an SLA's dashboard."""
    return f"sla-{name}-dashboard"


def target_page_name(name: str) -> str:
    """Name the ConfigMap of a target's dashboard."""
    return f"mtgt-{name}-dashboard"


def wants_page(sla: SLA, view: View) -> bool:
    """Whether an SLA has a dashboard: as it says, else as the platform says."""
    asked = sla.spec.dashboard
    return view.policy.dashboards.of_slas if asked is None else asked.enabled


def page_url(sla: SLA, view: View) -> str:
    """Return where people find the dashboard of an SLA; empty when it has none, or nobody said where Grafana is."""
    return _url(sla.metadata.namespace, sla_page_name(sla.metadata.name), view.policy) if wants_page(sla, view) else ""


def target_page_url(target: MonitoringTarget | None, policy: RulePolicy) -> str:
    """Return the same for the dashboard of a target."""
    if target is None or target.spec.dashboard is None:
        return ""
    return _url(target.metadata.namespace, target_page_name(target.metadata.name), policy)


def _url(namespace: str, name: str, policy: RulePolicy) -> str:
    grafana = policy.dashboards.grafana_url
    return f"{grafana}/d/{dashboard_uid(namespace, name)}" if grafana else ""


def promises(sla: SLA, facts: SlaFacts) -> tuple[Promise, ...]:
    """Return the objectives of an SLA as its rules keep them."""
    meta = sla.metadata
    return tuple(
        Promise(Identity(meta.namespace, meta.name, objective.name), each, objective.title)
        for objective, each in zip(sla.spec.objectives, facts.objectives, strict=True)
    )


def sla_page(sla: SLA, target: MonitoringTarget | None, facts: SlaFacts, view: View) -> Published:
    """Draw the dashboard of an SLA."""
    content = slo_detail.build(Given(sla.metadata.namespace, target, promises(sla, facts)))
    return _page(Kind.SLA, sla.metadata, sla_page_name(sla.metadata.name), content, view)


def target_page(target: MonitoringTarget, view: View) -> Published | None:
    """Draw the dashboard of a target, None where it wants none; raises InvalidSpec when there is nothing to show."""
    asked, meta = target.spec.dashboard, target.metadata
    if asked is None:
        return None
    given = Given(meta.namespace, target, parameters=asked.parameters, path=TARGET_FIELD)
    try:
        content = from_template(TemplateRef(name=asked.template, parameters=asked.parameters), given)
    except Missing as missing:
        raise InvalidSpec((FieldError(TARGET_FIELD, str(missing)),)) from None
    return _page(Kind.MONITORING_TARGET, meta, target_page_name(meta.name), content, view)


def _page(owner: Kind, meta: ObjectMeta, name: str, content: Content, view: View) -> Published:
    uid = dashboard_uid(meta.namespace, name)
    board = Board(uid, default_title(owner, meta), content, meta.namespace, tags=(PRODUCT,))
    return published(owner, meta, name, document=render(board), folder="", view=view)
