"""The verdicts on an SLA that come from Prometheus, each about all of its objectives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from bursar.compiler.facts import ObjectiveFacts
from bursar.compiler.plan import Condition
from bursar.conventions import ConditionType, Reason
from bursar.observer.sla_readings import Reading, State

NAMED: Final = 3

Finding: TypeAlias = tuple[Reason, str]
"""Why, and what is the matter with one objective."""


def rules_loaded(readings: Sequence[Reading], rule_errors: Mapping[str, str]) -> Condition:
    """Say whether Prometheus evaluates exactly the rules that were compiled.

    `rule_errors` is what Prometheus itself says against the rules of an objective, by the objective's name.
    """
    found = [finding for reading in readings if (finding := _not_loaded(reading, rule_errors))]
    if not found:
        return Condition(ConditionType.RULES_LOADED, "True", Reason.LOADED, "Prometheus evaluates all rules")
    return verdict(ConditionType.RULES_LOADED, "False", found)


def budget_healthy(rows: Iterable[tuple[str, State]]) -> Condition:
    """Say whether all budgets last; `rows` are the objectives' names and states, worst first."""
    found = [
        (_BUDGET_REASONS[state], f"{name} is {_BUDGET_WORDS[state]}")
        for name, state in rows
        if state in _BUDGET_REASONS
    ]
    if not found:
        return Condition(ConditionType.BUDGET_HEALTHY, "True", Reason.WITHIN_BUDGET, "all objectives are within budget")
    status = "Unknown" if found[0][0] is Reason.NO_DATA else "False"
    return verdict(ConditionType.BUDGET_HEALTHY, status, found)


_BUDGET_REASONS: Final[Mapping[State, Reason]] = {
    State.EXHAUSTED: Reason.EXHAUSTED,
    State.BURNING: Reason.BURNING,
    State.NO_DATA: Reason.NO_DATA,
    State.AT_RISK: Reason.AT_RISK,
    State.UNKNOWN: Reason.NO_DATA,
}
_BUDGET_WORDS: Final[Mapping[State, str]] = {
    State.EXHAUSTED: "out of budget",
    State.BURNING: "burning its budget too fast",
    State.NO_DATA: "without data",
    State.AT_RISK: "low on budget",
    State.UNKNOWN: "without an answer yet",
}


def verdict(type_: ConditionType, status: str, found: Sequence[Finding]) -> Condition:
    """Say the first findings in full, and how many more there are."""
    named = "; ".join(message for _, message in found[:NAMED])
    more = f"; +{len(found) - NAMED} more" if len(found) > NAMED else ""
    return Condition(type_, status, found[0][0], named + more)


def field_of(objective: ObjectiveFacts) -> str:
    """Name the field of the spec that a finding is about."""
    return f"spec.objectives[{objective.name}]"


def _not_loaded(reading: Reading, rule_errors: Mapping[str, str]) -> Finding | None:
    facts = reading.facts
    if facts.name in rule_errors:
        return Reason.RULE_FAILED, f"{field_of(facts)}: Prometheus refuses a rule: {rule_errors[facts.name]}"
    if reading.loaded:
        return None
    what = "an older version of the rules is" if reading.definitions else "the rules are not"
    return Reason.NOT_LOADED, (
        f"{field_of(facts)}: {what} loaded; a change takes up to two minutes, after that look whether Selected is "
        "True and whether the operator's prometheusUrl is the server that evaluates them"
    )
