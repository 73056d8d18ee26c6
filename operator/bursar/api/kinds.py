"""What the API server is told about each kind beside its fields: names, columns, models."""

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from bursar.api.alert_rule import AlertRule, AlertRuleSpec
from bursar.api.alert_rule_status import AlertRuleStatus
from bursar.api.monitoring_target import MonitoringTarget, MonitoringTargetSpec
from bursar.api.monitoring_target_status import MonitoringTargetStatus
from bursar.api.notification_channel import NotificationChannel, NotificationChannelSpec
from bursar.api.notification_channel_status import NotificationChannelStatus
from bursar.api.sla import SLA, SLASpec
from bursar.api.sla_status import SLAStatus
from bursar.conventions import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column of `kubectl get`; `wide` shows it only with `-o wide`."""

    title: str
    path: str
    description: str
    type: str = "string"
    wide: bool = False


@dataclass(frozen=True, slots=True)
class KindDefinition:
    """One kind, as its CRD declares it."""

    kind: Kind
    plural: str
    short_name: str
    resource: type[BaseModel]
    spec: type[BaseModel]
    status: type[BaseModel]
    columns: tuple[Column, ...]

    @property
    def singular(self) -> str:
        """The kind in lower case."""
        return self.kind.value.lower()


READY: Final = Column(
    "Ready",
    '.status.conditions[?(@.type=="Ready")].status',
    "Whether all objects are as specified and accepted.",
)
AGE: Final = Column("Age", ".metadata.creationTimestamp", "How long the resource has existed.", type="date")

DEFINITIONS: Final = (
    KindDefinition(
        kind=Kind.MONITORING_TARGET,
        plural="monitoringtargets",
        short_name="mtgt",
        resource=MonitoringTarget,
        spec=MonitoringTargetSpec,
        status=MonitoringTargetStatus,
        columns=(
            READY,
            Column("Targets", ".status.targets.summary", "Targets up, of targets scraped."),
            Column("Owner", ".spec.owner", "Team that answers for it."),
            Column("Firing", ".status.alerts.firing", "How many of its alerts fire.", type="integer"),
            AGE,
        ),
    ),
    KindDefinition(
        kind=Kind.SLA,
        plural="slas",
        short_name="sla",
        resource=SLA,
        spec=SLASpec,
        status=SLAStatus,
        columns=(
            READY,
            Column("State", ".status.state", "State of the worst objective."),
            Column("Worst", ".status.worst.objective", "The objective with the least budget."),
            Column("Budget%", ".status.worst.remaining", "Percentage of its budget that is left."),
            Column("Burn", ".status.worst.burn", "Its burn rate over the last hour; at 1 the budget lasts."),
            Column("Exhaustion", ".status.worst.exhaustion", "When its budget is gone at that burn."),
            Column("SLI", ".status.worst.sli", "Percentage of good events that it reached.", wide=True),
            Column(
                "Coverage%",
                ".status.worst.coverage",
                "Percentage of its window that was measured.",
                wide=True,
            ),
            AGE,
        ),
    ),
    KindDefinition(
        kind=Kind.ALERT_RULE,
        plural="alertrules",
        short_name="arule",
        resource=AlertRule,
        spec=AlertRuleSpec,
        status=AlertRuleStatus,
        columns=(
            READY,
            Column("Severity", ".spec.severity", "How urgent it is."),
            Column("State", ".status.state", "Inactive, Pending, Firing or Unknown."),
            Column("Instances", ".status.instances", "How many series fire or are pending.", type="integer"),
            Column("Since", ".status.activeSince", "Since when the condition holds."),
            AGE,
        ),
    ),
    KindDefinition(
        kind=Kind.NOTIFICATION_CHANNEL,
        plural="notificationchannels",
        short_name="nchan",
        resource=NotificationChannel,
        spec=NotificationChannelSpec,
        status=NotificationChannelStatus,
        columns=(
            READY,
            Column("Receiver", ".status.receiver", "Name of the receiver in Alertmanager.", wide=True),
            Column("Alerts", ".status.alerts", "How many alerts fire at it.", type="integer"),
            AGE,
        ),
    ),
)
