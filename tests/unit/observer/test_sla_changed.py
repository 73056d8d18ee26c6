from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bursar.observer.samples import Observed
from bursar.observer.sla import changed, observe_sla, stale
from fakes.answers import AT
from fakes.sla_books import BURN, HEALTHY, all_facts, books, facts, recorded, sla


def seen(readings: Mapping[str, float] = HEALTHY, burn: Mapping[str, float] = BURN, **chosen: Any) -> Observed:
    return observe_sla(sla(), all_facts(), books(recorded(readings, burn, **chosen)), None)


def divided(**lefts: float) -> Observed:
    groups = [recorded({**HEALTHY, "remaining": left}, region=region) for region, left in lefts.items()]
    return observe_sla(sla(), all_facts(facts(group_by=("region",))), books(*groups), None)


BEFORE = seen()


def test_time_and_counts_alone_are_no_news() -> None:
    later = books(recorded({**HEALTHY, "total": 18423999.0, "bad": 10834.0}), at=AT + timedelta(minutes=50))
    assert not changed(BEFORE, observe_sla(sla(), all_facts(), later, BEFORE))


@pytest.mark.parametrize(("left", "news"), [(0.4129, False), (0.413, True), (0.411, True)])
def test_a_tenth_of_a_point_of_budget_is_news(left: float, news: bool) -> None:
    assert changed(BEFORE, seen({**HEALTHY, "remaining": left})) is news


@pytest.mark.parametrize(("coverage", "news"), [(0.989, False), (0.988, True)])
def test_a_point_of_coverage_is_news(coverage: float, news: bool) -> None:
    assert changed(BEFORE, seen({**HEALTHY, "coverage": coverage})) is news


@pytest.mark.parametrize(("rate", "news"), [(0.0069, False), (0.0070, True), (0.0057, False), (0.0056, True)])
def test_a_tenth_of_a_burn_rate_is_news(rate: float, news: bool) -> None:
    assert changed(BEFORE, seen(burn={**BURN, "1h": rate})) is news


@pytest.mark.parametrize(("rate", "news"), [(0.0003, False), (0.0004, True), (0.0001, False), (0.0, True)])
def test_a_small_burn_rate_must_move_by_more_than_a_tenth(rate: float, news: bool) -> None:
    assert changed(BEFORE, seen(burn={**BURN, "5m": rate})) is news


def test_a_window_that_comes_or_goes_is_news() -> None:
    fewer = seen(burn={"1h": BURN["1h"]})
    assert changed(BEFORE, fewer)
    assert changed(fewer, BEFORE)


def test_a_budget_that_comes_or_goes_is_news() -> None:
    without = {name: value for name, value in HEALTHY.items() if name not in ("remaining", "ratio")}
    assert changed(BEFORE, seen({**without, "remaining": 0.412})) is False
    young = seen({**without, "coverage": 0.998})
    assert changed(BEFORE, young)
    assert changed(young, BEFORE)


def test_an_alert_is_news() -> None:
    assert changed(BEFORE, seen(firing=("ErrorBudgetBurnTicket",)))
    assert changed(seen(firing=("ErrorBudgetBurnTicket",)), seen(firing=("ErrorBudgetBurnPage",)))


def test_a_condition_is_news_and_its_wording_is_not() -> None:
    assert changed(BEFORE, stale(BEFORE, "refused"))
    assert not changed(stale(BEFORE, "refused"), stale(BEFORE, "timed out"))
    assert changed(stale(None, "refused"), BEFORE)


def test_another_objective_is_news() -> None:
    both = observe_sla(
        sla("availability", "more"),
        all_facts(facts(), facts("more")),
        books(recorded(), recorded(objective="more")),
        None,
    )
    assert changed(BEFORE, both)
    assert changed(both, BEFORE)


def test_another_target_is_news() -> None:
    other = observe_sla(sla(), all_facts(facts(target="99.8")), books(recorded()), None)
    assert changed(BEFORE, other)


def test_groups_are_news_when_they_come_or_go_or_lose_a_point() -> None:
    before = divided(eu=0.5, us=0.9)
    assert not changed(before, divided(eu=0.5, us=0.895))
    assert changed(before, divided(eu=0.5, us=0.89))
    assert changed(before, divided(eu=0.5))
    assert changed(before, divided(eu=0.5, us=0.9, ap=0.9))


@pytest.mark.parametrize("nonsense", ["plenty", "NaN", "Infinity", "1e999999", ""])
def test_a_number_that_somebody_wrote_into_the_status_is_news(nonsense: str) -> None:
    row = dict(BEFORE.fields["objectives"][0])
    for meddled in (
        {"budget": {"remaining": nonsense}},
        {"burn": [{**burn, "rate": nonsense} for burn in row["burn"]]},
    ):
        before = Observed({**BEFORE.fields, "objectives": [{**row, **meddled}]}, BEFORE.conditions)
        assert changed(before, BEFORE)
