from datetime import timedelta
from typing import Any

import pytest

from bursar.preview.variables import Wanted, built_in, chosen, either, filled_in


def dashboard(**variable: Any) -> dict[str, Any]:
    return {"templating": {"list": [{"name": "region", **variable}]}}


@pytest.mark.parametrize("reference", ["$region", "${region}", "${region:regex}", "[[region]]", "[[region:csv]]"])
def test_every_way_to_write_a_variable_is_filled_in(reference: str) -> None:
    assert filled_in(f'up{{region="{reference}"}}', {"region": "eu"}) == 'up{region="eu"}'


def test_what_is_no_variable_stays() -> None:
    assert filled_in('a{code=~"5..$",b="$other"}', {"region": "eu"}) == 'a{code=~"5..$",b="$other"}'


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ({"type": "custom", "query": "eu,us"}, "eu"),
        ({"type": "custom", "query": "eu,us", "current": {"value": "us"}}, "us"),
        ({"type": "custom", "query": "eu,us", "current": {"value": ["eu", "us"]}}, "(eu|us)"),
        ({"type": "textbox", "query": "shop.*"}, "shop.*"),
        ({"type": "constant", "query": "x"}, "x"),
        ({"type": "interval", "options": [{"value": "10m"}]}, "10m"),
        ({"type": "query", "query": "label_values(up, region)", "current": {"value": "us"}, "includeAll": True}, "us"),
    ],
)
def test_a_variable_has_the_value_that_readers_see_first(variable: dict[str, Any], value: str) -> None:
    assert chosen(dashboard(**variable)) == ({"region": value}, ())


@pytest.mark.parametrize(
    ("query", "series"),
    [
        ("label_values(region)", ""),
        ("label_values(up, region)", "up"),
        ('label_values(up{job="a",env=~"b|c"}, region)', 'up{job="a",env=~"b|c"}'),
        ({"query": "label_values(up, region)", "refId": "A"}, "up"),
    ],
)
def test_the_values_of_a_label_are_asked_for(query: Any, series: str) -> None:
    for current in ({}, {"value": "$__all"}, {"value": ["$__all"]}):
        found = chosen(dashboard(type="query", query=query, current=current))
        assert found == ({}, (Wanted("region", "region", series),))


def test_several_values_are_alternatives_of_a_regular_expression() -> None:
    assert either(("eu",)) == "eu"
    assert either(("eu", "us.east")) == r"(eu|us\\.east)"


def test_a_rate_reaches_over_several_scrapes() -> None:
    fine, coarse = (built_in(timedelta(hours=6), timedelta(minutes=minutes)) for minutes in (1, 30))
    assert (fine["__rate_interval"], coarse["__rate_interval"]) == ("4m", "31m")
    assert (fine["__interval"], fine["__range"], fine["__range_s"]) == ("1m", "6h", "21600")
