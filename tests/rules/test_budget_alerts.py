"""Alerts on what is left of a budget and on when it will be gone, replayed by promtool."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bursar.domain.objective import Audience, BudgetAlert, ExhaustionAlert
from rules.objectives import EXHAUSTION, LOW, PAGING, TICKETING, at_most, groups, objective, traffic
from rules.promtool import Expected, Phase, assert_alert, assert_replay

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
IDENTITY = {"namespace": "shop", "sla": "checkout", "objective": "availability", "team": "payments"}
INCIDENT = {"bursar_incident": "SLA/checkout/availability", "bursar_step": "1"}


class TestLowBudget:
    """At 99 % over a day the whole budget is 14.4 minutes of total outage; a quarter is left after 10.8."""

    RULES = groups(
        replace(
            objective(target="99", window=DAY),
            budget_alerts=tuple(BudgetAlert(Decimal(below), Audience("medium")) for below in (25, 0)),
        )
    )
    OUTAGE = (Phase(30), Phase(20, errors=1), Phase(10))

    def test_is_told_at_every_level_and_once_at_each(self, tmp_path: Path) -> None:
        levels = [
            Expected(LOW.replace("}", f',bursar_remaining_below="{level}"}}'), at, firing)
            for level, at, firing in (
                ("25", 30 + 10, None),
                ("25", 30 + 15, 1),
                ("0", 30 + 14, None),
                ("0", 30 + 19, 1),
            )
        ]
        assert_replay(tmp_path, self.RULES, traffic(self.OUTAGE), [*levels, Expected(LOW, 60, 2)])

    def test_says_what_is_left(self, tmp_path: Path) -> None:
        assert_alert(
            tmp_path,
            self.RULES,
            traffic(self.OUTAGE),
            alert="ErrorBudgetLow",
            at=30 + 14,
            labels={
                **IDENTITY,
                **INCIDENT,
                "severity": "medium",
                "bursar_route": "SLA/checkout/availability/medium/1",
                "bursar_remaining_below": "25",
            },
            annotations={
                "summary": "Checkout answers: less than 25 % of the error budget is left",
                "description": "Left of the budget: 18.23%, if all that is not covered yet goes well "
                "(target 99 % over 1d).",
            },
        )

    def test_is_not_told_of_a_blip_in_the_first_minutes(self, tmp_path: Path) -> None:
        series = traffic([Phase(2), Phase(2, errors=0.5), Phase(60)])
        expected = [
            Expected("sum(bursar:error_budget:remaining) < bool -3", 8, 1),
            at_most(LOW, 0, until=60, within=60),
        ]
        assert_replay(tmp_path, self.RULES, series, expected)


class TestExhaustion:
    """At a burn of 12 the rest of thirty days lasts two days and a half."""

    RULES = groups(replace(objective(slow=MINUTE), exhaustion=ExhaustionAlert(timedelta(days=3), Audience("high"))))
    BURNING = (Phase(240, errors=0.012), Phase(80))

    def test_is_told_after_three_hours_and_over_an_hour_after_the_burn(self, tmp_path: Path) -> None:
        expected = [Expected(EXHAUSTION, at, firing) for at, firing in ((175, None), (185, 1), (290, 1), (310, None))]
        assert_replay(tmp_path, self.RULES, traffic(self.BURNING), expected)

    def test_says_how_long_the_rest_lasts(self, tmp_path: Path) -> None:
        assert_alert(
            tmp_path,
            self.RULES,
            traffic(self.BURNING),
            alert="ErrorBudgetExhaustion",
            at=200,
            labels={
                **IDENTITY,
                **INCIDENT,
                "severity": "high",
                "bursar_route": "SLA/checkout/availability/high/1",
            },
            annotations={
                "summary": "Checkout answers: the error budget will be gone within 3d",
                "description": "At the burn of the last 6h the rest of the budget lasts 2d 8h 40m 59s "
                "(target 99.9 % over 30d).",
            },
        )

    def test_is_not_told_of_a_burn_that_the_budget_outlasts(self, tmp_path: Path) -> None:
        assert_replay(
            tmp_path, self.RULES, traffic([Phase(240, errors=0.008)]), [at_most(EXHAUSTION, 0, until=240, within=240)]
        )


def test_one_incident_is_one_page_and_one_ticket_however_many_tiers_burn(tmp_path: Path) -> None:
    series = traffic([Phase(320, errors=0.5)])
    expected = [Expected(PAGING, 320, 1), Expected(TICKETING, 320, 1)]
    assert_replay(tmp_path, groups(objective(window=DAY, target="95")), series, expected)
