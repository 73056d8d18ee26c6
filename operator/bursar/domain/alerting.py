"""What all alerts of an objective have in common: who they are, and how long they outlive their cause."""

from datetime import timedelta
from typing import Final

from bursar.conventions import INCIDENT, INCIDENT_GROUP, NAMESPACE, ROUTE, SEVERITY, STEP, TEAM, Kind
from bursar.domain.objective import Audience, ObjectiveDefinition

_LONGEST_KEPT: Final = timedelta(minutes=5)
_KEPT_EVALUATIONS: Final = 5
_FIRST_STEP: Final = "1"


def keep_firing(objective: ObjectiveDefinition) -> timedelta:
    """Bridge a few evaluations, 5 m at the usual pace: a burn that flickers around its threshold is one alert."""
    return min(_LONGEST_KEPT, _KEPT_EVALUATIONS * objective.intervals.fast)


def alert_labels(objective: ObjectiveDefinition, audience: Audience, *, grouped: bool = True) -> dict[str, str]:
    """Label an alert by what never changes in mid-incident: a changed label is a resolved and a new alert.

    `grouped` False: the alert is about the objective as a whole and has no labels of groupBy.
    """
    identity = objective.identity
    incident = f"{Kind.SLA}/{identity.sla}/{identity.objective}"
    group = "/".join(f"{{{{ $labels.{name} }}}}" for name in objective.group_by)
    fixed = {
        NAMESPACE: identity.namespace,
        SEVERITY: audience.severity,
        TEAM: objective.team,
        INCIDENT: incident,
        INCIDENT_GROUP: group if grouped else "",
        STEP: _FIRST_STEP,
        ROUTE: f"{incident}/{audience.severity}/{_FIRST_STEP}",
    }
    return {**audience.labels, **{name: value for name, value in fixed.items() if value}}
