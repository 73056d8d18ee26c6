from dataclasses import replace
from datetime import timedelta

import pytest

from bursar.domain.books import open_books
from bursar.domain.durations import format_duration
from bursar.domain.objective import Intervals, ObjectiveDefinition
from bursar.domain.rules import Alert, Recording
from rules.objectives import objective

DAY = timedelta(days=1)
HALVES = enumerate(("12h", "1d12h"))


def recordings(definition: ObjectiveDefinition) -> dict[str, str]:
    rules = [rule for group in open_books(definition).groups for rule in group.rules]
    return {rule.metric: rule.expression for rule in rules if isinstance(rule, Recording)}


def alerts(definition: ObjectiveDefinition) -> dict[str, Alert]:
    return {rule.name: rule for rule in open_books(definition).groups[0].rules if isinstance(rule, Alert)}


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
    asked = [" offset 3h) unless " in page[1], *(f" offset {half}) unless " in ticket[i] for i, half in HALVES)]
    assert asked == [True, True, True]


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
