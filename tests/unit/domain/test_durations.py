from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("30d", "30d"),
        ("90s", "1m30s"),
        ("36h", "1d12h"),
        ("1h30m", "1h30m"),
        ("1w", "7d"),
        ("1y", "365d"),
        ("1500ms", "1s500ms"),
        ("0s", "0s"),
        ("1d2h3m4s5ms", "1d2h3m4s5ms"),
    ],
)
def test_a_duration_is_printed_largest_unit_first(text: str, canonical: str) -> None:
    assert format_duration(parse_duration(text)) == canonical


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=36500)))
def test_what_is_printed_is_read_back(length: timedelta) -> None:
    whole = length - length % timedelta(milliseconds=1)
    assert parse_duration(format_duration(whole)) == whole


@pytest.mark.parametrize("text", ["", "5 minutes", "1m1h", "5", "-5m", "1.5h", "m", "5M", "٣m", "5m\n", "1d" * 20])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration; write whole numbers .* such as 30s, 5m, 1h30m or 30d"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36501d", "101y", "9" * 31 + "d"])
def test_a_duration_longer_than_a_century_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is too long; the longest duration is 36500d"):
        parse_duration(text)


@pytest.mark.parametrize("length", [timedelta(seconds=-1), timedelta(microseconds=1)])
def test_a_length_that_prometheus_cannot_express_is_a_defect_of_the_caller(length: timedelta) -> None:
    with pytest.raises(ValueError, match="is not a whole, non-negative number of milliseconds"):
        format_duration(length)
