"""What Prometheus says against rules that it does not evaluate well, out of its /api/v1/rules."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bursar.conventions import INCIDENT, NAMESPACE, OBJECTIVE, SLA_LABEL, Kind
from bursar.domain.books import group_names
from bursar.domain.objective import Identity as ObjectiveIdentity
from bursar.observer.sla_series import Identity

_LONGEST_ERROR: Final = 512


def rules_question(identity: Identity) -> Mapping[str, str | tuple[str, ...]]:
    """Ask for one objective's groups only, without their alerts: all groups of a large server are many megabytes."""
    return {"rule_group[]": group_names(ObjectiveIdentity(*identity)), "exclude_alerts": "true"}


def rule_error(identity: Identity, answer: Mapping[str, Any]) -> str:
    """Return the first error of an objective's rules, empty when there is none or they are not loaded at all."""
    errors = (str(rule["lastError"]) for rule in _rules(answer) if _is_of(rule, identity) and _failed(rule))
    return next(errors, "")[:_LONGEST_ERROR]


def _rules(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for group in answer.get("groups") or ():
        yield from group.get("rules") or ()


def _is_of(rule: Mapping[str, Any], identity: Identity) -> bool:
    labels = rule.get("labels") or {}
    namespace, sla, objective = identity
    recording = (labels.get(SLA_LABEL), labels.get(OBJECTIVE)) == (sla, objective)
    alert = labels.get(INCIDENT) == f"{Kind.SLA}/{sla}/{objective}"
    return labels.get(NAMESPACE) == namespace and (recording or alert)


def _failed(rule: Mapping[str, Any]) -> bool:
    return rule.get("health") == "err" and bool(rule.get("lastError"))
