"""Latencies: classic and native histograms, and a change from one to the other, replayed by promtool."""

from datetime import timedelta
from pathlib import Path

import pytest

from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.promql.selector import parse_selector
from rules.objectives import groups, objective
from rules.promtool import Expected, assert_replay

SECOND = SlowOfHistogram(parse_selector("seconds"), timedelta(seconds=1))
COUNTED = {'seconds_bucket{le="1"}': "0+7x39", "seconds_count": "0+10x39"}
NOTHING = 'count({__name__=~"bursar:.+"})'


def native(*, fast: int, slow: int, steps: int, wait: int = 0) -> str:
    """Write a native histogram that grows by events of up to one and of up to two seconds at every scrape."""
    grown = f"{{{{schema:0 count:{fast + slow} sum:{fast + slow} buckets:[{fast} {slow}]}}}}"
    empty = "{{schema:0 count:0 sum:0 buckets:[0 0]}}"
    return f"{f'_x{wait - 1} ' if wait else ''}{empty}+{grown}x{steps}"


def share(window: str, at: int, value: float | None, group: str = "") -> Expected:
    return Expected(f"round(sum(bursar:sli_error:ratio_{window}{{{group}}}), 0.001)", at, value)


def test_a_native_histogram_is_read_over_raw_and_staged_windows(tmp_path: Path) -> None:
    expected = [share("5m", 15, 0.2), share("1h", 15, 0.2), share("2h", 15, 0.2), share("period", 15, 0.2)]
    expected += [
        Expected("sum(bursar:sli_total:rate)", 15, 1 / 3),
        Expected("round(sum(bursar:sli_bad:rate), 0.001)", 15, 0.067),
    ]
    assert_replay(tmp_path, groups(objective(events=SECOND)), {"seconds": native(fast=8, slow=2, steps=39)}, expected)


def test_every_group_of_a_native_histogram_has_its_own_share(tmp_path: Path) -> None:
    series = {
        'seconds{region="eu",pod="a"}': native(fast=8, slow=2, steps=39),
        'seconds{region="eu",pod="b"}': native(fast=10, slow=0, steps=39),
        'seconds{region="us",pod="a"}': native(fast=5, slow=5, steps=39),
    }
    expected = [share("5m", 15, 0.1, 'region="eu"'), share("5m", 15, 0.5, 'region="us"')]
    assert_replay(tmp_path, groups(objective(events=SECOND, group_by=("region",))), series, expected)


def test_one_group_may_have_buckets_and_another_a_native_histogram(tmp_path: Path) -> None:
    series = {
        'seconds_bucket{region="eu",le="1.0"}': "0+7x39",
        'seconds_count{region="eu"}': "0+10x39",
        'seconds{region="us"}': native(fast=5, slow=5, steps=39),
    }
    expected = [share("5m", 15, 0.3, 'region="eu"'), share("5m", 15, 0.5, 'region="us"')]
    expected += [share("2h", 15, 0.3, 'region="eu"'), share("2h", 15, 0.5, 'region="us"')]
    assert_replay(tmp_path, groups(objective(events=SECOND, group_by=("region",))), series, expected)


def test_without_events_a_native_histogram_leaves_no_value_that_is_not_a_number(tmp_path: Path) -> None:
    everything = 'sum({__name__=~"bursar:.+"})'
    idle = native(fast=8, slow=2, steps=39) + " {{schema:0 count:390 sum:390 buckets:[312 78]}}x40"
    expected = [Expected(f"{everything} != {everything}", minute, None) for minute in (10, 21, 25, 35)]
    expected += [share("5m", 35, None), share("1h", 35, 0.2)]
    expected += [Expected("sum(bursar:sli_total:rate)", 35, 0), Expected("sum(bursar:sli_bad:rate)", 35, 0)]
    assert_replay(tmp_path, groups(objective(events=SECOND)), {"seconds": idle}, expected)


def test_a_change_of_kind_leaves_no_gap(tmp_path: Path) -> None:
    series = {
        'seconds_bucket{le="1"}': "0+8x60 stale",
        "seconds_count": "0+10x60 stale",
        "seconds": native(fast=8, slow=2, steps=80, wait=60),
    }
    expected = [Expected("sum(count_over_time(bursar:sli_total:rate[50m]))", 60, 50)]
    expected += [share("5m", minute, 0.2) for minute in range(29, 40)]
    expected += [share("1h", 60, 0.2), share("2h", 60, 0.2)]
    assert_replay(tmp_path, groups(objective(events=SECOND)), series, expected)


def test_of_both_kinds_the_classic_one_counts_alone(tmp_path: Path) -> None:
    both = {**COUNTED, "seconds": native(fast=5, slow=5, steps=39)}
    expected = [share("5m", 15, 0.3), share("2h", 15, 0.3), Expected("sum(bursar:sli_total:rate)", 15, 1 / 3)]
    assert_replay(tmp_path, groups(objective(events=SECOND)), both, expected)


def test_where_the_bucket_is_missing_the_native_histogram_counts(tmp_path: Path) -> None:
    both = {'seconds_bucket{le="5"}': "0+9x39", "seconds_count": "0+10x39", "seconds": native(fast=5, slow=5, steps=39)}
    assert_replay(tmp_path, groups(objective(events=SECOND)), both, [share("5m", 15, 0.5), share("2h", 15, 0.5)])


@pytest.mark.parametrize("name", ['seconds{quantile="0.9"}', "seconds"])
def test_what_is_no_histogram_records_nothing(tmp_path: Path, name: str) -> None:
    series = {name: "0+1x39", "seconds_count": "0+10x39", "seconds_sum": "0+10x39"}
    assert_replay(tmp_path, groups(objective(events=SECOND)), series, [Expected(NOTHING, 15, None)])
