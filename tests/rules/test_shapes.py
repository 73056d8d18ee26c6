"""The shapes of the rules that are easily wrong: replayed by promtool over the situation that would show it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bursar.domain.events import GoodOfTotal
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.promql.selector import parse_selector
from rules.objectives import BAD, GOOD, PAGING, TICKETING, groups, objective, traffic
from rules.promtool import Expected, Phase, assert_alert, assert_replay, counter

DAY = timedelta(days=1)


def test_a_cold_start_does_not_page_for_a_burn_that_only_a_long_window_may_judge(tmp_path: Path) -> None:
    expected = [
        Expected(f"{alerts} or vector(0)", minute, 0) for alerts in (PAGING, TICKETING) for minute in (1, 5, 60, 175)
    ]
    expected += [Expected(PAGING, 185, 1), Expected(f"{TICKETING} or vector(0)", 715, 0), Expected(TICKETING, 725, 1)]
    assert_replay(tmp_path, groups(objective()), traffic([Phase(730, errors=0.01)]), expected)


def test_a_cold_start_pages_at_once_for_a_fast_burn(tmp_path: Path) -> None:
    assert_replay(tmp_path, groups(objective()), traffic([Phase(10, errors=0.5)]), [Expected(PAGING, 2, 1)])


def test_an_idle_gap_leaves_no_value_that_is_not_a_number(tmp_path: Path) -> None:
    everything = 'sum({__name__=~"bursar:.+"})'
    nothing = [Expected(f"{everything} != {everything}", minute, None) for minute in (70, 90, 130)]
    ratios = [
        Expected("sum(bursar:sli_error:ratio_5m)", 85, None),
        Expected("sum(bursar:sli_error:ratio_1h)", 85, 0.001),
        Expected("sum(bursar:sli_error:ratio_2h)", 130, 0.001),
        Expected("sum(bursar:sli_error:ratio_period)", 130, 0.001),
        Expected("sum(bursar:error_budget:remaining)", 130, 0),
    ]
    phases = [Phase(60, errors=0.001), Phase(30, events=0), Phase(60, errors=0.001)]
    assert_replay(tmp_path, groups(objective()), traffic(phases), nothing + ratios)


def test_the_first_error_of_one_group_leaves_the_other_groups_alone(tmp_path: Path) -> None:
    def ratio(region: str, minute: int, value: float) -> Expected:
        return Expected(f'sum(bursar:sli_error:ratio_5m{{region="{region}"}})', minute, value)

    series = {
        'requests_total{code="200",region="eu"}': "0+900x79",
        'requests_total{code="200",region="us"}': "0+1000x79",
        'requests_total{code="500",region="eu"}': "_x39 0+100x39",
    }
    expected = [ratio("eu", 15, 0), ratio("us", 15, 0), ratio("eu", 30, 0.1), ratio("us", 30, 0)]
    expected += [
        Expected('sum(bursar:sli_bad:rate{region="us"})', 30, 0),
        Expected('sum(bursar:sli_bad:rate{region="eu"})', 30, 100 / 30),
        Expected(PAGING, 30, 1),
        Expected('count(ALERTS{alertstate="firing",bursar_group="eu"})', 30, 1),
    ]
    assert_replay(tmp_path, groups(objective(group_by=("region",))), series, expected)


class TestTelemetryIsLost:
    def test_in_an_outage_the_page_stays_and_ends_within_six_hours(self, tmp_path: Path) -> None:
        phases = [Phase(60), Phase(20, errors=0.5), Phase(500, lost=True)]
        lost = 80
        expected = [Expected(PAGING, lost + minute, 1) for minute in (1, 10, 60, 350)]
        expected.append(Expected(PAGING, lost + 6 * 60 + 10, None))
        assert_replay(tmp_path, groups(objective()), traffic(phases), expected)

    def test_without_an_outage_no_page_starts(self, tmp_path: Path) -> None:
        expected = [Expected(PAGING, minute, None) for minute in (61, 70, 100)]
        assert_replay(tmp_path, groups(objective()), traffic([Phase(60), Phase(60, lost=True)]), expected)

    def test_and_found_again_in_good_health_the_page_ends(self, tmp_path: Path) -> None:
        phases = [Phase(60), Phase(20, errors=0.5), Phase(60, lost=True), Phase(60)]
        expected = [Expected(PAGING, 139, 1), Expected(PAGING, 139 + 15, None)]
        assert_replay(tmp_path, groups(objective()), traffic(phases), expected)

    def test_after_a_page_has_ended_none_starts(self, tmp_path: Path) -> None:
        phases = [Phase(60), Phase(10, errors=1), Phase(90), Phase(60, lost=True)]
        expected = [Expected(PAGING, 65, 1), *(Expected(PAGING, minute, None) for minute in (155, 165, 200))]
        assert_replay(tmp_path, groups(objective()), traffic(phases), expected)


@pytest.mark.parametrize("scrapes", [20, 21])
def test_every_increase_between_two_scrapes_is_counted_once(tmp_path: Path, scrapes: int) -> None:
    series = {GOOD: "500x60", BAD: f"500x{scrapes} 600x{60 - scrapes}"}
    counted = "round(60 * sum(sum_over_time(bursar:sli_bad:rate[25m])), 0.001)"
    assert_replay(tmp_path, groups(objective()), series, [Expected(counted, 25, 100)])


class TestEventSources:
    def test_without_any_error_counter_the_ratio_is_zero(self, tmp_path: Path) -> None:
        assert_replay(
            tmp_path,
            groups(objective()),
            {GOOD: counter([Phase(20)], bad=False)},
            [Expected("sum(bursar:sli_error:ratio_5m)", 15, 0), Expected("sum(bursar:sli_bad:rate)", 15, 0)],
        )

    def test_without_any_good_counter_everything_is_bad(self, tmp_path: Path) -> None:
        events = GoodOfTotal(parse_selector("good_total"), parse_selector("requests_total"))
        assert_replay(
            tmp_path,
            groups(objective(events=events)),
            {"requests_total": "0+10x39"},
            [Expected("sum(bursar:sli_error:ratio_5m)", 15, 1), Expected(PAGING, 15, 1)],
        )

    def test_good_ahead_of_total_shows_as_a_negative_ratio(self, tmp_path: Path) -> None:
        events = GoodOfTotal(parse_selector("good_total"), parse_selector("requests_total"))
        assert_replay(
            tmp_path,
            groups(objective(events=events)),
            {"requests_total": "0+10x39", "good_total": "0+11x39"},
            [
                Expected("round(sum(bursar:sli_error:ratio_5m), 0.001)", 15, -0.1),
                Expected("round(sum(bursar:sli_bad:rate), 0.001)", 15, -0.033),
            ],
        )

    @pytest.mark.parametrize("le", ["1", "1.0"])
    def test_a_whole_second_is_found_in_both_spellings(self, tmp_path: Path, le: str) -> None:
        events = SlowOfHistogram(parse_selector('seconds{job="x"}'), timedelta(seconds=1))
        series = {f'seconds_bucket{{job="x",le="{le}"}}': "0+8x39", 'seconds_count{job="x"}': "0+10x39"}
        expected = [Expected(f"round(sum(bursar:sli_error:ratio_{window}), 0.01)", 15, 0.2) for window in ("5m", "2h")]
        assert_replay(tmp_path, groups(objective(events=events)), series, expected)

    def test_without_its_bucket_a_latency_is_unknown(self, tmp_path: Path) -> None:
        events = SlowOfHistogram(parse_selector("seconds"), timedelta(milliseconds=300))
        series = {'seconds_bucket{le="0.5"}': "0+8x39", "seconds_count": "0+10x39"}
        nothing = 'count({__name__=~"bursar:.+"})'
        assert_replay(tmp_path, groups(objective(events=events)), series, [Expected(nothing, 15, None)])

    def test_a_bucket_that_comes_late_does_not_dilute_the_sums(self, tmp_path: Path) -> None:
        events = SlowOfHistogram(parse_selector("seconds"), timedelta(milliseconds=300))
        series = {'seconds_bucket{le="0.3"}': "_x60 0+8x180", "seconds_count": "0+10x240"}
        assert_replay(
            tmp_path,
            groups(objective(events=events)),
            series,
            [Expected("round(sum(bursar:sli_error:ratio_2h), 0.02)", 119, 0.2)],
        )


LABELS = {
    "namespace": "shop",
    "sla": "checkout",
    "objective": "availability",
    "severity": "critical",
    "team": "payments",
    "bursar_incident": "SLA/checkout/availability",
    "bursar_step": "1",
    "bursar_route": "SLA/checkout/availability/critical/1",
}


def test_a_page_says_which_tier_burns_and_how_long_the_budget_lasts(tmp_path: Path) -> None:
    region = 'eu"1'
    assert_alert(
        tmp_path,
        groups(objective(target="99", window=DAY, group_by=("region",))),
        traffic([Phase(720), Phase(20, errors=0.3)], labels=f",region='{region}'"),
        alert="ErrorBudgetBurnPage",
        at=730,
        labels={**LABELS, "region": region, "bursar_group": region},
        annotations={
            "summary": f"Checkout answers region={region}: the error budget burns too fast",
            "description": "The budget burns at more than 14.4x over 9m and 2m: 30% of the events failed "
            "(target 99 % over 1d). Left of the budget: 70.3 %. At this rate it lasts 2h 55m 21s.",
        },
    )


def test_a_held_page_says_that_telemetry_is_lost(tmp_path: Path) -> None:
    assert_alert(
        tmp_path,
        groups(objective()),
        traffic([Phase(60), Phase(20, errors=0.5), Phase(60, lost=True)]),
        alert="ErrorBudgetBurnPage",
        at=130,
        labels=LABELS,
        annotations={
            "summary": "Checkout answers: the error budget burns too fast",
            "description": "Telemetry is lost; the page is held for at most 6h: 17.28% of the events failed "
            "(target 99.9 % over 30d). Left of the budget: -12282.1 %.",
        },
    )
