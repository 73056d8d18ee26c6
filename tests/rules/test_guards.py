"""What keeps alerts quiet where there are few events or none, and tells of it, replayed by promtool."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bursar.domain.objective import Audience, Intervals, NoDataAlert, ObjectiveDefinition
from bursar.domain.tiers import TierKind, TierOverride
from rules.objectives import BAD, GOOD, NO_DATA, PAGING, SCRAPE, TICKETING, at_most, groups, objective, traffic
from rules.promtool import Expected, Phase, assert_alert, assert_replay

HOUR = 60
SELDOM = timedelta(minutes=4)
"""Days are replayed with fewer evaluations than usual; slower still, a rule would not see its own last sample."""


def seldom_evaluated(**chosen: Any) -> ObjectiveDefinition:
    usual = objective(target="99")
    intervals = Intervals.derive(window=usual.window, scrape=SCRAPE, fast=SELDOM, slow=SELDOM)
    return replace(usual, intervals=intervals, **chosen)


def sparse(outcomes: str, *, every: int, labels: str = "") -> dict[str, str]:
    """One event every so many minutes, one character each: `.` succeeds, `X` fails."""
    values: dict[str, list[str]] = {GOOD: [], BAD: []}
    for number in range(len(outcomes) + 1):
        failed = outcomes[:number].count("X")
        values[GOOD].append(f"{number - failed}x{2 * every - 1}")
        values[BAD].append(f"{failed}x{2 * every - 1}")
    return {f"{name[:-1]}{labels}}}": " ".join(parts) for name, parts in values.items()}


class TestFewEvents:
    """An event every 32 minutes at 99 %: 13.5 bad ones are allowed in thirty days."""

    EVERY = 32

    def minute(self, event: int) -> int:
        return event * self.EVERY + 8

    def test_never_page_once_a_day_is_known_and_the_third_failure_is_a_ticket(self, tmp_path: Path) -> None:
        third = 66
        outcomes = "." * 50 + "X" + "." * 7 + "X" + "." * 7 + "X" + "." * 3
        end = self.minute(third + 3)
        expected = [
            Expected("round(sum(bursar:traffic:low), 0.5)", 26 * HOUR, 13.5),
            at_most(PAGING, 0, until=end, within=end),
            at_most(TICKETING, 0, until=self.minute(third), within=self.minute(third)),
            at_most(TICKETING, 1, until=end, within=HOUR),
        ]
        a_day = TierOverride(TierKind.TICKET, Decimal(3), timedelta(days=1), timedelta(hours=2))
        self.replay(tmp_path, outcomes, expected, tiers=(a_day,))

    def test_page_as_usual_before_a_day_is_known(self, tmp_path: Path) -> None:
        self.replay(tmp_path, "...X.", [at_most(PAGING, 1, until=self.minute(5), within=HOUR)])

    def test_page_as_usual_where_traffic_is_not_weighed(self, tmp_path: Path) -> None:
        expected = [
            at_most(PAGING, 1, until=self.minute(54), within=2 * HOUR),
            Expected("count(bursar:traffic:low)", self.minute(54), None),
        ]
        self.replay(tmp_path, "." * 52 + "X.", expected, weigh_traffic=False)

    def replay(self, directory: Path, outcomes: str, expected: list[Expected], **chosen: Any) -> None:
        rules = groups(seldom_evaluated(**chosen))
        assert_replay(directory, rules, sparse(outcomes, every=self.EVERY), expected, evaluation="4m")


def test_where_hardly_anything_may_fail_no_burn_alert_fires(tmp_path: Path) -> None:
    series = sparse("." * 36 + "XXX.", every=46)
    end = 40 * 46
    expected = [
        Expected("round(sum(bursar:traffic:low), 0.5)", 28 * HOUR, 9.5),
        at_most(PAGING, 0, until=end, within=end),
        at_most(TICKETING, 0, until=end, within=end),
    ]
    assert_replay(tmp_path, groups(seldom_evaluated()), series, expected, evaluation="4m")


def test_low_traffic_lasts_until_there_is_twice_as_much(tmp_path: Path) -> None:
    """At 99 % a counter that grows by a/864 a scrape allows a bad events in thirty days."""

    def low(region: str, hour: int, value: float | None) -> Expected:
        return Expected(f'round(sum(bursar:traffic:low{{region="{region}"}}), 10)', hour * HOUR, value)

    rises = f"0+{40 / 864}x{25 * 120} {25 * 120 * 40 / 864}+{580 / 864}x{5 * 120}"
    series = {f'{GOOD[:-1]},region="eu"}}': rises, f'{GOOD[:-1]},region="us"}}': f"0+{80 / 864}x{26 * 120}"}
    expected = [low("eu", 23, None), low("eu", 25, 40), low("eu", 27, 80), low("eu", 30, None), low("us", 25, None)]
    assert_replay(tmp_path, groups(seldom_evaluated(group_by=("region",))), series, expected, evaluation="4m")


class TestNoData:
    DEFINITION = replace(
        objective(), no_data=NoDataAlert(timedelta(minutes=10), Audience("high", annotations={"wiki": "w"}))
    )

    def test_is_told_after_a_while_and_over_soon_after_the_series_are_back(self, tmp_path: Path) -> None:
        series = traffic([Phase(20), Phase(30, lost=True), Phase(20)])
        expected = [Expected(NO_DATA, at, value) for at, value in ((30, None), (32, 1), (50, 1), (55, 1), (58, None))]
        assert_replay(tmp_path, groups(self.DEFINITION), series, expected)

    def test_is_told_of_what_was_never_there(self, tmp_path: Path) -> None:
        rules = groups(replace(self.DEFINITION, group_by=("region",)))
        assert_alert(
            tmp_path,
            rules,
            {"unrelated": "1x40"},
            alert="ErrorBudgetNoData",
            at=12,
            labels={
                "namespace": "shop",
                "sla": "checkout",
                "objective": "availability",
                "severity": "high",
                "team": "payments",
                "bursar_incident": "SLA/checkout/availability",
                "bursar_step": "1",
                "bursar_route": "SLA/checkout/availability/high/1",
            },
            annotations={
                "summary": "Checkout answers: no data",
                "description": "For 10m no events were recorded: the metrics have vanished, or were never there. "
                "Until they are back no burn alert can start (target 99.9 % over 30d).",
                "wiki": "w",
            },
        )

    def test_is_no_news_while_one_group_is_there_or_nothing_happens(self, tmp_path: Path) -> None:
        series = traffic([Phase(20), Phase(30, lost=True)], ',region="eu"')
        series |= traffic([Phase(20), Phase(30, events=0)], ',region="us"')
        rules = groups(replace(self.DEFINITION, group_by=("region",)))
        assert_replay(tmp_path, rules, series, [at_most(NO_DATA, 0, until=50, within=50)])


def test_a_page_is_not_held_where_data_may_be_absent(tmp_path: Path) -> None:
    phases = [Phase(60), Phase(20, errors=0.5), Phase(40, lost=True)]
    expected = [Expected(PAGING, 80, 1), Expected(PAGING, 80 + 10, None), Expected(NO_DATA, 110, None)]
    assert_replay(tmp_path, groups(replace(objective(), hold_page=False)), traffic(phases), expected)
