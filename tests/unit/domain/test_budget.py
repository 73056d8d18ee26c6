from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bursar.domain.budget import (
    budget_events,
    burn_rate,
    events_for,
    exhaustion,
    exhaustion_window,
    remaining_outage,
    shown_burn,
    shown_percent,
    shown_sli,
)

TARGET, MONTH = Decimal("99.9"), timedelta(days=30)
NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)


def test_a_burn_of_one_spends_exactly_the_budget() -> None:
    assert burn_rate(0.001, TARGET) == 1
    assert burn_rate(0.0144, TARGET) == pytest.approx(14.4)


def test_the_budget_in_events_is_rounded_down() -> None:
    assert budget_events(18423311, TARGET) == 18423


def test_so_many_events_allow_so_many_bad_ones_and_one_less_does_not() -> None:
    assert events_for(50, TARGET) == 50_000
    assert budget_events(events_for(7, Decimal("99.7")), Decimal("99.7")) == 7
    assert budget_events(events_for(7, Decimal("99.7")) - 1, Decimal("99.7")) == 6


def test_half_a_budget_at_ten_times_the_pace_lasts_a_day_and_a_half() -> None:
    assert exhaustion(Decimal(50), 10, MONTH, NOW) == NOW + timedelta(days=1, hours=12)


@pytest.mark.parametrize(
    ("left", "burn"), [("50", 1), ("50", 0.2), ("0", 5), ("-3", 5), ("50", float("nan")), ("50", float("inf"))]
)
def test_nothing_is_exhausted_that_lasts_or_is_gone(left: str, burn: float) -> None:
    assert exhaustion(Decimal(left), burn, MONTH, NOW) is None


def test_exhaustion_is_judged_by_the_window_nearest_to_an_hour() -> None:
    minutes = [timedelta(minutes=length) for length in (2, 9, 52, 206)]
    assert exhaustion_window(minutes) == timedelta(minutes=52)
    assert exhaustion_window([timedelta(minutes=70), timedelta(minutes=50)]) == timedelta(minutes=50)


def test_the_rest_of_the_budget_is_so_much_outage() -> None:
    assert remaining_outage(Decimal("41.2"), TARGET, MONTH) == timedelta(minutes=17, seconds=47)
    assert remaining_outage(Decimal(-5), TARGET, MONTH) == timedelta()


def test_what_a_status_shows_as_kept_was_kept() -> None:
    assert shown_percent(Decimal("41.29")) == "41.2"
    assert shown_percent(Decimal("-12")) == "-12"
    assert shown_percent(Decimal("-0.01")) == "-0.1"
    assert shown_sli(0.0000001) == "99.9999"
    assert shown_sli(0.000588) == "99.9412"
    assert shown_sli(0.0) == "100"


def test_a_burn_is_shown_with_one_digit() -> None:
    assert [shown_burn(burn) for burn in (6.25, 0.2, 14.0, 1e30)] == ["6.3", "0.2", "14", f"1{'0' * 30}"]
