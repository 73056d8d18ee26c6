from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.api.sla_status import SLAStatus
from bursar.conventions import Reason
from bursar.observer.samples import Observed
from bursar.observer.sla import changed, observe_sla, stale
from fakes.answers import AT
from fakes.sla_books import BURN, HEALTHY, RECORDED, Series, all_facts, books, facts, recorded, sla

PAGE, TICKET = "ErrorBudgetBurnPage", "ErrorBudgetBurnTicket"


def observed(*groups: tuple[Series, ...], previous: Observed | None = None, **chosen: Any) -> Observed:
    return observe_sla(sla(), all_facts(facts(**chosen)), books(*groups or (recorded(),)), previous)


def only_row(seen: Observed) -> dict[str, Any]:
    (shown,) = seen.fields["objectives"]
    return dict(shown)


def condition(seen: Observed, name: str) -> tuple[str, str, str]:
    (found,) = [condition for condition in seen.conditions if condition.type == name]
    return found.status, found.reason, found.message


def test_the_books_are_shown_as_the_api_promises() -> None:
    seen = observed(recorded(HEALTHY, BURN, firing=(PAGE,)))
    assert seen.fields == {
        "state": "Burning",
        "worst": {
            "objective": "availability",
            "remaining": "41.2",
            "burn": "6.3",
            "exhaustion": "2026-11-23T06:05:08Z",
            "sli": "99.9412",
            "coverage": "99.8",
        },
        "objectives": [
            {
                "name": "availability",
                "state": "Burning",
                "target": "99.9",
                "sli": "99.9412",
                "window": {"start": "2026-10-22T07:00:00Z", "end": "2026-11-21T07:00:00Z"},
                "events": {"total": 18423311, "bad": 10833},
                "budget": {"events": 18423, "remaining": "41.2", "remainingTime": "17m47s"},
                "burn": [
                    {"window": "5m", "rate": "0.2"},
                    {"window": "1h", "rate": "6.3"},
                    {"window": "6h", "rate": "2.1"},
                    {"window": "3d", "rate": "0.9"},
                ],
                "exhaustion": "2026-11-23T06:05:08Z",
                "coverage": "99.8",
                "alerts": {"page": "Firing", "ticket": "Inactive", "since": "2026-11-21T07:00:00Z"},
            }
        ],
        "asOf": "2026-11-21T07:00:00Z",
    }


def test_what_is_shown_fits_the_schema() -> None:
    grouped = observed(recorded(firing=(PAGE,), region="eu"), group_by=("region",))
    for seen in (observed(), grouped, stale(None, "refused"), observed(recorded({}, {}))):
        SLAStatus.model_validate(seen.fields)


def test_an_overspent_budget_is_shown_unclamped() -> None:
    seen = only_row(observed(recorded({**HEALTHY, "remaining": -1.3})))
    assert (seen["state"], seen["budget"]["remaining"]) == ("Exhausted", "-130")
    assert seen["budget"]["remainingTime"] == "0s"
    assert "exhaustion" not in seen


def test_the_exhaustion_is_absent_while_the_budget_lasts() -> None:
    assert "exhaustion" not in only_row(observed(recorded(burn={"1h": 0.0009})))


def test_an_error_ratio_below_zero_earns_no_extra_time() -> None:
    seen = only_row(observed(recorded({**HEALTHY, "ratio": -1e12, "remaining": 1e14}, BURN)))
    assert seen["budget"]["remainingTime"] == "43m12s"
    assert seen["exhaustion"] == "2026-11-26T01:17:08Z"


@pytest.mark.parametrize(
    ("readings", "firing", "state"),
    [
        (HEALTHY, (), "Healthy"),
        ({**HEALTHY, "remaining": 0.0}, (PAGE,), "Exhausted"),
        (HEALTHY, (TICKET,), "Burning"),
        ({name: value for name, value in HEALTHY.items() if name != "traffic"}, (PAGE,), "Burning"),
        ({name: value for name, value in HEALTHY.items() if name != "traffic"}, (), "NoData"),
        ({"traffic": 1.0}, (), "Unknown"),
        ({}, (), "NoData"),
    ],
)
def test_the_state_of_an_objective(readings: dict[str, float], firing: tuple[str, ...], state: str) -> None:
    seen = observed(recorded(readings, firing=firing))
    assert only_row(seen)["state"] == seen.fields["state"] == state


SILENT = {name: value for name, value in HEALTHY.items() if name != "traffic"}


@pytest.mark.parametrize(
    ("readings", "chosen", "state"),
    [
        ({**HEALTHY, "remaining": 0.24, "coverage": 1.0}, {"risk_below": Decimal(25)}, "AtRisk"),
        ({**HEALTHY, "remaining": 0.25, "coverage": 1.0}, {"risk_below": Decimal(25)}, "Healthy"),
        ({**HEALTHY, "remaining": 0.1, "coverage": 0.8}, {"risk_below": Decimal(25)}, "Healthy"),
        ({**HEALTHY, "remaining": 0.05, "coverage": 0.8}, {"risk_below": Decimal(25)}, "AtRisk"),
        ({"remaining": 0.24, "traffic": 1.0}, {"risk_below": Decimal(25)}, "AtRisk"),
        ({**HEALTHY, "remaining": 0.01, "coverage": 1.0}, {}, "Healthy"),
        (SILENT, {"may_be_absent": True}, "Healthy"),
        ({**SILENT, "remaining": 0.2}, {"may_be_absent": True, "risk_below": Decimal(25)}, "AtRisk"),
        ({**SILENT, "remaining": 0.2}, {"risk_below": Decimal(25)}, "NoData"),
        ({}, {"may_be_absent": True}, "Unknown"),
    ],
)
def test_the_state_follows_what_was_asked_for(readings: dict[str, float], chosen: dict[str, Any], state: str) -> None:
    assert observed(recorded(readings), **chosen).fields["state"] == state


def test_a_firing_alert_is_worse_than_a_risk_and_a_spent_budget_is_worst() -> None:
    low = {**HEALTHY, "remaining": 0.1, "coverage": 1.0}
    assert observed(recorded(low, firing=(TICKET,)), risk_below=Decimal(25)).fields["state"] == "Burning"
    assert observed(recorded({**low, "remaining": 0.0}), risk_below=Decimal(25)).fields["state"] == "Exhausted"


def test_before_the_rules_are_loaded_nothing_is_known() -> None:
    seen = observed(recorded({}, {}, definition=None))
    assert seen.fields == {
        "state": "Unknown",
        "worst": {"objective": "availability"},
        "objectives": [
            {
                "name": "availability",
                "state": "Unknown",
                "target": "99.9",
                "window": {"start": "2026-10-22T07:00:00Z", "end": "2026-11-21T07:00:00Z"},
                "burn": [],
                "alerts": {"page": "Inactive", "ticket": "Inactive"},
            }
        ],
        "asOf": "2026-11-21T07:00:00Z",
    }


def test_a_budget_is_shown_even_where_the_number_of_events_is_not_known() -> None:
    assert only_row(observed(recorded({"remaining": 0.5})))["budget"] == {
        "remaining": "50",
        "remainingTime": "21m36s",
    }


def test_the_allowed_events_follow_from_the_total_that_is_shown() -> None:
    row = only_row(observed(recorded({**HEALTHY, "total": 9999.6})))
    assert (row["events"]["total"], row["budget"]["events"]) == (10000, 10)


def test_the_worst_objective_decides() -> None:
    names = ("good", "burning", "empty")
    found = books(
        recorded(objective="good"),
        recorded({**HEALTHY, "remaining": 0.9}, objective="burning", firing=(TICKET,)),
        recorded({**HEALTHY, "remaining": 0.1}, objective="empty"),
    )
    seen = observe_sla(sla(*names), all_facts(*(facts(name) for name in names)), found, None)
    assert (seen.fields["state"], seen.fields["worst"]["objective"]) == ("Burning", "burning")
    assert [shown["name"] for shown in seen.fields["objectives"]] == list(names)


def test_of_two_objectives_in_the_same_state_the_emptier_one_is_worst() -> None:
    found = books(recorded(objective="a"), recorded({**HEALTHY, "remaining": 0.1}, objective="b"))
    seen = observe_sla(sla("a", "b"), all_facts(facts("a"), facts("b")), found, None)
    assert seen.fields["worst"]["objective"] == "b"


def test_a_divided_objective_shows_its_worst_group() -> None:
    lefts = {"eu": 0.5, "us": -0.12, "ap": 0.3, "sa": 0.2, "af": 0.4, "me": 0.6}
    groups = [recorded({**HEALTHY, "remaining": left}, region=region) for region, left in lefts.items()]
    seen = only_row(observed(*groups, recorded({"traffic": 1.0}, region="new"), group_by=("region",)))
    assert (seen["state"], seen["budget"]["remaining"]) == ("Exhausted", "-12")
    assert seen["worstGroups"] == [
        {"labels": {"region": "us"}, "remaining": "-12"},
        {"labels": {"region": "sa"}, "remaining": "20"},
        {"labels": {"region": "ap"}, "remaining": "30"},
        {"labels": {"region": "af"}, "remaining": "40"},
        {"labels": {"region": "eu"}, "remaining": "50"},
    ]


def test_a_value_too_long_for_a_status_is_cut() -> None:
    seen = only_row(observed(recorded(region="x" * 5000), group_by=("region",)))
    assert len(seen["worstGroups"][0]["labels"]["region"]) == 1024


def test_an_alert_fires_when_it_fires_for_any_group() -> None:
    calm, loud = recorded({**HEALTHY, "remaining": 0.1}, region="eu"), recorded(firing=(PAGE,), region="us")
    seen = only_row(observed(calm, loud, group_by=("region",)))
    assert (seen["state"], seen["alerts"]["page"], seen["budget"]["remaining"]) == ("Burning", "Firing", "10")


def test_the_fastest_tier_that_burns_is_named() -> None:
    fast = {"1h": 0.02, "5m": 0.02, "6h": 0.02, "30m": 0.02}
    slow = {"1h": 0.01, "5m": 0.02, "6h": 0.0061, "30m": 0.0061}
    assert only_row(observed(recorded(burn=fast, firing=(PAGE,))))["alerts"]["tier"] == "1h/5m"
    assert only_row(observed(recorded(burn=slow, firing=(PAGE, TICKET))))["alerts"]["tier"] == "6h/30m"
    days = {"1d": 0.004, "2h": 0.004}
    assert only_row(observed(recorded(burn=days, firing=(TICKET,))))["alerts"]["tier"] == "1d/2h"


def test_an_alert_keeps_its_start_and_its_tier_while_it_fires() -> None:
    fast = {"1h": 0.02, "5m": 0.02}
    first = observed(recorded(burn=fast, firing=(PAGE,)))
    later = books(recorded({}, {}, firing=(PAGE,)), at=AT + timedelta(minutes=9))
    second = observe_sla(sla(), all_facts(), later, first)
    assert only_row(second)["alerts"] == {
        "page": "Firing",
        "ticket": "Inactive",
        "since": "2026-11-21T07:00:00Z",
        "tier": "1h/5m",
    }


def test_an_alert_that_fires_anew_starts_anew() -> None:
    first = observed(recorded(firing=(TICKET,)))
    quiet = observed(recorded(), previous=first)
    for before in (first, quiet):
        later = books(recorded(firing=(PAGE, TICKET)), at=AT + timedelta(minutes=9))
        again = observe_sla(sla(), all_facts(), later, before)
        assert only_row(again)["alerts"]["since"] == "2026-11-21T07:09:00Z"


def test_loaded_rules_are_known_by_their_definition() -> None:
    assert condition(observed(), "RulesLoaded") == ("True", Reason.LOADED, "Prometheus evaluates all rules")
    status, reason, message = condition(observed(recorded({}, {}, definition=None)), "RulesLoaded")
    assert (status, reason) == ("False", Reason.NOT_LOADED)
    assert message.startswith("spec.objectives[availability]: the rules are not loaded; ")
    status, reason, message = condition(observed(recorded(definition="v1-")), "RulesLoaded")
    assert (status, reason) == ("False", Reason.NOT_LOADED)
    assert message.startswith("spec.objectives[availability]: an older version of the rules is loaded; ")


def test_what_prometheus_says_against_a_rule_is_handed_on() -> None:
    seen = observe_sla(
        sla(), all_facts(), books(recorded()), None, rule_errors={"availability": "many-to-many matching"}
    )
    assert condition(seen, "RulesLoaded") == (
        "False",
        Reason.RULE_FAILED,
        "spec.objectives[availability]: Prometheus refuses a rule: many-to-many matching",
    )


def test_a_condition_names_three_objectives_and_counts_the_rest() -> None:
    names = ("a", "b", "c", "d", "e")
    seen = observe_sla(sla(*names), all_facts(*map(facts, names)), books(), None)
    message = condition(seen, "RulesLoaded")[2]
    assert [f"spec.objectives[{name}]" in message for name in names] == [True, True, True, False, False]
    assert message.endswith("; +2 more")


@pytest.mark.parametrize(
    ("readings", "firing", "verdict"),
    [
        (HEALTHY, (), ("True", Reason.WITHIN_BUDGET)),
        (HEALTHY, (PAGE,), ("False", Reason.BURNING)),
        ({**HEALTHY, "remaining": -0.1}, (), ("False", Reason.EXHAUSTED)),
        ({**HEALTHY, "remaining": 0.1, "coverage": 1.0}, (), ("False", Reason.AT_RISK)),
        ({}, (), ("Unknown", Reason.NO_DATA)),
    ],
)
def test_the_budget_is_healthy_or_says_why_not(
    readings: dict[str, float], firing: tuple[str, ...], verdict: tuple[str, str]
) -> None:
    seen = observed(recorded(readings, firing=firing), risk_below=Decimal(25))
    assert condition(seen, "BudgetHealthy")[:2] == verdict


def test_fresh_books_say_so() -> None:
    assert condition(observed(), "DataFresh")[:2] == ("True", Reason.FRESH)


def test_without_an_answer_the_last_books_stay_and_say_how_old_they_are() -> None:
    fresh = observed()
    old = stale(fresh, "connection refused")
    assert old.fields == fresh.fields
    assert condition(old, "DataFresh") == (
        "False",
        Reason.UNREACHABLE,
        "no answer since 2026-11-21T07:00:00Z: connection refused",
    )
    others = {c for c in old.conditions if c.type != "DataFresh"}
    assert others == {c for c in fresh.conditions if c.type != "DataFresh"}
    assert condition(stale(old, "timed out"), "DataFresh")[2] == "no answer since 2026-11-21T07:00:00Z: timed out"


def test_what_was_never_read_is_unknown() -> None:
    for never in (None, Observed()):
        old = stale(never, "connection refused")
        assert old.fields == {"state": "Unknown"}
        assert condition(old, "DataFresh")[2] == "no answer yet: connection refused"


@given(
    st.dictionaries(st.sampled_from(sorted(RECORDED)), st.floats(width=64)),
    st.dictionaries(st.sampled_from(("5m", "1h", "6h", "3d", "30m")), st.floats(width=64)),
    st.sets(st.sampled_from((PAGE, TICKET))),
    st.sampled_from(((), ("region",))),
)
def test_whatever_prometheus_answers_the_status_fits_its_schema(
    readings: dict[str, float], burn: dict[str, float], firing: set[str], group_by: tuple[str, ...]
) -> None:
    seen = observed(recorded(readings, burn, firing=tuple(firing), region="eu"), group_by=group_by)
    SLAStatus.model_validate(seen.fields)
    text = str(seen.fields).lower()
    assert "nan" not in text.replace("name", "")
    assert "inf'" not in text
    assert "e+" not in text
    assert not changed(seen, seen)
