"""The rules of later steps; when they fire is proved in tests/rules."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bursar.domain.alert_rules import compile_alerts
from bursar.domain.books import open_books
from bursar.domain.objective import Audience, BudgetAlert, ExhaustionAlert, NoDataAlert, ObjectiveDefinition
from bursar.domain.promql.expression import parse
from bursar.domain.rules import Alert
from rules.escalations import MINUTE, STEPS, deep
from rules.objectives import objective

TOLD = Audience("high", {"component": "shop"}, escalation=STEPS)


def everything(audience: Audience) -> ObjectiveDefinition:
    """An objective with all alerts that there are."""
    return replace(
        objective(group_by=("region",)),
        page=audience,
        ticket=audience,
        no_data=NoDataAlert(10 * MINUTE, audience),
        budget_alerts=(BudgetAlert(Decimal(25), audience), BudgetAlert(Decimal(0), audience)),
        exhaustion=ExhaustionAlert(timedelta(days=3), audience),
    )


def alerts(definition: ObjectiveDefinition) -> list[Alert]:
    return [rule for group in open_books(definition).groups for rule in group.rules if isinstance(rule, Alert)]


def steps(found: list[Alert]) -> list[tuple[str, str, str]]:
    return [
        (alert.name, alert.labels.get("bursar_remaining_below", ""), alert.labels["bursar_step"]) for alert in found
    ]


def test_every_alert_of_an_objective_is_followed_by_its_later_steps() -> None:
    first = steps(alerts(everything(Audience("high"))))
    assert len(first) == 6
    wanted = [(name, below, str(step)) for name, below, _ in first for step in (1, 2, 3)]
    assert steps(alerts(everything(TOLD))) == wanted


def test_a_step_is_its_alert_but_for_the_labels_that_name_it() -> None:
    found = alerts(everything(TOLD))
    for first, *later in zip(found[::3], found[1::3], found[2::3], strict=True):
        incident = first.labels["bursar_incident"]
        for step, alert in enumerate(later, start=2):
            named = {"bursar_step": str(step), "bursar_route": f"{incident}/high/{step}"}
            assert alert.labels == {**first.labels, **named}
            assert alert.keep_firing == first.keep_firing


def test_the_severity_in_a_route_is_our_own_word_in_every_step() -> None:
    words = replace(everything(TOLD), severity_labels={"high": "warning"})
    labels = [alert.labels for alert in alerts(words)]
    assert {each["severity"] for each in labels} == {"warning"}
    assert {each["bursar_route"].split("/", 3)[3] for each in labels} == {"high/1", "high/2", "high/3"}


@pytest.mark.parametrize("escalation", [(), (15 * MINUTE,), (15 * MINUTE, 46 * MINUTE)])
def test_another_escalation_is_another_definition(escalation: tuple[timedelta, ...]) -> None:
    told = replace(everything(TOLD), page=replace(TOLD, escalation=escalation))
    assert open_books(told).definition != open_books(everything(TOLD)).definition
    first, second = (
        compile_alerts("arule/deep", MINUTE, [each]).definitions["AlertRule/deep"]
        for each in (deep(), deep(escalation=escalation))
    )
    assert first != second


def test_what_is_built_is_promql() -> None:
    for alert in (*alerts(everything(TOLD)), *deep().alerts(MINUTE)):
        assert parse(alert.expression)
