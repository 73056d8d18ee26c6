"""Dashboards that Bursar brings along: each template turns a target, an SLA or a namespace into rows of widgets."""

from collections.abc import Mapping
from typing import Final

from bursar.api.dashboard import TemplateRef
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates import (
    capacity,
    database,
    resource_use,
    service_red,
    sla_compliance,
    slo_detail,
    slo_overview,
    systems,
    workers,
)
from bursar.compiler.dashboard.templates.given import Given, Promise, Template, unfit

__all__ = ["TEMPLATES", "Given", "Promise", "Template", "from_template"]

TEMPLATES: Final[Mapping[str, Template]] = {
    template.name: template
    for template in (
        systems.OVERVIEW,
        service_red.TEMPLATE,
        resource_use.TEMPLATE,
        database.TEMPLATE,
        workers.TEMPLATE,
        systems.HEALTH,
        sla_compliance.TEMPLATE,
        slo_detail.TEMPLATE,
        slo_overview.TEMPLATE,
        capacity.TEMPLATE,
    )
}


def from_template(wanted: TemplateRef, given: Given) -> Content:
    """Build the content of a template; raises InvalidSpec, and Missing when its target has nothing to show."""
    template = TEMPLATES[wanted.name]
    unknown = sorted(set(wanted.parameters) - set(template.parameters))
    if unknown:
        known = ", ".join(template.parameters) or "none"
        raise unfit(given, f"parameters.{unknown[0]}", f"{template.name} does not know it; it knows {known}")
    if wanted.version is not None and wanted.version not in template.versions:
        there = ", ".join(map(str, template.versions))
        raise unfit(given, "version", f"there is no version {wanted.version} of {template.name}, but {there}")
    return template.build(given)
