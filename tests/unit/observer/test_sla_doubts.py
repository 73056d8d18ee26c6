"""What is doubtful about the books of an SLA, in the words that a user reads."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bursar.compiler.facts import Watched
from bursar.conventions import Reason
from bursar.domain.promql.selector import parse_selector
from bursar.observer.sla_books import Found
from bursar.observer.sla_doubts import data_quality
from bursar.observer.sla_readings import read
from fakes.sla_books import BURN, HEALTHY, IDENTITY, Series, books, facts, latency, recorded

Verdict = tuple[str, str, str]
WHERE = "spec.objectives[availability]"
COUNTERS = Watched(total=parse_selector("all_total"), bad=parse_selector("bad_total"))
SILENT = {name: value for name, value in HEALTHY.items() if name != "traffic"}


def quality(*groups: tuple[Series, ...], found: Found | None = None, **chosen: Any) -> Verdict:
    known = books(*groups or (recorded(),), found={} if found is None else {IDENTITY: found})
    condition = data_quality([read(facts(**chosen), IDENTITY, known)])
    return condition.status, condition.reason, condition.message


def of(readings: Mapping[str, float], burn: Mapping[str, float] = BURN, **chosen: Any) -> Verdict:
    return quality(recorded(readings, burn), **chosen)


def test_covered_windows_are_complete() -> None:
    assert quality() == ("True", Reason.COMPLETE, "all windows are covered")


@pytest.mark.parametrize(("ratio", "shown"), [(1.25, "1.25"), (-0.5, "-0.5"), (1.011, "1.011"), (-0.011, "-0.011")])
def test_a_share_outside_0_and_1_is_a_doubt(ratio: float, shown: str) -> None:
    assert of({**HEALTHY, "ratio": ratio}) == (
        "False",
        Reason.RATIO_OUT_OF_RANGE,
        f"{WHERE}.indicator: the share of bad events is {shown}; what is counted as bad or good must be a part of "
        "total, and a gauge be 0 or 1",
    )


@pytest.mark.parametrize("ratio", [0.0, 1.0, -0.01, 1.01])
def test_all_good_all_bad_and_counters_read_a_moment_apart_are_no_doubt(ratio: float) -> None:
    assert of({**HEALTHY, "ratio": ratio})[0] == "True"


@pytest.mark.parametrize(("window", "status"), [("5m", "True"), ("1h", "False"), ("6h", "False"), ("3d", "False")])
def test_a_wrong_share_shows_in_a_long_window_before_it_fills_the_whole_one(window: str, status: str) -> None:
    assert of(HEALTHY, {**BURN, window: -0.2})[0] == status


def test_a_wrong_share_of_any_group_is_a_doubt() -> None:
    wrong = recorded({**HEALTHY, "ratio": 2.0, "remaining": 0.9}, region="us")
    assert quality(recorded(region="eu"), wrong, group_by=("region",))[1] == Reason.RATIO_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"replica": "0"}, {"replica": "1"}, "replica"),
        ({"prometheus": "a", "replica": "0"}, {"prometheus": "b", "replica": "1"}, "prometheus, replica"),
        ({"cluster": "x", "replica": "0"}, {"cluster": "x", "replica": "1"}, "replica"),
        ({}, {"replica": "1"}, "replica"),
        ({"replica": "1"}, {}, "replica"),
    ],
)
def test_a_budget_that_is_recorded_twice_names_the_labels_that_tell_its_records_apart(
    first: dict[str, str], second: dict[str, str], told: str
) -> None:
    assert quality(*(recorded(HEALTHY, BURN, firing=(), **labels) for labels in (first, second))) == (
        "False",
        Reason.DUPLICATE_SERIES,
        f"{WHERE}: the budget is recorded more than once, told apart by {told}; let one server evaluate the rules, "
        "or let the querier deduplicate",
    )


def test_groups_are_no_duplicates_of_each_other() -> None:
    assert quality(recorded(region="eu"), recorded(region="us"), group_by=("region",))[0] == "True"


def test_a_group_that_is_recorded_twice_is_a_doubt() -> None:
    twice = (recorded(region="eu", replica="0"), recorded(region="eu", replica="1"))
    assert "told apart by replica; " in quality(*twice, group_by=("region",))[2]


class TestMissingBucket:
    def quality(self, *buckets: str, native: int = 0) -> Verdict:
        return quality(found=Found(buckets=buckets, native=native), watched=latency("0.25"))

    def test_is_named_with_those_that_are_there(self) -> None:
        assert self.quality("0.1", "0.3", "1") == (
            "False",
            Reason.BUCKET_MISSING,
            f'{WHERE}.indicator.latency.threshold: no bucket with le="0.25"; available: 0.1, 0.3, 1',
        )

    def test_names_fifty_others_and_counts_the_rest(self) -> None:
        assert self.quality(*map(str, range(1, 1001)))[2].endswith("49, 50, +950 more")

    def test_is_no_doubt_when_it_is_there_or_a_native_histogram_is_or_nobody_looked(self) -> None:
        assert self.quality("0.1", "0.25")[0] == "True"
        assert self.quality("0.1", native=3)[0] == "True"
        assert self.quality()[0] == "True"
        assert quality(watched=latency("0.25"))[0] == "True"


def test_more_groups_than_allowed_are_a_doubt() -> None:
    groups = [recorded(region=str(number)) for number in range(3)]
    status, reason, message = quality(*groups, group_by=("region",), max_groups=2)
    assert (status, reason) == ("False", Reason.TOO_MANY_GROUPS)
    assert f"{WHERE}.groupBy: 3 groups, more than maxGroups 2" in message
    assert quality(*groups, group_by=("region",), max_groups=3)[0] == "True"


class TestCounterBornLate:
    def quality(self, uncounted: int, readings: Mapping[str, float] = HEALTHY) -> Verdict:
        return quality(recorded(readings), found=Found(total=1, uncounted=uncounted), watched=COUNTERS)

    def test_says_how_many_events_were_not_counted(self) -> None:
        assert self.quality(858) == (
            "False",
            Reason.COUNTER_BORN_LATE,
            f"{WHERE}.indicator: 858 bad events stood in counters when they first came and could not be counted; "
            "let counters start at 0 before the first event",
        )

    def test_is_a_doubt_from_a_hundredth_of_the_budget_on(self) -> None:
        assert [self.quality(number)[0] for number in (184, 185)] == ["True", "False"]

    def test_matters_at_once_while_there_is_no_budget(self) -> None:
        assert self.quality(1, {**HEALTHY, "total": 0.0})[1] == Reason.COUNTER_BORN_LATE


@pytest.mark.parametrize(
    ("coverage", "verdict"),
    [(0.95, ("True", Reason.COMPLETE)), (0.9499, ("False", Reason.LOW_COVERAGE))],
)
def test_a_window_that_is_not_covered_makes_the_budget_provisional(coverage: float, verdict: tuple[str, str]) -> None:
    status, reason, message = of({**HEALTHY, "coverage": coverage})
    assert (status, reason) == verdict
    assert status == "True" or f"{WHERE}: the budget is provisional, 94.9 % of 30d is recorded" in message


class TestNothingIsRecorded:
    def message(self, *, found: Found | None = None, definition: str | None = "v2-", **chosen: Any) -> str:
        status, reason, message = quality(recorded(SILENT, definition=definition), found=found, **chosen)
        assert (status, reason) == ("Unknown", Reason.NO_DATA)
        assert message.startswith(f"{WHERE}: ")
        return message.removeprefix(f"{WHERE}: ")

    def test_because_there_are_no_series(self) -> None:
        assert self.message(found=Found(total=0), watched=COUNTERS) == (
            "Prometheus has no series all_total; correct the selector, or look why nothing is scraped"
        )

    def test_because_they_are_scraped_too_slowly(self) -> None:
        message = self.message(found=Found(total=3), watched=COUNTERS, base_window=timedelta(minutes=4))
        assert message == (
            "there are 3 series all_total, but not two samples of one within 4m; if that lasts, set the operator's "
            "scrapeInterval, or interval at the endpoint, to the one they are really scraped at"
        )

    def test_for_a_reason_that_nobody_knows(self) -> None:
        unknown = "no events are recorded; look whether the indicator's queries return anything"
        assert self.message() == unknown
        assert self.message(found=Found()) == unknown

    def test_because_the_rules_are_not_loaded_yet(self) -> None:
        assert self.message(found=Found(total=0), watched=COUNTERS, definition=None) == "no budget is recorded yet"

    def test_because_the_first_sums_are_yet_to_come(self) -> None:
        assert of({"traffic": 1.0}) == ("Unknown", Reason.NO_DATA, f"{WHERE}: no budget is recorded yet")


def test_the_gravest_doubt_comes_first() -> None:
    known = books(recorded({**HEALTHY, "coverage": 0.1}, objective="a"), recorded({"ratio": 2.0}, objective="b"))
    condition = data_quality([read(facts(name), ("shop", "checkout", name), known) for name in ("a", "b")])
    assert (condition.status, condition.reason) == ("False", Reason.RATIO_OUT_OF_RANGE)
    named = [part.partition(":")[0] for part in condition.message.split("; spec.")]
    assert named == ["spec.objectives[b].indicator", "objectives[a]", "objectives[b]"]
