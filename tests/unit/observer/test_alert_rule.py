"""An AlertRule as Prometheus sees it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bursar.compiler.alert_rule import AlertRuleFacts
from bursar.conventions import Kind, Reason
from bursar.domain.alert_lint import Finding, FindingSeverity
from bursar.observer.alert_books import AlertBooks, alert_queries, rule_errors, rule_questions
from bursar.observer.alert_rule import AlertFound, changed, observe_alert_rule, stale
from bursar.observer.samples import Observed
from fakes.answers import AT, answer

IDENTITY = {"namespace": "shop", "bursar_incident": "AlertRule/deep"}
KEY = ("shop", "AlertRule/deep")
FACTS = AlertRuleFacts("arule/deep", "AlertRule/deep", "d1", (), ("depth",))
SINCE = datetime(2026, 11, 21, 6, 55, tzinfo=UTC).timestamp()


def books(*, firing: int = 0, pending: int = 0, definition: str = "d1", since: float = SINCE) -> AlertBooks:
    counts = [(state, count) for state, count in (("firing", firing), ("pending", pending)) if count]
    answers = {
        "definitions": answer(({**IDENTITY, "definition": definition}, 1.0)) if definition else answer(),
        "states": answer(*(({**IDENTITY, "alertstate": state}, float(count)) for state, count in counts)),
        "since": answer((IDENTITY, since)) if counts else answer(),
    }
    return AlertBooks.from_answers(answers)


def observed(read: AlertBooks, previous: Observed | None = None, **found: Any) -> Observed:
    return observe_alert_rule("shop", FACTS, read, AlertFound(**found), previous)


def loaded(seen: Observed) -> tuple[str, str]:
    condition = next(condition for condition in seen.conditions if condition.type == "RulesLoaded")
    return condition.reason, condition.message


def test_a_quiet_rule_is_inactive() -> None:
    assert observed(books()).fields == {"state": "Inactive", "instances": 0, "asOf": "2026-11-21T07:00:00Z"}


def test_a_pending_rule_says_since_when_it_holds() -> None:
    fields = observed(books(pending=2)).fields
    assert (fields["state"], fields["instances"], fields["activeSince"]) == ("Pending", 2, "2026-11-21T06:55:00Z")
    assert "lastFired" not in fields


def test_a_firing_rule_counts_what_fires_alone() -> None:
    fields = observed(books(firing=3, pending=9)).fields
    assert (fields["state"], fields["instances"], fields["lastFired"]) == ("Firing", 3, "2026-11-21T07:00:00Z")


def test_when_it_fired_is_kept_while_it_fires_and_after_that() -> None:
    before = Observed({"state": "Firing", "lastFired": "2026-11-20T00:00:00Z"})
    assert observed(books(firing=1), before).fields["lastFired"] == "2026-11-20T00:00:00Z"
    assert observed(books(), before).fields["lastFired"] == "2026-11-20T00:00:00Z"


def test_a_rule_that_fires_again_fired_now() -> None:
    before = Observed({"state": "Inactive", "lastFired": "2026-11-20T00:00:00Z"})
    assert observed(books(firing=1), before).fields["lastFired"] == "2026-11-21T07:00:00Z"


def test_a_rule_that_is_not_loaded_is_unknown() -> None:
    seen = observed(books(definition=""))
    assert seen.fields["state"] == "Unknown"
    reason, message = loaded(seen)
    assert reason == Reason.NOT_LOADED
    assert message.startswith("the rules are not loaded;")


def test_an_older_version_of_a_rule_still_has_a_state() -> None:
    seen = observed(books(definition="d0"))
    assert seen.fields["state"] == "Inactive"
    assert loaded(seen)[1].startswith("an older version of the rules is loaded;")


def test_what_prometheus_says_against_a_rule_leaves_its_state_unknown() -> None:
    seen = observed(books(), error="many-to-many matching not allowed")
    assert seen.fields["state"] == "Unknown"
    assert loaded(seen) == (Reason.RULE_FAILED, "Prometheus refuses a rule: many-to-many matching not allowed")


def test_findings_are_those_of_the_linter_and_the_metrics_that_nobody_has() -> None:
    facts = AlertRuleFacts("g", "AlertRule/deep", "d1", (Finding(FindingSeverity.INFO, "c", "m"),), ())
    seen = observe_alert_rule("shop", facts, books(), AlertFound(missing=("depth",)), None)
    assert [(finding["severity"], finding["code"]) for finding in seen.fields["findings"]] == [
        ("info", "c"),
        ("warning", "unknown-metric"),
    ]


@pytest.mark.parametrize("other", [books(firing=1), books(pending=1), books(definition="d0")])
def test_another_state_or_verdict_is_news(other: AlertBooks) -> None:
    assert changed(observed(books()), observed(other))


def test_another_number_of_instances_and_another_finding_are_news() -> None:
    assert changed(observed(books(firing=1)), observed(books(firing=2)))
    assert changed(observed(books()), observed(books(), missing=("depth",)))


def test_time_alone_is_no_news() -> None:
    before = observed(books())
    assert not changed(before, Observed({**before.fields, "asOf": "later"}, before.conditions))


def test_without_an_answer_the_last_state_stays() -> None:
    kept = stale(observed(books(firing=1)), "away")
    assert kept.fields["state"] == "Firing"
    assert [c.message for c in kept.conditions if c.type == "DataFresh"] == [
        "no answer since 2026-11-21T07:00:00Z: away"
    ]
    assert stale(None, "away").fields == {"state": "Unknown"}


def test_garbage_is_neither_a_count_nor_a_time() -> None:
    garbage = books(firing=1, since=float("nan"))
    assert garbage.since == {}
    states = {**IDENTITY, "alertstate": "firing"}
    answers = {"definitions": answer(), "states": answer((states, float("inf"))), "since": answer((IDENTITY, 1e300))}
    assert AlertBooks.from_answers(answers) == AlertBooks(AT)


def test_only_the_first_step_of_an_incident_is_counted() -> None:
    queries = alert_queries(Kind.ALERT_RULE)
    ours = 'bursar_incident=~"AlertRule/.+",bursar_step="1"'
    assert queries["states"] == f"count by (namespace, bursar_incident, alertstate) (ALERTS{{{ours}}})"
    assert queries["since"] == f"min by (namespace, bursar_incident) (ALERTS_FOR_STATE{{{ours}}})"


def test_fifty_groups_are_one_question() -> None:
    questions = list(rule_questions(f"arule/{number}" for number in range(120)))
    assert [len(question["rule_group[]"]) for question in questions] == [50, 50, 20]
    assert {question["exclude_alerts"] for question in questions} == {"true"}


def test_the_first_error_of_each_alert_is_read() -> None:
    failed = {"health": "err", "lastError": "first", "labels": IDENTITY}
    second = {**failed, "lastError": "second"}
    well = {"health": "ok", "lastError": "", "labels": {**IDENTITY, "bursar_incident": "AlertRule/well"}}
    foreign = {"health": "err", "lastError": "x", "labels": {}}
    page = {"groups": [{"rules": [well, foreign, failed, second]}, {"rules": None}]}
    assert rule_errors(page) == {KEY: "first"}
    assert rule_errors({}) == {}


def test_who_takes_care_is_shown_and_is_news() -> None:
    taken = {"by": "ada", "until": "2026-11-21T09:00:00Z"}
    seen = observe_alert_rule("shop", FACTS, books(firing=1), AlertFound(), None, acknowledged=taken)
    assert seen.fields["acknowledged"] == taken
    assert "acknowledged" not in observed(books(firing=1)).fields
    assert changed(observed(books(firing=1)), seen)
    assert changed(seen, observed(books(firing=1)))
