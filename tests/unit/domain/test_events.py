from datetime import timedelta

import pytest

from bursar.domain.events import BadOfTotal, EventSource, GoodOfTotal, SlowOfHistogram
from bursar.domain.promql.selector import parse_selector

MINUTES = timedelta(minutes=5)
BAD = BadOfTotal(parse_selector("bad"), parse_selector("total"))
GOOD = GoodOfTotal(parse_selector("good"), parse_selector("total"))
SLOW = SlowOfHistogram(parse_selector('seconds_sum{job="x"}'), timedelta(milliseconds=300))


@pytest.mark.parametrize(
    ("source", "judged", "bad"),
    [
        (BAD, "sum by (a) (rate(total[5m]))", "sum by (a) (rate(bad[5m])) or T * 0"),
        (GOOD, "sum by (a) (rate(total[5m]))", "clamp_min(T - (sum by (a) (rate(good[5m])) or T * 0), 0)"),
        (
            SLOW,
            'sum by (a) (rate(seconds_count{job="x"}[5m])) and sum by (a) (rate(seconds_bucket{job="x",le="0.3"}[5m]))',
            'clamp_min(T - sum by (a) (rate(seconds_bucket{job="x",le="0.3"}[5m])), 0)',
        ),
    ],
)
def test_events_are_summed_by_their_groups(source: EventSource, judged: str, bad: str) -> None:
    assert source.judged(("a",), MINUTES) == judged
    assert source.bad(("a",), MINUTES, total="T") == bad


def test_without_groups_everything_is_one_sum() -> None:
    assert SLOW.total((), MINUTES) == 'sum(rate(seconds_count{job="x"}[5m]))'


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
