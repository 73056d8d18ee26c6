"""Events from PromQL of a user, from gauges and from time slices, replayed by promtool."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bursar.conventions import SLICE_GOOD
from bursar.domain.events import Expressions, Gauge
from bursar.domain.objective import Identity
from bursar.domain.promql.selector import parse_selector
from bursar.domain.timeslices import Missing, Timeslices, slice_value
from rules.objectives import PAGING, at_most, groups, objective
from rules.promtool import Expected, assert_replay

MINUTE = timedelta(minutes=1)
FIVE = timedelta(minutes=5)
IDENTITY = Identity("shop", "checkout", "availability")
EACH_QUEUE = "sum by (queue) (rate({}_total[{{{{.window}}}}]))"
PROBE = Gauge(parse_selector("probe_success"))


def share(window: str, at: int, value: float | None, group: str = "") -> Expected:
    return Expected(f"round(sum(bursar:sli_error:ratio_{window}{{{group}}}), 0.001)", at, value)


class TestExpressions:
    BAD = Expressions(EACH_QUEUE.format("all"), EACH_QUEUE.format("bad"))
    GOOD = Expressions(EACH_QUEUE.format("all"), EACH_QUEUE.format("good"), part_is_good=True)

    @pytest.mark.parametrize(("events", "part"), [(BAD, "0+1x39"), (GOOD, "0+9x39")])
    def test_serve_every_window(self, tmp_path: Path, events: Expressions, part: str) -> None:
        name = "good_total" if events.part_is_good else "bad_total"
        series = {'all_total{queue="a"}': "0+10x39", f'{name}{{queue="a"}}': part}
        expected = [share(window, 15, 0.1) for window in ("5m", "1h", "2h", "period")]
        expected.append(Expected("round(sum(bursar:sli_total:rate), 0.001)", 15, 0.333))
        assert_replay(tmp_path, groups(objective(events=events)), series, expected)

    def test_are_divided_by_their_labels(self, tmp_path: Path) -> None:
        series = {f'all_total{{queue="{queue}"}}': "0+10x39" for queue in "ab"} | {'bad_total{queue="b"}': "0+5x39"}
        expected = [
            share(window, 15, bad, f'queue="{queue}"')
            for window in ("5m", "2h")
            for queue, bad in (("a", 0), ("b", 0.5))
        ]
        assert_replay(tmp_path, groups(objective(events=self.BAD, group_by=("queue",))), series, expected)

    def test_that_find_no_good_events_mean_that_all_are_bad(self, tmp_path: Path) -> None:
        expected = [share("5m", 15, 1), share("2h", 15, 1), Expected(PAGING, 15, 1)]
        assert_replay(tmp_path, groups(objective(events=self.GOOD)), {'all_total{queue="a"}': "0+10x39"}, expected)


class TestGauge:
    def test_is_the_share_of_samples_that_were_0(self, tmp_path: Path) -> None:
        expected = [share("5m", 20, 0.4), share("30m", 20, 0.098), share("2h", 25, 0.08)]
        expected += [Expected("round(sum(bursar:sli_total:rate), 0.001)", 20, 0.033)]
        series = {"probe_success": "1x35 0x3 1x20"}
        assert_replay(tmp_path, groups(objective(events=PROBE)), series, expected)

    def test_of_several_probes_counts_every_sample(self, tmp_path: Path) -> None:
        series = {'probe_success{instance="a"}': "1x39", 'probe_success{instance="b"}': "0x39"}
        assert_replay(tmp_path, groups(objective(events=PROBE)), series, [share("5m", 15, 0.5), share("1h", 15, 0.5)])

    def test_that_is_neither_0_nor_1_shows_as_a_negative_share(self, tmp_path: Path) -> None:
        series = {"probe_success": "3x39"}
        assert_replay(tmp_path, groups(objective(events=PROBE)), series, [share("1h", 15, -2), share("2h", 15, -2)])

    def test_without_samples_is_absent_and_never_not_a_number(self, tmp_path: Path) -> None:
        everything = 'sum({__name__=~"bursar:.+"})'
        expected = [Expected(f"{everything} != {everything}", minute, None) for minute in (19, 25, 30)]
        expected += [share("5m", 30, None), Expected("sum(bursar:sli_total:rate)", 30, None)]
        assert_replay(tmp_path, groups(objective(events=PROBE)), {"probe_success": "1x39 stale"}, expected)


LATENCY = "max by (region) (max_over_time(latency_seconds[{{.window}}])) < 0.5"


def slices_of(missing: Missing, by: tuple[str, ...] = (), length: timedelta = MINUTE) -> list[dict[str, Any]]:
    """The group of rules that records slices, alone: promtool evaluates it every minute, whatever its interval."""
    events = Timeslices(IDENTITY, slice_value(LATENCY), length, missing)
    return groups(objective(events=events, group_by=by))[:1]


def good(at: int, value: float | None, region: str = "") -> Expected:
    return Expected(f'sum({SLICE_GOOD}{{region="{region}"}})' if region else f"sum({SLICE_GOOD})", at, value)


class TestSlices:
    """Good until minute 10, bad until 20, without data until 30, then good again."""

    SERIES = "0.2x19 0.9x19 {} 0.2x20"

    @pytest.mark.parametrize("absent", ["_", "NaN"])
    @pytest.mark.parametrize(("missing", "assumed"), [(Missing.IGNORE, None), (Missing.GOOD, 1), (Missing.BAD, 0)])
    def test_without_data_count_as_the_policy_says(
        self, tmp_path: Path, absent: str, missing: Missing, assumed: float | None
    ) -> None:
        series = {'latency_seconds{region="eu"}': self.SERIES.format(" ".join([absent] * 20))}
        expected = [good(5, 1), good(15, 0), good(25, assumed), good(35, 1)]
        assert_replay(tmp_path, slices_of(missing), series, expected)

    @pytest.mark.parametrize(("missing", "assumed"), [(Missing.IGNORE, None), (Missing.GOOD, 1), (Missing.BAD, 0)])
    def test_of_a_group_are_missed_while_the_others_are_there(
        self, tmp_path: Path, missing: Missing, assumed: float | None
    ) -> None:
        series = {
            f'latency_seconds{{region="{region}"}}': values
            for region, values in (("eu", self.SERIES.format("_x20")), ("us", "0.2x80"))
        }
        expected = [good(at, value, "eu") for at, value in ((5, 1), (15, 0), (25, assumed), (35, 1))]
        expected += [good(at, 1, "us") for at in (5, 15, 25, 35)]
        assert_replay(tmp_path, slices_of(missing, ("region",)), series, expected)

    def test_that_were_never_measured_are_missed_only_where_there_are_no_groups(self, tmp_path: Path) -> None:
        for by, assumed in (((), 0), (("region",), None)):
            assert_replay(tmp_path, slices_of(Missing.BAD, by), {"unrelated": "1x20"}, [good(5, assumed)])

    def test_of_a_group_that_is_gone_for_a_day_are_not_missed_any_more(self, tmp_path: Path) -> None:
        series = {'latency_seconds{region="eu"}': "0.2x20 stale"}
        expected = [good(24 * 60, 0, "eu"), good(24 * 60 + 15, None, "eu")]
        assert_replay(tmp_path, slices_of(Missing.BAD, ("region",)), series, expected)

    def test_of_five_minutes_look_back_as_far(self, tmp_path: Path) -> None:
        series = {'latency_seconds{region="eu"}': "0.2x19 0.9 0.2x40"}
        expected = [good(9, 1), good(10, 0), good(14, 0), good(16, 1)]
        assert_replay(tmp_path, slices_of(Missing.IGNORE, length=FIVE), series, expected)

    def test_are_good_only_when_every_series_of_the_group_is(self, tmp_path: Path) -> None:
        series = {'latency_seconds{region="eu"}': "0.2x20", 'latency_seconds{region="us"}': "0.9x20"}
        expected = [good(5, 0)]
        assert_replay(tmp_path, slices_of(Missing.IGNORE), series, expected)


def recorded(outcomes: str, every: timedelta = MINUTE, labels: str = "") -> dict[str, str]:
    """Slices as they were recorded, one character each: 1, 0 or a blank for none."""
    rest = f"_x{every // timedelta(seconds=30) - 1}"
    values = " ".join(f"{outcome} {rest}".replace("  ", "_ ") for outcome in outcomes)
    identity = str(IDENTITY.series(SLICE_GOOD))
    return {f"{identity[:-1]}{labels}}}": values}


def sliced(length: timedelta = MINUTE, **chosen: Any) -> list[dict[str, Any]]:
    """All rules of an objective of slices but those that record the slices."""
    return groups(objective(events=Timeslices(IDENTITY, "", length), slow=MINUTE, **chosen))[1:]


@pytest.mark.parametrize("length", [MINUTE, FIVE])
def test_every_slice_is_one_event(tmp_path: Path, length: timedelta) -> None:
    outcomes = "1" * 9 + "00" + "1" * 9
    end = (len(outcomes) + 4) * length // MINUTE + 2
    expected = [
        Expected("round(sum(bursar:events:period_total), 0.01)", end, 20),
        Expected("round(sum(bursar:events:period_bad), 0.01)", end, 2),
        Expected(f"round(sum(bursar:coverage:ratio_period) * {timedelta(days=30) // length}, 0.01)", end, 20),
        share("period", end, 0.1),
    ]
    assert_replay(tmp_path, sliced(length), recorded(outcomes, length), expected)


def test_slices_without_data_lower_the_coverage_alone(tmp_path: Path) -> None:
    outcomes = "1" * 10 + " " * 10 + "1" * 9 + "0"
    expected = [
        Expected("round(sum(bursar:coverage:ratio_period) * 43200, 0.01)", 36, 20),
        share("period", 36, 0.05),
    ]
    assert_replay(tmp_path, sliced(), recorded(outcomes), expected)


def test_groups_of_slices_have_their_own_share_and_coverage(tmp_path: Path) -> None:
    series = recorded("1" * 30, labels=',region="eu"') | recorded("0" * 15 + " " * 15, labels=',region="us"')
    expected = [share("period", 36, 0, 'region="eu"'), share("period", 36, 1, 'region="us"')]
    covered = 'round(sum(bursar:coverage:ratio_period{{region="{}"}}) * 43200, 0.01)'
    expected += [Expected(covered.format("eu"), 36, 30), Expected(covered.format("us"), 36, 15)]
    assert_replay(tmp_path, sliced(group_by=("region",)), series, expected)


class TestOneFailureIsNoPage:
    """At these targets a single failure is more than the threshold of the first tier."""

    @pytest.mark.parametrize(("failures", "paged"), [(1, 0), (2, 1)])
    def test_of_a_probe(self, tmp_path: Path, failures: int, paged: int) -> None:
        rules = groups(objective(target="99.95", events=PROBE))
        series = {"probe_success": f"1x119 {'0 ' * failures}1x119"}
        assert_replay(tmp_path, rules, series, [at_most(PAGING, paged, until=110, within=110)])

    @pytest.mark.parametrize(("failures", "paged"), [(1, 0), (2, 1)])
    @pytest.mark.parametrize("length", [MINUTE, FIVE])
    def test_of_slices(self, tmp_path: Path, length: timedelta, failures: int, paged: int) -> None:
        before = timedelta(hours=1) // length
        series = recorded("1" * before + "0" * failures + "1" * before, length)
        assert_replay(tmp_path, sliced(length), series, [at_most(PAGING, paged, until=110, within=110)])
