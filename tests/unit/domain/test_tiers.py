from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.durations import parse_duration
from bursar.domain.tiers import (
    HIGHEST_THRESHOLD,
    Sampling,
    Tier,
    TierKind,
    TierOverride,
    Tiers,
    derive_tiers,
    error_budget,
)

SAMPLING = Sampling(scrape=timedelta(seconds=30), evaluation=timedelta(minutes=1))
SECOND = Sampling(scrape=timedelta(seconds=1), evaluation=timedelta(seconds=1))


def derived(target: str, days: float, sampling: Sampling = SAMPLING) -> Tiers:
    return derive_tiers(target=Decimal(target), window=timedelta(days=days), sampling=sampling)


def shown(tiers: tuple[Tier, ...]) -> list[str]:
    return [f"{float(tier.factor):.4g} {tier} {float(tier.share):.1%}" for tier in tiers]


def test_thirty_days_and_a_high_target_are_the_workbooks_tiers() -> None:
    for target in ("95", "99", "99.9"):
        tiers = derived(target, 30)
        assert shown(tiers.page) == ["14.4 1h/5m 2.0%", "6 6h/30m 5.0%"]
        assert shown(tiers.ticket) == ["3 1d/2h 10.0%", "1 3d/6h 10.0%"]
        assert tiers.dropped == ()


def test_seven_days_keep_the_windows_and_damp_the_factors_between() -> None:
    tiers = derived("99", 7)
    assert shown(tiers.page) == ["14.4 1h/5m 8.6%", "2.9 6h/30m 10.4%"]
    assert shown(tiers.ticket) == ["1.45 1d/2h 20.7%", "1 3d/6h 42.9%"]


def test_ninety_days_stretch_the_tickets_alone() -> None:
    tiers = derived("99.9", 90)
    assert shown(tiers.page) == ["14.4 1h/5m 0.7%", "6 6h/30m 1.7%"]
    assert shown(tiers.ticket) == ["3 3d/6h 10.0%", "1 9d/18h 10.0%"]


def test_one_day_shrinks_every_window_to_whole_minutes() -> None:
    assert [str(tier) for tier in derived("95", 1).page] == ["9m/2m", "52m/4m20s"]


def test_a_low_target_stretches_the_first_tier_until_an_outage_reaches_it() -> None:
    first = derived("90", 30).page[0]
    assert (str(first), first.factor, first.threshold) == ("1h48m/9m", Decimal(8), HIGHEST_THRESHOLD)
    assert first.time_to_fire == timedelta(minutes=86, seconds=24)


def test_a_tier_that_burns_like_the_shorter_one_is_dropped() -> None:
    tiers = derived("80", 30)
    assert shown(tiers.page) == ["4 3h36m/18m 2.0%"]
    assert [dropped.reason for dropped in tiers.dropped] == ["3h36m/18m fires at the same burn rate, and earlier"]


def test_thresholds_are_exact() -> None:
    assert [str(tier.threshold.normalize()) for tier in derived("99.95", 30).page] == ["0.0072", "0.003"]


def test_a_budget_of_a_few_evaluations_keeps_its_pages_and_says_what_one_evaluation_costs() -> None:
    tiers = derived("99.99", 30)
    assert shown(tiers.of(TierKind.PAGE)) == ["14.4 1h/5m 2.0%", "6 6h/30m 5.0%"]
    assert tiers.of(TierKind.TICKET) == tiers.ticket
    assert tiers.smallest_outage == timedelta(minutes=1)
    assert (tiers.coarse, tiers.spent, tiers.dropped) == (True, Decimal("0.23"), ())


@pytest.mark.parametrize(
    ("target", "days", "sampling", "coarse"),
    [
        ("99.9", 30, SAMPLING, False),
        ("99.9", 1, SAMPLING, True),
        ("99.9", 1, SECOND, False),
        ("99.977", 30, SAMPLING, True),
        ("99.976", 30, SAMPLING, False),
    ],
)
def test_a_budget_of_ten_evaluations_is_fine_enough(target: str, days: int, sampling: Sampling, coarse: bool) -> None:
    assert derived(target, days, sampling).coarse is coarse


def test_an_outage_as_long_as_the_budget_spends_all_of_it() -> None:
    assert derived("99.99999", 30).spent == Decimal("231.48")


def test_the_smallest_outage_fills_the_quickest_tier() -> None:
    assert derived("99", 30).smallest_outage == timedelta(minutes=8, seconds=38.4)


def test_a_slow_scrape_drops_the_tiers_that_it_cannot_fill() -> None:
    tiers = derived("99", 1, Sampling(scrape=timedelta(minutes=5), evaluation=timedelta(minutes=1)))
    assert [str(tier) for tier in tiers.page] == ["52m/20m"]
    assert "9m is not above 20m, the shortest window" in tiers.dropped[0].reason


def test_a_very_slow_scrape_leaves_no_tier_and_the_scrape_is_what_can_be_seen() -> None:
    tiers = derived("99", 1, Sampling(scrape=timedelta(hours=3), evaluation=timedelta(minutes=1)))
    assert tiers.page + tiers.ticket == ()
    assert tiers.smallest_outage == timedelta(hours=3)


def test_a_tier_longer_than_the_objective_is_dropped() -> None:
    dropped = derive_tiers(target=Decimal(50), window=timedelta(seconds=30), sampling=SECOND).dropped
    assert dropped[0].reason == "its long window 1m exceeds the objective's 30s"


def test_a_tier_that_needs_the_whole_budget_is_dropped() -> None:
    dropped = derive_tiers(target=Decimal(95), window=timedelta(minutes=5), sampling=SECOND).dropped
    assert dropped[0].reason == "the whole budget would be gone before 1m/5s fires"


def overridden(*overrides: TierOverride, target: str = "99.9", days: float = 30) -> Tiers:
    return derive_tiers(target=Decimal(target), window=timedelta(days=days), sampling=SAMPLING, overrides=overrides)


def page(factor: float, long: str, short: str | None = None) -> TierOverride:
    length = None if short is None else parse_duration(short)
    return TierOverride(TierKind.PAGE, Decimal(str(factor)), parse_duration(long), length)


class TestOverrides:
    def test_replace_all_tiers_of_their_kind_alone(self) -> None:
        tiers = overridden(page(10, "2h"))
        assert shown(tiers.page) == ["10 2h/10m 2.8%"]
        assert tiers.ticket == derived("99.9", 30).ticket
        assert tiers.dropped == ()
        only = overridden(TierOverride(TierKind.TICKET, Decimal(2), timedelta(days=2)))
        assert (only.page, shown(only.ticket)) == (derived("99.9", 30).page, ["2 2d/4h 13.3%"])

    def test_are_sorted_by_their_long_windows_and_keep_their_short_ones(self) -> None:
        tiers = overridden(page(4.5, "4h"), page(20, "30m", "3m"), page(1.5, "2d"))
        assert shown(tiers.page) == ["20 30m/3m 1.4%", "4.5 4h/20m 2.5%", "1.5 2d/4h 10.0%"]
        assert (str(tiers.fastest), tiers.smallest_outage) == ("30m/3m", timedelta(minutes=1))

    def test_are_never_stretched(self) -> None:
        (tier,) = overridden(page(9.5, "1h"), target="90").page
        assert (tier.factor, tier.threshold, tier.long) == (Decimal("9.5"), Decimal("0.95"), timedelta(hours=1))

    def test_without_a_short_window_get_a_twelfth_or_what_the_intervals_allow(self) -> None:
        assert [str(tier) for tier in overridden(page(9, "10m"), page(3, "2h")).page] == ["10m/2m", "2h/10m"]

    @pytest.mark.parametrize(
        ("override", "reason"),
        [
            (page(2, "31d"), "its long window 31d exceeds the objective's 30d"),
            (page(1000, "1h"), "not even a total outage burns 1000 times the budget; use a smaller factor"),
            (page(1, "30d"), "the whole budget would be gone before 30d/2d12h fires"),
            (
                page(10, "1h", "1m"),
                "its short window 1m is below 2m, the shortest that the intervals allow; make it longer",
            ),
            (
                page(10, "1h", "1h"),
                "its long window 1h is not above its short one 1h; make it longer",
            ),
            (
                page(10, "2m"),
                "its long window 2m is not above 2m, the shortest window that the scrape and evaluation intervals "
                "allow; make them shorter",
            ),
        ],
    )
    def test_are_dropped_like_others_and_leave_the_first_derived_tier_to_the_status(
        self, override: TierOverride, reason: str
    ) -> None:
        tiers = overridden(override)
        assert (tiers.page, [dropped.reason for dropped in tiers.dropped]) == ((), [reason])
        assert tiers.fastest == derived("99.9", 30).page[0]

    def test_a_longer_tier_must_burn_more_slowly(self) -> None:
        tiers = overridden(page(10, "1h"), page(10, "6h"))
        assert [dropped.reason for dropped in tiers.dropped] == ["1h/5m fires at the same burn rate, and earlier"]


@given(
    target=st.decimals(min_value="0.1", max_value="99.9999", places=4),
    hours=st.integers(min_value=24, max_value=24 * 400),
    scrape=st.integers(min_value=1, max_value=600),
    evaluation=st.integers(min_value=1, max_value=600),
)
def test_every_tier_that_is_kept_can_fire_in_time(target: Decimal, hours: int, scrape: int, evaluation: int) -> None:
    window = timedelta(hours=hours)
    sampling = Sampling(scrape=timedelta(seconds=scrape), evaluation=timedelta(seconds=evaluation))
    tiers = derive_tiers(target=target, window=window, sampling=sampling)
    for kept in (tiers.page, tiers.ticket):
        assert all(longer.factor < shorter.factor for shorter, longer in pairwise(kept))
        for tier in kept:
            assert sampling.shortest_window <= tier.short < tier.long <= window
            assert 0 < tier.threshold <= HIGHEST_THRESHOLD
            assert 0 < tier.share < 1
            assert abs(tier.threshold / error_budget(target) - tier.factor) < Decimal("1e-20")
    assert len(tiers.page) + len(tiers.ticket) + len(tiers.dropped) == 4


def test_a_tier_fires_when_its_long_window_holds_enough_bad_events() -> None:
    first = derived("99.9", 30).page[0]
    assert first.fires_after(Decimal(1)) == first.time_to_fire == timedelta(seconds=51.84)
    assert first.fires_after(Decimal("0.1")) == timedelta(seconds=518.4)


def test_a_tier_never_fires_at_its_threshold_or_below() -> None:
    first = derived("99.9", 30).page[0]
    assert first.fires_after(first.threshold) is None
    assert first.fires_after(first.threshold / 2) is None


def test_a_tier_clears_when_its_short_window_has_forgotten_enough() -> None:
    first = derived("99.9", 30).page[0]
    assert first.time_to_clear == timedelta(minutes=5) * (1 - 0.0144)
