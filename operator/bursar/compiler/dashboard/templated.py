"""The content of a dashboard that names a template: what it reads is looked up here."""

from bursar.api.base import ObjectMeta
from bursar.api.dashboard import TemplateRef
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.missing import Missing
from bursar.compiler.dashboard.pages import promises
from bursar.compiler.dashboard.templates import Given, Promise, from_template
from bursar.compiler.dashboard.templates.slo_detail import SLA as SLA_PARAMETER
from bursar.compiler.facts import SlaFacts
from bursar.compiler.plan import Accepted
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import View


def content_of(wanted: TemplateRef, target: MonitoringTarget | None, meta: ObjectMeta, view: View) -> Content:
    """Build the content of a template for a Dashboard in its namespace; raises InvalidSpec and Missing.

    An SLA that the parameters name brings its own target along, unless the dashboard names one.
    """
    sla = referenced_sla(meta.namespace, wanted.parameters[SLA_PARAMETER], view) if _shows_one(wanted) else None
    if sla is not None and target is None and sla.spec.target_ref is not None:
        target = view.target(meta.namespace, sla.spec.target_ref.name)
    kept = promises_of(sla, view) if sla is not None else ()
    return from_template(wanted, Given(meta.namespace, target, kept, wanted.parameters))


def _shows_one(wanted: TemplateRef) -> bool:
    return bool(wanted.parameters.get(SLA_PARAMETER))


def referenced_sla(namespace: str, name: str, view: View) -> SLA:
    """Look up an SLA that a dashboard shows; raises Missing."""
    sla = view.sla(namespace, name)
    if sla is None:
        raise Missing(f"there is no valid SLA {name} in namespace {namespace}; create it or correct the name")
    return sla


def promises_of(sla: SLA, view: View) -> tuple[Promise, ...]:
    """Return the objectives of an SLA as its rules keep them; raises Missing while it has none."""
    plan = compile_sla(sla, view)
    if not isinstance(plan.facts, SlaFacts):
        why = "" if isinstance(plan.verdict, Accepted) else f": {plan.verdict.message}"
        raise Missing(f"SLA {sla.metadata.name} is not ready{why}")
    return promises(sla, plan.facts)
