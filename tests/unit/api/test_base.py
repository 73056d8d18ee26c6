from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bursar.api.base import ExactNumber, IntOrString, Model, PromDuration, VectorSelector
from bursar.domain.promql.selector import parse_selector


@pytest.mark.parametrize(
    ("typed", "exact"),
    [(99.9, "99.9"), (99, "99"), (99.999, "99.999"), (0.1, "0.1"), (Decimal("99.95"), "99.95")],
)
def test_a_number_is_the_decimal_that_was_typed(typed: Any, exact: str) -> None:
    assert TypeAdapter(ExactNumber).validate_python(typed) == Decimal(exact)


@pytest.mark.parametrize("typed", ["30d", timedelta(days=30)])
def test_a_duration_is_read_and_printed(typed: Any) -> None:
    adapter = TypeAdapter[timedelta](PromDuration)
    assert adapter.validate_python(typed) == timedelta(days=30)
    assert adapter.dump_python(timedelta(days=30)) == "30d"


@pytest.mark.parametrize("typed", ['up{job="a"}', parse_selector('up{job="a"}')])
def test_a_selector_is_read_and_printed(typed: Any) -> None:
    class Thing(Model):
        selector: VectorSelector

    assert Thing(selector=typed).model_dump() == {"selector": 'up{job="a"}'}


@pytest.mark.parametrize("typed", [8080, "http"])
def test_a_port_is_a_number_or_a_name(typed: Any) -> None:
    assert TypeAdapter[Any](IntOrString).validate_python(typed) == typed


def test_a_model_is_immutable() -> None:
    class Thing(Model):
        long_name: str

    thing = Thing.model_validate({"longName": "a"})
    with pytest.raises(ValidationError, match="frozen"):
        thing.long_name = "b"  # type: ignore[misc]
