import pytest

from bursar.domain.units import is_unit, known_unit


@pytest.mark.parametrize("unit", ["reqps", "percentunit", "s", "suffix: orders", "currency:CHF", "si:mW"])
def test_units_of_grafana_and_of_ones_own_are_accepted(unit: str) -> None:
    assert known_unit(unit) == unit


@pytest.mark.parametrize("unit", ["", "seconds", "suffix:", "Percent"])
def test_others_are_not(unit: str) -> None:
    assert not is_unit(unit)


def test_the_advice_names_units_that_are_spelled_alike() -> None:
    with pytest.raises(ValueError, match="Grafana has no unit precent; did you mean percent"):
        known_unit("precent")
    with pytest.raises(ValueError, match='write one of your own as "suffix: orders"'):
        known_unit("XYZZY")
