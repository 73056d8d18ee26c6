"""Alerts outside of SLAs, from their definition to their rules: those of AlertRules, and the presets of targets."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b

from bursar.conventions import ALERT_INFO, DEFINITION, INCIDENT, NAMESPACE
from bursar.domain.alerting import Incident, incident_labels
from bursar.domain.escalation import with_steps
from bursar.domain.objective import Audience
from bursar.domain.rules import Alert, Recording, RuleGroup


@dataclass(frozen=True, slots=True)
class AlertDefinition:
    """An alert with everything resolved; `annotations` are its own, those of the audience win."""

    incident: Incident
    name: str
    expression: str
    audience: Audience
    annotations: Mapping[str, str] = field(default_factory=dict)
    pending: timedelta = timedelta()
    keep_firing: timedelta = timedelta()

    def alerts(self, interval: timedelta) -> tuple[Alert, ...]:
        """Return the alert as a rule, and those of its later steps, all evaluated every `interval`."""
        return with_steps(self._first, self.audience, interval)

    @property
    def _first(self) -> Alert:
        return Alert(
            self.name,
            self.expression,
            self.keep_firing,
            {**self.audience.labels, **incident_labels(self.incident, self.audience.severity)},
            {**{name: text for name, text in self.annotations.items() if text}, **self.audience.annotations},
            pending=self.pending,
        )


@dataclass(frozen=True, slots=True)
class CompiledAlerts:
    """The rules of some alerts; `definitions` maps the name of an incident to what proves this version loaded."""

    group: RuleGroup
    definitions: Mapping[str, str]


def compile_alerts(group: str, interval: timedelta, alerts: Iterable[AlertDefinition]) -> CompiledAlerts:
    """Compile alerts into one group; each comes with an info series that carries the hash of its rules."""
    rules: list[Alert | Recording] = []
    definitions: dict[str, str] = {}
    for definition in alerts:
        steps = definition.alerts(interval)
        digest = definitions[definition.incident.name] = _digest(steps, interval)
        rules += [_info(definition.incident, digest), *steps]
    return CompiledAlerts(RuleGroup(group, interval, tuple(rules)), definitions)


def _info(incident: Incident, digest: str) -> Recording:
    labels = {NAMESPACE: incident.namespace, INCIDENT: incident.name, DEFINITION: digest}
    return Recording(ALERT_INFO, "vector(1)", labels)


def _digest(steps: Iterable[Alert], interval: timedelta) -> str:
    text = json.dumps([*(alert.as_data() for alert in steps), interval.total_seconds()], sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()
