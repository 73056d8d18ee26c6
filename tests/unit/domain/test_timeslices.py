from dataclasses import replace
from datetime import timedelta

import pytest

from bursar.domain.objective import Identity
from bursar.domain.promql.errors import PromqlError
from bursar.domain.timeslices import Missing, Timeslices, slice_value

MINUTE, FIVE = timedelta(minutes=1), timedelta(minutes=5)
ID = '{namespace="shop",sla="checkout",objective="minutes"}'
SLICES = Timeslices(Identity("shop", "checkout", "minutes"), "good[{{.window}}]", MINUTE)
GROUPED = f"sum by (a) (bursar:slice_measured{ID}) or max by (a) (last_over_time(bursar:slice_measured{ID}[1d])) * 0"


@pytest.mark.parametrize(
    ("missing", "by", "recorded"),
    [
        (Missing.IGNORE, (), {"bursar:slice_good": "min(good[1m])"}),
        (Missing.GOOD, (), {"bursar:slice_good": "min(good[1m]) or vector(1)"}),
        (Missing.BAD, (), {"bursar:slice_good": "min(good[1m]) or vector(0)"}),
        (Missing.IGNORE, ("a",), {"bursar:slice_good": "min by (a) (good[1m])"}),
        (
            Missing.GOOD,
            ("a",),
            {"bursar:slice_measured": "min by (a) (good[1m])", "bursar:slice_good": f"{GROUPED} + 1"},
        ),
        (
            Missing.BAD,
            ("a",),
            {"bursar:slice_measured": "min by (a) (good[1m])", "bursar:slice_good": f"{GROUPED} + 0"},
        ),
    ],
)
def test_a_slice_that_is_missing_is_what_the_policy_says(
    missing: Missing, by: tuple[str, ...], recorded: dict[str, str]
) -> None:
    rules = replace(SLICES, missing=missing).recordings(by)
    assert {rule.metric: rule.expression for rule in rules} == recorded
    assert all(rule.labels == SLICES.identity.labels for rule in rules)


def test_slices_are_read_like_the_samples_of_a_gauge() -> None:
    samples = f"sum by (a) (count_over_time(bursar:slice_good{ID}[5m]))"
    good = f"sum by (a) (sum_over_time(bursar:slice_good{ID}[5m]))"
    assert SLICES.judged(("a",), FIVE) == f"{samples} / 300"
    assert SLICES.bad(("a",), FIVE, judged="T") == f"T - {good} / 300"
    assert SLICES.error_ratio(("a",), FIVE, judged="T") == f"1 - {good} / ({samples} > 0)"


def test_no_window_is_shorter_than_a_slice() -> None:
    wide = replace(SLICES, slice=FIVE)
    for expression in (
        wide.judged((), MINUTE),
        wide.bad((), MINUTE, judged="T"),
        wide.error_ratio((), MINUTE, judged="T"),
    ):
        assert "[5m]" in expression
        assert "[1m]" not in expression


def test_it_is_known_how_many_slices_there_should_be() -> None:
    assert SLICES.spacing(timedelta(seconds=15)) == MINUTE
    assert SLICES.expected(timedelta(days=30)) == 43200
    assert replace(SLICES, slice=FIVE).expected(timedelta(days=30)) == 8640


@pytest.mark.parametrize(
    ("good", "value"),
    [
        ("a[{{.window}}] < 1", None),
        ("latency < 0.5", "((latency) >= -Inf) < bool (0.5)"),
        ("(latency < 0.5)", "((latency) >= -Inf) < bool (0.5)"),
        ("a / b == on (x) c", "((a / b) >= -Inf) == bool on (x) ((c) >= -Inf)"),
        ("0 <= rate(a[{{.window}}])", "(0) <= bool ((rate(a[{{.window}}])) >= -Inf)"),
        ("a > 0 and b > 0", None),
        ("a > bool 0", None),
        ("1 < bool 2", None),
        ("up", None),
    ],
)
def test_a_comparison_says_1_or_0_and_nothing_of_what_is_no_number(good: str, value: str | None) -> None:
    if value is not None:
        assert slice_value(good) == value
        return
    with pytest.raises(PromqlError):
        slice_value(good)
