"""What has to be looked at again when something changes: the store turns these references round.

Channels are not among them: who names one is known to the index of mentions. A generated object concerns its owner
alone, and a Prometheus resource or a namespace concerns everybody, because it decides who is selected; neither needs a
rule here.
"""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from bursar.api.alert_rule import AlertRule
from bursar.api.dashboard import Dashboard
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.notification_channel import NotificationChannel
from bursar.api.sla import SLA
from bursar.compiler.plan import Key
from bursar.conventions import Kind

UserResource: TypeAlias = MonitoringTarget | SLA | AlertRule | NotificationChannel | Dashboard


def references(resource: UserResource) -> frozenset[Key]:
    """Name the resources whose change may change what `resource` compiles to, whether they exist or not."""
    match resource:
        case MonitoringTarget() | NotificationChannel():
            return frozenset()
        case SLA() | AlertRule():
            target = resource.spec.target_ref
            namespace = resource.metadata.namespace
            return frozenset() if target is None else frozenset({Key(Kind.MONITORING_TARGET, namespace, target.name)})
        case Dashboard():
            return frozenset(_shown(resource))
        case _:
            assert_never(resource)


def _shown(dashboard: Dashboard) -> Iterator[Key]:
    """Name the target of a dashboard and the SLAs that its widgets and its template are about."""
    namespace, spec = dashboard.metadata.namespace, dashboard.spec
    if spec.target_ref is not None:
        yield Key(Kind.MONITORING_TARGET, namespace, spec.target_ref.name)
    if spec.template is not None and "sla" in spec.template.parameters:
        yield Key(Kind.SLA, namespace, spec.template.parameters["sla"])
    for row in spec.rows:
        for widget in row.widgets:
            if widget.sla_ref is not None:
                yield Key(Kind.SLA, namespace, widget.sla_ref.name)
