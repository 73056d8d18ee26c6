from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.decimals import plain, rounded


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0.001", "0.001"),
        ("1E+1", "10"),
        ("1E-7", "0.0000001"),
        ("2.50", "2.5"),
        ("-0.0", "0"),
        ("100", "100"),
        ("-130", "-130"),
    ],
)
def test_a_number_is_printed_as_people_write_it(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_printing_loses_nothing(number: Decimal) -> None:
    assert Decimal(plain(number)) == number


def test_rounding_keeps_at_most_the_places_asked_for() -> None:
    assert rounded(Decimal("2.8983"), 2) == Decimal("2.90")
    assert rounded(Decimal("-0.01"), 1, rounding=ROUND_FLOOR) == Decimal("-0.1")


def test_a_number_too_large_for_its_places_stays_as_it_is() -> None:
    assert rounded(Decimal("1.5E+40"), 4) == Decimal("1.5E+40")
