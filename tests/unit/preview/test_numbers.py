from math import inf, nan

import pytest

from bursar.preview.numbers import shown


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (0.99668, "percentunit", 3, "99.668 %"),
        (0.0921, "percentunit", None, "9.21 %"),
        (12.0, "percent", None, "12 %"),
        (0.28, "s", None, "280 ms"),
        (0.99999, "s", None, "1 s"),
        (3960, "s", None, "1.1 hours"),
        (0, "s", None, "0 s"),
        (26_000_000, "short", None, "26 Mil"),
        (391.2, "reqps", None, "391 req/s"),
        (200_000_000, "bytes", None, "191 MiB"),
        (1.484, "suffix:x", 1, "1.5x"),
        (0.000123456, "none", None, "0.000123"),
        (-1500, "short", None, "-1.5 K"),
        (nan, "short", None, "–"),
        (inf, "s", None, "∞"),
        (3.14159, "furlongs", None, "3.14"),
    ],
)
def test_numbers_are_shown_as_grafana_shows_them(value: float, unit: str, decimals: int | None, text: str) -> None:
    assert shown(value, unit, decimals) == text
