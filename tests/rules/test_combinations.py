"""Combinations that are easily forgotten, replayed by promtool."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.objective import Audience, ExhaustionAlert
from bursar.domain.promql.selector import parse_selector
from bursar.domain.tiers import TierKind, TierOverride
from rules.objectives import EXHAUSTION, PAGING, at_most, groups, objective, traffic
from rules.promtool import Expected, Phase, assert_replay
from rules.test_guards import seldom_evaluated, sparse


def test_an_outage_soon_after_a_change_of_the_kind_of_histogram_pages_at_once(tmp_path: Path) -> None:
    """The kind changes at minute 30, everything is slow from 45 on."""
    grows = "+{{{{schema:0 count:10 sum:10 buckets:[{} {}]}}}}x{}"
    fast = "{{schema:0 count:0 sum:0 buckets:[0 0]}}" + grows.format(10, 0, 29)
    slow = "{{schema:0 count:300 sum:300 buckets:[300 0]}}" + grows.format(0, 10, 100)
    series = {
        'seconds_bucket{le="1"}': "0+10x60 stale",
        "seconds_count": "0+10x60 stale",
        "seconds": f"_x60 {fast} {slow}",
    }
    events = SlowOfHistogram(parse_selector("seconds"), timedelta(seconds=1))
    assert_replay(tmp_path, groups(objective(events=events)), series, [Expected(PAGING, 49, 1)])


def test_a_cold_start_does_not_page_for_a_slow_tier_of_the_user_even_if_it_is_the_only_one(tmp_path: Path) -> None:
    """0.2 % errors are a burn of 2: over two days a page, in the third minute of a new SLA none."""
    days = TierOverride(TierKind.PAGE, Decimal("1.5"), timedelta(days=2))
    rules = groups(replace(objective(), tiers=(days,)))
    assert_replay(tmp_path, rules, traffic([Phase(30, errors=0.002)]), [at_most(PAGING, 0, until=30, within=30)])


def test_few_events_do_not_say_that_a_budget_is_soon_gone(tmp_path: Path) -> None:
    """An event in 32 minutes: one failure of twelve in six hours is no forecast, as it is no page."""
    wanted = ExhaustionAlert(timedelta(days=7), Audience("high"))
    rules = groups(seldom_evaluated(exhaustion=wanted))
    outcomes = "." * 52 + "X" + "." * 7
    expected = [at_most(EXHAUSTION, 0, until=60 * 32, within=8 * 32)]
    assert_replay(tmp_path, rules, sparse(outcomes, every=32), expected, evaluation="4m")
