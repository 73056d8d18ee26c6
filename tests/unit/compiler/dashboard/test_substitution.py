import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.compiler.dashboard.substitution import references, substituted
from bursar.domain.promql.expression import parse


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('rate(x_total{region=~"$region"}[$__rate_interval])', {}),
        ('rate(x_total{region=~"${region:regex}|[[zone]]"}[${window}])', {}),
        ("increase(x_total[$__range:$__interval]) / $__range_s", {}),
        ("topk($most, x) > $limit", {"most": "5", "limit": "0.9"}),
        ("max_over_time(x[$window]) - $window", {"window": "10m"}),
        ("http_${kind}_total offset $shift", {}),
        ("$metric", {}),
    ],
)
def test_a_query_with_variables_is_one_that_parses(text: str, values: dict[str, str]) -> None:
    assert parse(substituted(text, values))


def test_what_is_no_variable_stays() -> None:
    text = """label_replace(x{a=~"^foo$|5..$"}, "b", "$1-${2}", "c", "(.*)-(.*)")"""
    assert substituted(text, {}) == text


def test_a_mistake_is_found_where_the_user_wrote_it() -> None:
    text = 'sum(rate(x_total{region="$region"}[$__rate_interval]) oops'
    assert substituted(text, {}).index("oops") == text.index("oops")


def test_the_names_are_those_of_the_user() -> None:
    text = "$a + ${b:csv} + [[c]] + $__interval + ${__from:date}"
    assert list(references(text)) == ["a", "b", "c"]


@given(st.text(alphabet="ab$_{}[]:\"'`\\ (", max_size=40))
def test_the_length_never_changes(text: str) -> None:
    assert len(substituted(text, {})) == len(text)
