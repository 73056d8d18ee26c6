import pytest

from bursar.api.base import Model
from bursar.api.rules import Rule, at_most_one, exactly_one


class Choice(Model):
    first_way: str | None = None
    second: str | None = None


ONE = exactly_one("first_way", "second")


def test_a_rule_returns_what_it_accepts() -> None:
    assert Rule("self > 1", lambda value: value > 1, "use more").check(2) == 2


def test_a_rule_refuses_with_its_message() -> None:
    with pytest.raises(ValueError, match=r"^use more$"):
        Rule("self > 1", lambda value: value > 1, "use more").check(1)


def test_the_names_in_a_choice_are_those_of_yaml() -> None:
    assert ONE.message == "set exactly one of firstWay, second"
    assert "has(self.firstWay)" in ONE.cel


@pytest.mark.parametrize(
    ("chosen", "accepted"),
    [
        ({}, False),
        ({"second": "b"}, True),
        ({"second": None}, False),
        ({"firstWay": "a", "second": "b"}, False),
        ({"firstWay": "a", "second": None}, False),
    ],
)
def test_exactly_one_counts_a_null_as_a_choice_that_says_nothing(chosen: dict[str, str], accepted: bool) -> None:
    assert ONE.holds(Choice.model_validate(chosen)) is accepted


@pytest.mark.parametrize(
    ("chosen", "accepted"), [({}, True), ({"second": "b"}, True), ({"firstWay": "a", "second": "b"}, False)]
)
def test_at_most_one_accepts_none(chosen: dict[str, str], accepted: bool) -> None:
    assert at_most_one("first_way", "second").holds(Choice.model_validate(chosen)) is accepted
