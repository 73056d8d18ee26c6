from typing import Any

import pytest

from bursar.observer.rule_errors import rule_error, rules_question

IDENTITY = ("shop", "checkout", "availability")
OURS = {"namespace": "shop", "sla": "checkout", "objective": "availability"}


def answer(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"groups": [{"name": "sla/checkout/availability", "rules": list(rules)}]}


def test_only_the_groups_of_the_objective_are_asked_for() -> None:
    groups = ("sla/checkout/availability", "sla/checkout/availability/period", "sla/checkout/availability/slices")
    assert rules_question(IDENTITY) == {"rule_group[]": groups, "exclude_alerts": "true"}


def test_the_first_error_of_the_objectives_own_rules_is_found() -> None:
    healthy = {"labels": OURS, "health": "ok", "lastError": ""}
    failed = {"labels": OURS, "health": "err", "lastError": "many-to-many matching"}
    assert rule_error(IDENTITY, answer(healthy, failed)) == "many-to-many matching"


def test_an_alerts_error_is_found_by_its_incident() -> None:
    labels = {"namespace": "shop", "bursar_incident": "SLA/checkout/availability"}
    assert rule_error(IDENTITY, answer({"labels": labels, "health": "err", "lastError": "too many"})) == "too many"


@pytest.mark.parametrize(
    "rule",
    [
        {
            "labels": {"namespace": "x", "bursar_incident": "SLA/checkout/availability"},
            "health": "err",
            "lastError": "x",
        },
        {"labels": OURS, "health": "ok", "lastError": "an old one"},
        {"labels": OURS, "health": "err", "lastError": ""},
        {"labels": {**OURS, "namespace": "other"}, "health": "err", "lastError": "of a neighbour"},
        {"labels": None, "health": "err", "lastError": "of nobody"},
    ],
)
def test_other_rules_and_healthy_ones_say_nothing(rule: dict[str, Any]) -> None:
    assert rule_error(IDENTITY, answer(rule)) == ""


def test_an_answer_without_groups_says_nothing() -> None:
    assert rule_error(IDENTITY, {"groups": None}) == ""
    assert rule_error(IDENTITY, {"groups": [{"rules": None}]}) == ""


def test_a_long_error_is_cut_to_what_a_status_can_hold() -> None:
    failed = {"labels": OURS, "health": "err", "lastError": "x" * 100_000}
    assert len(rule_error(IDENTITY, answer(failed))) == 512
