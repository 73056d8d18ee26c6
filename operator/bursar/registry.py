"""The kinds that this operator serves: one entry each."""

from collections.abc import Mapping
from functools import partial

from bursar.api.parse import parse_resource
from bursar.compiler.affected import references
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.mentions import mentions
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.notification_channel import compile_notification_channel
from bursar.compiler.secrets import secrets_of_channel
from bursar.compiler.sla import compile_sla
from bursar.conventions import Kind
from bursar.engine.ports import Clock, KindSpec, Source
from bursar.settings import Settings
from bursar.surveys.acknowledgements import Acknowledgements
from bursar.surveys.alerts import AlertRuleObserver, PresetObserver
from bursar.surveys.notification_channel import ChannelObserver
from bursar.surveys.sla import SlaObserver


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
    )
    return {spec.kind: spec for spec in specs}
