from datetime import timedelta

import pytest

from bursar.domain.events import BadOfTotal, EventSource, Expressions, Gauge, GoodOfTotal, over
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.promql.selector import parse_selector

MINUTES = timedelta(minutes=5)
BAD = BadOfTotal(parse_selector("bad"), parse_selector("total"))
GOOD = GoodOfTotal(parse_selector("good"), parse_selector("total"))
SLOW = SlowOfHistogram(parse_selector('seconds_sum{job="x"}'), timedelta(milliseconds=300))
BAD_EXPRESSION = Expressions("rate(all[{{.window}}])", "rate(bad[{{ .window }}])")
GOOD_EXPRESSION = Expressions("rate(all[{{.window}}])", "rate(good[{{.window}}])", part_is_good=True)
PROBE = Gauge(parse_selector('probe_success{job="x"}'))

COUNT = 'rate(seconds_count{job="x"}[5m])'
FAST = 'sum by (a) (rate(seconds_bucket{job="x",le="0.3"}[5m]))'
STILL_CLASSIC = 'sum by (a) (seconds_bucket{job="x",le="0.3"})'
NATIVE = 'sum by (a) (rate(seconds{job="x"}[5m]))'
FRACTION = f"histogram_fraction(-Inf, 0.3, {NATIVE}) >= 0"
SAMPLES = 'sum by (a) (count_over_time(probe_success{job="x"}[5m]))'
GOOD_SAMPLES = 'sum by (a) (sum_over_time(probe_success{job="x"}[5m]))'


@pytest.mark.parametrize(
    ("source", "judged", "bad", "ratio"),
    [
        (
            BAD,
            "sum by (a) (rate(total[5m]))",
            "sum by (a) (rate(bad[5m])) or T * 0",
            "(sum by (a) (rate(bad[5m])) or T * 0) / (sum by (a) (rate(total[5m])) > 0)",
        ),
        (
            GOOD,
            "sum by (a) (rate(total[5m]))",
            "T - (sum by (a) (rate(good[5m])) or T * 0)",
            "1 - (sum by (a) (rate(good[5m])) or T * 0) / (sum by (a) (rate(total[5m])) > 0)",
        ),
        (
            SLOW,
            f"sum by (a) ({COUNT}) and {FAST} or histogram_count({NATIVE})",
            f"T - {FAST} or T * (1 - ({FRACTION})) or T * 0",
            f"1 - ({FAST} / (sum by (a) ({COUNT}) > 0) and {STILL_CLASSIC} or {FRACTION})",
        ),
        (
            BAD_EXPRESSION,
            "sum by (a) (rate(all[5m]))",
            "sum by (a) (rate(bad[5m])) or T * 0",
            "(sum by (a) (rate(bad[5m])) or T * 0) / (sum by (a) (rate(all[5m])) > 0)",
        ),
        (
            GOOD_EXPRESSION,
            "sum by (a) (rate(all[5m]))",
            "T - (sum by (a) (rate(good[5m])) or T * 0)",
            "1 - (sum by (a) (rate(good[5m])) or T * 0) / (sum by (a) (rate(all[5m])) > 0)",
        ),
        (
            PROBE,
            f"{SAMPLES} / 300",
            f"T - {GOOD_SAMPLES} / 300",
            f"1 - {GOOD_SAMPLES} / ({SAMPLES} > 0)",
        ),
    ],
)
def test_events_are_summed_by_their_groups(source: EventSource, judged: str, bad: str, ratio: str) -> None:
    assert source.judged(("a",), MINUTES) == judged
    assert source.bad(("a",), MINUTES, judged="T") == bad
    assert source.error_ratio(("a",), MINUTES, judged="T") == ratio


def test_without_groups_everything_is_one_sum() -> None:
    assert BAD.judged((), MINUTES) == "sum(rate(total[5m]))"
    assert PROBE.judged((), MINUTES) == 'sum(count_over_time(probe_success{job="x"}[5m])) / 300'


def test_events_of_a_gauge_come_with_the_scrapes_and_all_others_as_they_like() -> None:
    scrape = timedelta(seconds=15)
    assert PROBE.spacing(scrape) == scrape
    others = (BAD, GOOD, SLOW, BAD_EXPRESSION)
    assert [source.spacing(scrape) for source in others] == [None] * 4
    assert [source.expected(timedelta(days=1)) for source in (*others, PROBE)] == [None] * 5


def test_the_window_is_filled_into_every_range() -> None:
    text = "sum(rate(a[{{.window}}])) / sum(rate(b[{{ .window }}]))"
    assert over(text, timedelta(minutes=90)) == "sum(rate(a[1h30m])) / sum(rate(b[1h30m]))"


@pytest.mark.parametrize(
    ("milliseconds", "spellings", "matcher"),
    [
        (300, ("0.3",), 'le="0.3"'),
        (2500, ("2.5",), 'le="2.5"'),
        (1, ("0.001",), 'le="0.001"'),
        (1000, ("1", "1.0"), 'le=~"1|1\\\\.0"'),
        (60000, ("60", "60.0"), 'le=~"60|60\\\\.0"'),
    ],
)
def test_a_whole_second_is_looked_for_in_both_spellings(
    milliseconds: int, spellings: tuple[str, ...], matcher: str
) -> None:
    source = SlowOfHistogram(parse_selector("seconds"), timedelta(milliseconds=milliseconds))
    assert source.spellings == spellings
    assert str(source.bucket) == f"seconds_bucket{{{matcher}}}"
