"""What has to be looked at again when something changes: the store turns these references round.

Channels are not among them: who names one is known to the index of mentions. A generated object concerns its owner
alone, and a Prometheus resource or a namespace concerns everybody, because it decides who is selected; neither needs a
rule here.
"""

from typing import TypeAlias, assert_never

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.notification_channel import NotificationChannel
from bursar.api.sla import SLA
from bursar.compiler.plan import Key
from bursar.conventions import Kind

UserResource: TypeAlias = MonitoringTarget | SLA | AlertRule | NotificationChannel


def references(resource: UserResource) -> frozenset[Key]:
    """Name the resources whose change may change what `resource` compiles to, whether they exist or not."""
    match resource:
        case MonitoringTarget() | NotificationChannel():
            return frozenset()
        case SLA() | AlertRule():
            target = resource.spec.target_ref
            namespace = resource.metadata.namespace
            return frozenset() if target is None else frozenset({Key(Kind.MONITORING_TARGET, namespace, target.name)})
        case _:
            assert_never(resource)
