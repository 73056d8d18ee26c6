"""The kinds that this operator serves: one entry each."""

from collections.abc import Mapping
from functools import partial

from bursar.api.parse import parse_resource
from bursar.compiler.affected import references
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.dashboard.published import claims_of
from bursar.compiler.dashboard.resource import compile_dashboard
from bursar.compiler.mentions import mentions
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.notification_channel import compile_notification_channel
from bursar.compiler.plan import Key
from bursar.compiler.secrets import secrets_of_channel
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import DashboardPolicy
from bursar.conventions import Kind
from bursar.engine.claims import Claims, Register
from bursar.engine.ports import Clock, Cluster, KindSpec, Source
from bursar.engine.queue import WorkQueue
from bursar.settings import Settings
from bursar.surveys.acknowledgements import Acknowledgements
from bursar.surveys.alerts import AlertRuleObserver, PresetObserver
from bursar.surveys.notification_channel import ChannelObserver
from bursar.surveys.sla import SlaObserver
from bursar.surveys.unobserved import Unobserved


def kind_specs(settings: Settings, clock: Clock, acknowledgements: Acknowledgements) -> Mapping[Kind, KindSpec]:
    """Assemble what the engine needs to know of every kind."""
    specs = (
        KindSpec(
            kind=Kind.MONITORING_TARGET,
            parse=partial(parse_resource, Kind.MONITORING_TARGET),
            compile=compile_monitoring_target,
            references=references,
            observer=PresetObserver(clock, settings.signals_interval),
            mentions=mentions,
        ),
        KindSpec(
            kind=Kind.SLA,
            parse=partial(parse_resource, Kind.SLA),
            compile=compile_sla,
            references=references,
            observer=SlaObserver(clock, settings.signals_interval, acknowledgements),
            mentions=mentions,
        ),
        KindSpec(
            kind=Kind.ALERT_RULE,
            parse=partial(parse_resource, Kind.ALERT_RULE),
            compile=compile_alert_rule,
            references=references,
            observer=AlertRuleObserver(clock, settings.signals_interval, acknowledgements),
            mentions=mentions,
        ),
        KindSpec(
            kind=Kind.NOTIFICATION_CHANNEL,
            parse=partial(parse_resource, Kind.NOTIFICATION_CHANNEL),
            compile=compile_notification_channel,
            references=references,
            observer=ChannelObserver(clock),
            secrets=secrets_of_channel,
            source=Source.ALERTMANAGER,
        ),
        KindSpec(
            kind=Kind.DASHBOARD,
            parse=partial(parse_resource, Kind.DASHBOARD),
            compile=compile_dashboard,
            references=references,
            observer=Unobserved(),
        ),
    )
    return {spec.kind: spec for spec in specs}


def dashboard_claims(cluster: Cluster, clock: Clock, queue: WorkQueue[Key], policy: DashboardPolicy) -> Claims:
    """Assemble what keeps dashboards from taking each other's titles, ours and those of others.

    A sidecar may be told to take the label with any value: whoever carries it counts.
    """
    return Claims(
        cluster,
        clock,
        Register(queue.add),
        kind=policy.kind,
        selector="" if policy.instances else ",".join(sorted(policy.labels)),
        read=partial(claims_of, policy=policy),
    )
