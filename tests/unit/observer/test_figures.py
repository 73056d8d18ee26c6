from datetime import UTC, datetime, timedelta, timezone

import pytest

from bursar.observer.figures import sensible, time_text


@pytest.mark.parametrize("value", [0.0, -1.3, 1e9])
def test_a_number_is_a_reading(value: float) -> None:
    assert sensible(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 1e300, -1e300])
def test_garbage_is_no_reading(value: float) -> None:
    assert not sensible(value)


def test_a_time_is_printed_in_utc_to_the_second() -> None:
    moment = datetime(2026, 11, 21, 7, 0, 0, 999_999, tzinfo=UTC)
    assert time_text(moment) == "2026-11-21T07:00:00Z"
    assert time_text(moment.astimezone(timezone(timedelta(hours=2)))) == "2026-11-21T07:00:00Z"
