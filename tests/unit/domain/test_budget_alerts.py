from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bursar.domain.books import open_books
from bursar.domain.budget_alerts import budget_alert, exhaustion_alert, no_data_alert
from bursar.domain.objective import Audience, BudgetAlert, ExhaustionAlert, NoDataAlert
from bursar.domain.rules import Alert
from rules.objectives import objective

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
AUDIENCE = Audience("medium", labels={"component": "cart", "severity": "info"}, annotations={"wiki": "w"})
USUAL = objective(group_by=("region",))
ID = '{namespace="shop",sla="checkout",objective="availability"}'
LEFT = f"(1 - bursar:sli_error:ratio_period{ID} * last_over_time(bursar:coverage:ratio_period{ID}[11m]) / 0.001)"
COMMON = {
    "component": "cart",
    "namespace": "shop",
    "severity": "medium",
    "team": "payments",
    "bursar_incident": "SLA/checkout/availability",
    "bursar_step": "1",
    "bursar_route": "SLA/checkout/availability/medium/1",
}
GROUPED = {**COMMON, "bursar_group": "{{ $labels.region }}"}
WINDOWS = (5 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY)


def test_a_low_budget_is_judged_as_if_all_that_is_not_covered_went_well() -> None:
    alert = budget_alert(USUAL, BudgetAlert(Decimal("12.5"), AUDIENCE))
    assert (alert.name, alert.expression, alert.keep_firing) == ("ErrorBudgetLow", f"{LEFT} < 0.125", HOUR)
    assert alert.labels == {**GROUPED, "bursar_remaining_below": "12.5"}
    assert alert.annotations == {
        "summary": "Checkout answers region={{ $labels.region }}: less than 12.5 % of the error budget is left",
        "description": "Left of the budget: {{ $value | humanizePercentage }}, if all that is not covered yet goes "
        "well (target 99.9 % over 30d).",
        "wiki": "w",
    }


def test_a_budget_that_is_gone_is_called_so() -> None:
    alert = budget_alert(USUAL, BudgetAlert(Decimal(0), AUDIENCE))
    assert alert.expression == f"{LEFT} < 0"
    assert alert.annotations["summary"].endswith(": the error budget is gone")


@pytest.mark.parametrize(("slow", "kept"), [(5 * MINUTE, HOUR), (MINUTE, 12 * MINUTE), (10 * MINUTE, HOUR)])
def test_a_low_budget_is_told_for_twelve_sums_and_at_most_an_hour(slow: timedelta, kept: timedelta) -> None:
    paced = replace(USUAL, intervals=replace(USUAL.intervals, slow=slow))
    assert budget_alert(paced, BudgetAlert(Decimal(25), AUDIENCE)).keep_firing == kept


def test_a_budget_is_soon_gone_at_the_burn_of_six_hours_and_still_in_the_last() -> None:
    alert = exhaustion_alert(USUAL, ExhaustionAlert(3 * DAY, AUDIENCE), WINDOWS)
    seconds = f"({LEFT} > 0) * 2592000 / ((bursar:sli_error:ratio_6h{ID} > 0.001) / 0.001)"
    lately = f"bursar:sli_error:ratio_1h{ID} > 0.001 and bursar:sli_total:rate{ID} offset 3h"
    assert alert.expression == f"({seconds} < 259200 and {lately} unless bursar:traffic:low{ID})"
    assert (alert.name, alert.keep_firing, alert.pending) == ("ErrorBudgetExhaustion", 5 * MINUTE, timedelta())
    assert alert.labels == GROUPED
    assert alert.annotations == {
        "summary": "Checkout answers region={{ $labels.region }}: the error budget will be gone within 3d",
        "description": "At the burn of the last 6h the rest of the budget lasts {{ $value | humanizeDuration }} "
        "(target 99.9 % over 30d).",
        "wiki": "w",
    }


def test_exhaustion_reads_the_recorded_windows_nearest_to_an_hour_and_to_six() -> None:
    windows = (9 * MINUTE, 52 * MINUTE, 206 * MINUTE, 618 * MINUTE)
    expression = exhaustion_alert(USUAL, ExhaustionAlert(DAY, AUDIENCE), windows).expression
    assert "ratio_3h26m{" in expression
    assert "ratio_52m{" in expression
    assert " offset 1h43m unless " in expression


def test_the_loss_of_all_data_is_about_the_objective_as_a_whole() -> None:
    alert = no_data_alert(USUAL, NoDataAlert(10 * MINUTE, AUDIENCE))
    assert (alert.name, alert.expression) == ("ErrorBudgetNoData", f"absent(bursar:sli_total:rate{ID})")
    assert (alert.pending, alert.keep_firing) == (10 * MINUTE, 5 * MINUTE)
    assert alert.labels == COMMON
    assert alert.annotations == {
        "summary": "Checkout answers: no data",
        "description": "For 10m no events were recorded: the metrics have vanished, or were never there. Until they "
        "are back no burn alert can start (target 99.9 % over 30d).",
        "wiki": "w",
    }


def test_they_say_what_the_objective_means_and_where_the_runbook_is() -> None:
    described = replace(USUAL, description="Every order passes here.", runbook="https://r.example.com")
    for alert in (
        budget_alert(described, BudgetAlert(Decimal(25), AUDIENCE)),
        exhaustion_alert(described, ExhaustionAlert(DAY, AUDIENCE), WINDOWS),
        no_data_alert(described, NoDataAlert(MINUTE, AUDIENCE)),
    ):
        assert alert.annotations["description"].endswith(".\nEvery order passes here.")
        assert alert.annotations["runbook_url"] == "https://r.example.com"


def test_annotations_of_users_win() -> None:
    mine = Audience("high", annotations={"summary": "mine"})
    assert budget_alert(USUAL, BudgetAlert(Decimal(1), mine)).annotations["summary"] == "mine"
    assert exhaustion_alert(USUAL, ExhaustionAlert(DAY, mine), WINDOWS).annotations["summary"] == "mine"
    assert no_data_alert(USUAL, NoDataAlert(DAY, mine)).annotations["summary"] == "mine"


def test_each_stands_in_the_group_whose_series_it_reads() -> None:
    everything = replace(
        USUAL,
        budget_alerts=tuple(BudgetAlert(Decimal(below), AUDIENCE) for below in (25, 0)),
        exhaustion=ExhaustionAlert(3 * DAY, AUDIENCE),
        no_data=NoDataAlert(10 * MINUTE, AUDIENCE),
    )
    fast, slow = (
        [rule.name for rule in group.rules if isinstance(rule, Alert)] for group in open_books(everything).groups
    )
    assert fast == ["ErrorBudgetBurnPage", "ErrorBudgetBurnTicket", "ErrorBudgetNoData"]
    assert slow == ["ErrorBudgetLow", "ErrorBudgetLow", "ErrorBudgetExhaustion"]
