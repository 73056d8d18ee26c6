"""The table of all series of a cycle."""

from typing import Any

from bursar.observer.samples import Sample
from bursar.observer.sla_series import ABSENT, SeriesTable

ONE = ("shop", "checkout", "availability")
TWO = ("shop", "checkout", "latency")
NEW = ("shop", "search", "availability")


def sample(metric: str, identity: tuple[str, str, str], value: float, **labels: str) -> Sample:
    namespace, sla, objective = identity
    own = {"__name__": metric, "namespace": namespace, "sla": sla, "objective": objective}
    return Sample({**own, **labels}, value)


def table(*answers: list[Any]) -> SeriesTable:
    filled = SeriesTable()
    for answer in answers:
        filled.add(answer)
    return filled


def test_every_objective_has_a_line_and_every_metric_a_column() -> None:
    filled = table([sample("a", ONE, 1.0), sample("a", TWO, 2.0)], [sample("b", TWO, 3.0), sample("b", NEW, 4.0)])
    assert filled.names == ("a", "b")
    assert list(filled.numbers(ONE)) == [1.0, ABSENT]
    assert list(filled.numbers(TWO)) == [2.0, 3.0]
    assert list(filled.numbers(NEW)) == [ABSENT, 4.0]
    assert list(filled.numbers(("shop", "checkout", "other"))) == [ABSENT, ABSENT]
    assert filled.series(NEW) == [("b", {}, 4.0)]


def test_metrics_may_alternate_in_one_answer() -> None:
    filled = table([sample("a", ONE, 1.0), sample("b", TWO, 2.0), sample("a", NEW, 3.0), sample("b", ONE, 4.0)])
    assert list(filled.numbers(ONE)) == [1.0, 4.0]
    assert list(filled.numbers(TWO)) == [ABSENT, 2.0]
    assert list(filled.numbers(NEW)) == [3.0, ABSENT]


def test_a_series_with_labels_of_its_own_or_a_second_one_stands_beside_the_table() -> None:
    filled = table([sample("a", ONE, 1.0), sample("a", ONE, 2.0), sample("a", ONE, 3.0, region="eu")])
    assert list(filled.numbers(ONE)) == [1.0]
    (second, third) = filled.others(ONE)
    assert second == ("a", {}, 2.0)
    assert (third[0], third[1]["region"], third[2]) == ("a", "eu", 3.0)
    assert filled.series(ONE) == [("a", {}, 1.0), second, third]


def test_whether_there_is_a_series_is_known_wherever_it_stands() -> None:
    filled = table([sample("a", ONE, 0.0), sample("b", TWO, 1.0, region="eu")])
    assert filled.has(ONE, "a")
    assert filled.has(TWO, "b")
    assert not filled.has(TWO, "a")
    assert not filled.has(ONE, "b")
    assert not filled.has(NEW, "a")


def test_series_without_an_identity_disturb_nothing() -> None:
    filled = table([Sample({"__name__": "a", "namespace": "shop"}, 1.0), Sample({}, 2.0), sample("a", ONE, 3.0)])
    assert list(filled.numbers(ONE)) == [3.0]
