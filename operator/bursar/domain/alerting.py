"""What all alerts have in common: who they are, and how long those of an objective outlive their cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bursar.conventions import INCIDENT, INCIDENT_GROUP, NAMESPACE, ROUTE, SEVERITY, STEP, TEAM, Kind
from bursar.domain.objective import Audience, ObjectiveDefinition

FIRST_STEP: Final = 1

_LONGEST_KEPT: Final = timedelta(minutes=5)
_KEPT_EVALUATIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Incident:
    """What an alert is about.

    `name` is `<kind>/<resource>` and, for a part of one, `/<part>`: `SLA/checkout/availability`. `group` is a template
    for the values that tell the alerts of one rule apart. `severity_labels` are the words of the house for severities.
    """

    namespace: str
    name: str
    team: str = ""
    group: str = ""
    severity_labels: Mapping[str, str] = field(default_factory=dict)


def incident_labels(incident: Incident, severity: str, *, step: int = FIRST_STEP) -> dict[str, str]:
    """Label an alert by what never changes in mid-incident: a changed label is a resolved and a new alert.

    Steps from the second one on are escalations. What is empty is left out, as Prometheus does.
    """
    labels = {
        NAMESPACE: incident.namespace,
        SEVERITY: incident.severity_labels.get(severity, severity),
        TEAM: incident.team,
        INCIDENT: incident.name,
        INCIDENT_GROUP: incident.group,
        STEP: str(step),
        ROUTE: route(incident.name, severity, step),
    }
    return {name: value for name, value in labels.items() if value}


def route(incident: str, severity: str, step: int) -> str:
    """Name what routes match: an incident, a severity in our own word, a step."""
    return f"{incident}/{severity}/{step}"


def incident_of_objective(sla: str, objective: str) -> str:
    """Name the incident that all alerts of an objective are about."""
    return f"{Kind.SLA}/{sla}/{objective}"


def group_template(labels: tuple[str, ...]) -> str:
    """Join the values of labels, as a template that Prometheus fills in."""
    return "/".join(f"{{{{ $labels.{name} }}}}" for name in labels)


def keep_firing(objective: ObjectiveDefinition) -> timedelta:
    """Bridge a few evaluations, 5 m at the usual pace: a burn that flickers around its threshold is one alert."""
    return min(_LONGEST_KEPT, _KEPT_EVALUATIONS * objective.intervals.fast)


def alert_labels(objective: ObjectiveDefinition, audience: Audience, *, grouped: bool = True) -> dict[str, str]:
    """Label an alert of an objective.

    `grouped` False: the alert is about the objective as a whole and has no labels of groupBy.
    """
    identity = objective.identity
    incident = Incident(
        namespace=identity.namespace,
        name=incident_of_objective(identity.sla, identity.objective),
        team=objective.team,
        group=group_template(objective.group_by) if grouped else "",
        severity_labels=objective.severity_labels,
    )
    return {**audience.labels, **incident_labels(incident, audience.severity)}
