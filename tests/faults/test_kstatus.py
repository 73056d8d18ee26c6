"""The checker itself: it lets a good status pass and names every rule that a bad one breaks."""

from typing import Any

import pytest

from faults.kstatus import violations

Condition = dict[str, Any]


def condition(kind: str, status: str = "True", **changes: Any) -> Condition:
    made = {"type": kind, "status": status, "reason": "Because", "lastTransitionTime": "2026-11-21T00:00:00Z"}
    return {"observedGeneration": 2, **made, **changes}


def resource(*conditions: Condition, observed: int = 2) -> dict[str, Any]:
    status = {"observedGeneration": observed, "conditions": list(conditions)}
    return {"metadata": {"generation": 2}, "status": status}


@pytest.mark.parametrize(
    "good",
    [
        resource(condition("Ready"), condition("DataFresh", "False")),
        resource(condition("Ready", "False"), condition("Reconciling")),
        resource(condition("Ready", "False"), condition("Stalled")),
        resource(condition("Ready", "False"), condition("DataFresh", observedGeneration=1)),
        {"metadata": {"generation": 1}, "status": {"observedGeneration": -1}},
        {"metadata": {"generation": 1}},
    ],
)
def test_a_good_status_passes(good: dict[str, Any]) -> None:
    assert violations(good) == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (resource(condition("DataFresh")), "Ready is missing"),
        (resource(observed=2), "Ready is missing"),
        (resource(condition("Ready"), condition("Stalled")), "Ready is True beside Stalled"),
        (resource(condition("Ready"), condition("Reconciling")), "Ready is True beside Reconciling"),
        (resource(condition("Ready", "False"), condition("Reconciling", "False")), "present only while True"),
        (resource(condition("Ready", "False"), condition("Reconciling"), condition("Stalled")), "side by side"),
        (resource(condition("Ready", reason="")), "Ready has no reason"),
        (resource(condition("Ready", lastTransitionTime=None)), "Ready has no lastTransitionTime"),
        (resource(condition("Ready", "False", observedGeneration=3)), "3 of 2"),
        (resource(condition("Ready"), observed=3), "the status has observed generation 3 of 2"),
        (resource(condition("Ready"), observed=1), "while the status has observed generation 1 of 2"),
        (resource(condition("Ready"), condition("DataFresh", observedGeneration=1)), "while DataFresh has observed"),
    ],
)
def test_every_broken_rule_is_named(bad: dict[str, Any], words: str) -> None:
    assert any(words in violation for violation in violations(bad)), violations(bad)


def test_a_condition_without_a_generation_is_named() -> None:
    bare = condition("Ready", "False")
    del bare["observedGeneration"]
    assert violations(resource(bare)) == ["Ready has no observedGeneration"]


def test_an_older_ready_may_stand_only_while_its_generation_says_so() -> None:
    outdated = resource(condition("Ready", observedGeneration=1), observed=1)
    assert violations(outdated)
    assert violations(outdated, being_edited=True) == []
    half = resource(condition("Ready"), condition("DataFresh", observedGeneration=1))
    assert violations(half, being_edited=True)
