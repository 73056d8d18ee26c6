from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bursar.domain.books import group_names, open_books
from bursar.domain.durations import format_duration
from bursar.domain.events import Gauge
from bursar.domain.objective import (
    Audience,
    BudgetAlert,
    ExhaustionAlert,
    Intervals,
    NoDataAlert,
    ObjectiveDefinition,
)
from bursar.domain.promql.selector import parse_selector
from bursar.domain.rules import Alert, Recording
from bursar.domain.tiers import TierKind, TierOverride
from bursar.domain.timeslices import Missing, Timeslices
from rules.objectives import objective

DAY = timedelta(days=1)
ID = '{namespace="shop",sla="checkout",objective="availability"}'


def recordings(definition: ObjectiveDefinition) -> dict[str, str]:
    rules = [rule for group in open_books(definition).groups for rule in group.rules]
    return {rule.metric: rule.expression for rule in rules if isinstance(rule, Recording)}


def alerts(definition: ObjectiveDefinition) -> dict[str, Alert]:
    rules = [rule for group in open_books(definition).groups for rule in group.rules]
    return {rule.name: rule for rule in rules if isinstance(rule, Alert)}


def ratios(definition: ObjectiveDefinition) -> list[str]:
    prefix = "bursar:sli_error:ratio_"
    return [metric.removeprefix(prefix) for metric in recordings(definition) if metric.startswith(prefix)]


def test_rules_stand_in_the_order_in_which_they_read_each_other() -> None:
    fast, slow = open_books(objective()).groups
    assert [rule.metric if isinstance(rule, Recording) else rule.name for rule in fast.rules] == [
        "bursar:sli_total:rate",
        "bursar:sli_bad:rate",
        *(f"bursar:sli_error:ratio_{window}" for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "period")),
        "bursar:error_budget:remaining",
        "bursar:traffic:low",
        "bursar_objective_info",
        "bursar:page:active",
        "ErrorBudgetBurnPage",
        "ErrorBudgetBurnTicket",
    ]
    assert [rule.metric for rule in slow.rules if isinstance(rule, Recording)] == [
        "bursar:budget_total:sum",
        "bursar:budget_bad:sum",
        "bursar:events:period_total",
        "bursar:events:period_bad",
        "bursar:coverage:ratio_period",
    ]


@pytest.mark.parametrize(("days", "slow"), [(1, "1m"), (4, "1m"), (5, "5m"), (90, "5m")])
def test_the_sums_of_long_windows_are_taken_every_five_minutes(days: int, slow: str) -> None:
    fast, period = open_books(objective(window=days * DAY)).groups
    assert (fast.name, format_duration(fast.interval)) == ("sla/checkout/availability", "1m")
    assert (period.name, format_duration(period.interval)) == ("sla/checkout/availability/period", slow)


def test_sums_are_never_taken_more_often_than_rates() -> None:
    intervals = Intervals.derive(window=DAY, scrape=DAY / 1000, fast=timedelta(minutes=2), slow=timedelta(seconds=10))
    assert intervals.slow == timedelta(minutes=2)


def test_counts_are_in_seconds_whatever_the_intervals() -> None:
    demo = Intervals.derive(
        window=DAY, scrape=timedelta(seconds=1), fast=timedelta(seconds=1), slow=timedelta(seconds=10)
    )
    found = recordings(replace(objective(window=DAY), intervals=demo))
    assert found["bursar:sli_total:rate"] == "sum(rate(requests_total[4s]))"
    assert found["bursar:budget_bad:sum"].endswith("[10s] offset 1s) * 1")
    assert found["bursar:coverage:ratio_period"].endswith("[1d]) / 8640, 1)")
    assert "[1m20s]" in found["bursar:sli_error:ratio_period"]


def test_a_longer_window_reads_a_shorter_range() -> None:
    found = recordings(objective())
    assert "rate(requests_total[1h])" in found["bursar:sli_error:ratio_1h"]
    assert "sum_over_time(bursar:sli_bad:rate{" in found["bursar:sli_error:ratio_6h"]
    assert "sum_over_time(bursar:budget_bad:sum{" in found["bursar:sli_error:ratio_1d"]


def test_budgets_are_printed_as_exact_decimals() -> None:
    assert recordings(objective(target="99.9"))["bursar:error_budget:remaining"].endswith(" / 0.001")


def test_without_alerts_only_what_status_shows_is_recorded() -> None:
    silent = replace(objective(), page=None, ticket=None)
    assert alerts(silent) == {}
    assert "bursar:page:active" not in recordings(silent)
    assert ratios(silent) == ["5m", "1h", "6h", "1d", "3d", "period"]
    assert open_books(silent).shown_windows == tuple(timedelta(hours=hours) for hours in (1 / 12, 1, 6, 24, 72))


def test_where_nothing_can_page_the_fastest_burn_is_still_recorded() -> None:
    rare = replace(objective(), intervals=replace(objective().intervals, scrape=timedelta(hours=2)))
    assert list(alerts(rare)) == ["ErrorBudgetBurnTicket"]
    assert ratios(rare) == ["1h", "8h", "1d", "3d", "period"]


@pytest.mark.parametrize(
    ("target", "days", "hold"), [("99.9", 30, "6h"), ("99", 1, "3h26m"), ("50", 30, "6h"), ("99", 90, "6h")]
)
def test_a_page_is_held_for_about_six_hours(target: str, days: int, hold: str) -> None:
    definition = objective(target=target, window=days * DAY)
    expression = recordings(definition)["bursar:page:active"]
    assert expression.endswith(f"and bursar:sli_error:ratio_{hold}{{{str(definition.series('x'))[2:-1]}}})")
    assert f"held for at most {hold}" in alerts(definition)["ErrorBudgetBurnPage"].annotations["description"]


def test_without_a_staged_window_a_page_is_held_by_the_longest_there_is() -> None:
    second = timedelta(seconds=1)
    hours = replace(objective(target="95", window=timedelta(hours=2)), intervals=Intervals(second, second, second))
    assert " and bursar:sli_error:ratio_52m{" in recordings(hours)["bursar:page:active"]


def test_only_the_first_tier_may_fire_without_history() -> None:
    page = recordings(objective())["bursar:page:active"].split("\nor\n")
    ticket = alerts(objective())["ErrorBudgetBurnTicket"].expression.split("\nor\n")
    assert "offset" not in page[0]
    halves = [tier.partition(" offset ")[2].partition(")")[0] for tier in (page[1], *ticket)]
    assert halves == ["3h", "12h", "1d12h"]


def test_the_definition_changes_with_everything_that_is_loaded() -> None:
    usual = objective()
    changes = [
        replace(usual, title="Else"),
        replace(usual, page=None),
        replace(usual, group_by=("region",)),
        replace(usual, target=usual.target - 1),
        replace(usual, intervals=replace(usual.intervals, fast=timedelta(seconds=59))),
    ]
    definitions = [open_books(each).definition for each in (usual, *changes)]
    assert len(set(definitions)) == len(definitions)
    assert open_books(objective()).definition == definitions[0]


def test_the_definition_changes_with_what_is_recorded_beside_it() -> None:
    minutes = Timeslices(objective().identity, "up", timedelta(minutes=1))
    sliced = objective(events=minutes, group_by=("region",))
    changes = [
        sliced,
        replace(sliced, events=replace(minutes, value="down")),
        replace(sliced, events=replace(minutes, missing=Missing.GOOD)),
        replace(sliced, events=replace(minutes, missing=Missing.BAD)),
        replace(sliced, budget_alerts=(BudgetAlert(Decimal(25), Audience("high")),)),
        replace(sliced, exhaustion=ExhaustionAlert(DAY, Audience("high"))),
        replace(sliced, no_data=NoDataAlert(DAY, Audience("high"))),
        replace(sliced, hold_page=False),
        replace(sliced, tiers=(TierOverride(TierKind.PAGE, Decimal(9), timedelta(hours=2)),)),
    ]
    definitions = [open_books(each).definition for each in changes]
    assert len(set(definitions)) == len(definitions)


def test_slices_are_recorded_before_they_are_read_in_a_group_of_their_length() -> None:
    five = timedelta(minutes=5)
    groups = open_books(objective(events=Timeslices(objective().identity, "up", five))).groups
    assert [(group.name, group.interval) for group in groups] == [
        ("sla/checkout/availability/slices", five),
        ("sla/checkout/availability", timedelta(minutes=1)),
        ("sla/checkout/availability/period", five),
    ]


def test_every_group_has_one_of_the_known_names() -> None:
    sliced = objective(events=Timeslices(objective().identity, "up", DAY / 1440))
    assert group_names(sliced.identity) == (
        "sla/checkout/availability",
        "sla/checkout/availability/period",
        "sla/checkout/availability/slices",
    )
    assert {group.name for group in open_books(sliced).groups} == {*group_names(sliced.identity)}


def test_a_page_that_is_not_held_ends_with_its_telemetry() -> None:
    loose = replace(objective(), hold_page=False)
    assert "bursar:page:active" not in recordings(loose)["bursar:page:active"]
    assert "Telemetry is lost" not in alerts(loose)["ErrorBudgetBurnPage"].annotations["description"]


class TestLowTraffic:
    """What the rules of the guard look like; tests/rules proves what they do."""

    def test_silences_pages_and_asks_tickets_for_failures(self) -> None:
        page, ticket = self.guarded(objective())
        assert all(tier.endswith(f" unless bursar:traffic:low{ID})") for tier in page[:2])
        assert " unless " not in page[2].partition(" unless bursar:sli_total:rate")[0]
        least = [tier.rpartition(" < ")[2] for tier in ticket]
        assert least == ["0.075))", "0.025))"]

    @pytest.mark.parametrize(
        "chosen",
        [
            {"weigh_traffic": False},
            {"events": Gauge(parse_selector("probe_success"))},
            {"events": Timeslices(objective().identity, "up", timedelta(minutes=1))},
        ],
    )
    def test_is_not_weighed_where_nobody_wants_it_or_events_come_by_the_clock(self, chosen: dict[str, Any]) -> None:
        unguarded = replace(objective(), **chosen)
        assert "bursar:traffic:low" not in recordings(unguarded)
        assert not any("traffic:low" in tier for tiers in self.guarded(unguarded) for tier in tiers)

    @pytest.mark.parametrize(("days", "share"), [(1, "0.5"), (2, "0.5"), (7, "0.1429"), (30, "0.0333"), (90, "0.0111")])
    def test_is_judged_once_a_day_or_half_the_window_is_covered(self, days: int, share: str) -> None:
        assert f" >= {share})" in recordings(objective(window=days * DAY))["bursar:traffic:low"]

    def guarded(self, definition: ObjectiveDefinition) -> tuple[list[str], list[str]]:
        page = recordings(definition)["bursar:page:active"].split("\nor\n")
        return page, alerts(definition)["ErrorBudgetBurnTicket"].expression.split("\nor\n")


@pytest.mark.parametrize(
    ("target", "asking"),
    [("99", []), ("99.9", ["1h"]), ("99.95", ["1h", "6h"]), ("99.99", ["1h", "6h", "1d", "3d"])],
)
def test_a_tier_that_a_single_failed_minute_would_pass_asks_for_two(target: str, asking: list[str]) -> None:
    minutes = Timeslices(objective().identity, "up", timedelta(minutes=1))
    sliced = objective(target=target, events=minutes)
    tiers = [*recordings(sliced)["bursar:page:active"].split("\nor\n")[:2]]
    tiers += alerts(sliced)["ErrorBudgetBurnTicket"].expression.split("\nor\n")
    lengths = ("1h", "6h", "1d", "3d")
    asked = [length for length, tier in zip(lengths, tiers, strict=True) if tier.endswith("> 1.5)")]
    assert asked == asking
    assert all(f"[{length}]" in tier for length, tier in zip(lengths, tiers, strict=True) if length in asked)
    of_sums = [tier for tier in tiers[2:] if "> 1.5" in tier]
    assert all("sum_over_time(bursar:budget_bad:sum" in tier for tier in of_sums)


def test_the_info_series_says_what_people_call_it_and_omits_what_is_not_known() -> None:
    fast = open_books(replace(objective(), team="", runbook="https://x")).groups[0]
    (info,) = (rule for rule in fast.rules if isinstance(rule, Recording) and rule.metric == "bursar_objective_info")
    assert {name: value for name, value in info.labels.items() if name != "definition"} == {
        "namespace": "shop",
        "sla": "checkout",
        "objective": "availability",
        "title": "Checkout answers",
        "target": "99.9",
        "window": "30d",
        "runbook_url": "https://x",
    }


@pytest.mark.parametrize(("fast", "kept"), [(1, 5), (60, 300), (300, 300)])
def test_an_alert_bridges_five_evaluations_and_at_most_five_minutes(fast: int, kept: int) -> None:
    usual = objective(window=DAY, target="90")
    paced = replace(usual, intervals=replace(usual.intervals, fast=timedelta(seconds=fast)))
    assert {alert.keep_firing for alert in alerts(paced).values()} == {timedelta(seconds=kept)}


def test_identity_labels_win_over_those_of_users() -> None:
    definition = objective()
    assert definition.page is not None
    rude = replace(definition.page, labels={"severity": "info", "component": "x"}, annotations={"summary": "mine"})
    page = alerts(replace(definition, page=rude))["ErrorBudgetBurnPage"]
    assert (page.labels["severity"], page.labels["component"]) == ("critical", "x")
    assert page.annotations["summary"] == "mine"
