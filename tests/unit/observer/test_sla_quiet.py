"""What may move without a look: never anything that would be written into a status."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.observer.samples import Observed
from bursar.observer.sla import changed, observe_sla, stale
from bursar.observer.sla_books import Found, SlaBooks
from bursar.observer.sla_quiet import Quiet, quiet
from fakes.sla_books import BURN, HEALTHY, IDENTITY, all_facts, books, facts, recorded, sla

KEY = Key(Kind.SLA, "shop", "checkout")
FACTS = all_facts()


def observe(now: SlaBooks, known: Any = FACTS, previous: Observed | None = None) -> Observed:
    return observe_sla(sla(), known, now, previous)


def expected(now: SlaBooks, known: Any = FACTS) -> Quiet:
    """What is expected of later books after these were written."""
    taken = quiet(KEY, known, now, observe(now, known))
    assert taken is not None
    return taken


STEADY = {**HEALTHY, "remaining": 0.4125, "coverage": 0.9985}


def read(readings: Mapping[str, float] = STEADY, burn: Mapping[str, float] = BURN, **chosen: Any) -> SlaBooks:
    return books(recorded(readings, burn, **chosen))


QUIET = expected(read())


def test_readings_that_stand_still_are_quiet() -> None:
    assert QUIET.holds(FACTS, read())


@pytest.mark.parametrize(
    ("metric", "value"),
    [("remaining", 0.4129), ("coverage", 0.9989), ("total", 3.0e7), ("bad", 1.0), ("traffic", 90.0), ("ratio", 0.4)],
)
def test_what_is_shown_as_the_same_or_is_no_news_may_move(metric: str, value: float) -> None:
    assert QUIET.holds(FACTS, read({**STEADY, metric: value}))


@pytest.mark.parametrize(
    ("metric", "value"), [("remaining", 0.413), ("remaining", -0.1), ("coverage", 0.949), ("ratio", 1.5), ("low", 3.0)]
)
def test_what_may_be_news_is_looked_at(metric: str, value: float) -> None:
    assert not QUIET.holds(FACTS, read({**STEADY, metric: value}))


@pytest.mark.parametrize(("rate", "still"), [(0.0069, True), (0.0070, False), (0.0057, True), (0.0056, False)])
def test_a_burn_rate_may_move_by_a_tenth(rate: float, still: bool) -> None:
    assert QUIET.holds(FACTS, read(burn={**BURN, "1h": rate})) is still


@pytest.mark.parametrize(
    "other",
    [
        read(firing=("ErrorBudgetBurnTicket",)),
        read(definition="v3-"),
        read(definition=None),
        read({name: value for name, value in STEADY.items() if name != "traffic"}),
        read(burn={}),
        read(burn={**BURN, "1d": 0.001}),
        books(recorded(STEADY), recorded(STEADY, replica="1")),
        books(recorded(STEADY), found={IDENTITY: Found(total=0)}),
        books(),
    ],
    ids=["alert", "definition", "not loaded", "no traffic", "no burn", "more burn", "replica", "found", "nothing"],
)
def test_what_comes_or_goes_is_looked_at(other: SlaBooks) -> None:
    assert not QUIET.holds(FACTS, other)


def test_where_little_may_be_left_budget_and_coverage_may_not_move_at_all() -> None:
    guarded = all_facts(facts(risk_below=Decimal("41.34")))
    assert not expected(read(), guarded).holds(guarded, read({**STEADY, "remaining": 0.4126}))


def test_with_bad_events_that_were_not_counted_the_number_of_all_is_looked_at() -> None:
    found = {IDENTITY: Found(uncounted=3)}
    doubted = expected(books(recorded(STEADY), found=found))
    assert doubted.holds(FACTS, books(recorded(STEADY), found=found))
    assert not doubted.holds(FACTS, books(recorded({**STEADY, "total": 1.0e5}), found=found))


def test_a_share_of_bad_events_that_grows_beyond_all_is_looked_at() -> None:
    assert not expected(read(burn={**BURN, "1h": 0.95})).holds(FACTS, read(burn={**BURN, "1h": 1.02}))


def test_what_came_is_quiet_once_it_was_written() -> None:
    burning = read(firing=("ErrorBudgetBurnTicket",))
    assert expected(burning).holds(FACTS, read(firing=("ErrorBudgetBurnTicket",)))


def test_an_sla_that_was_compiled_anew_is_looked_at() -> None:
    assert not QUIET.holds(all_facts(), read())


def test_groups_are_always_looked_at() -> None:
    known, now = all_facts(facts(group_by=("region",))), books(recorded(region="eu"))
    assert quiet(KEY, known, now, observe(now, known)) is None


def test_a_status_that_is_not_fresh_is_always_looked_at() -> None:
    assert quiet(KEY, FACTS, read(), stale(observe(read()), "refused")) is None


MOVES = st.sampled_from((0.0, 1e-9, 1e-5, 3e-4, 0.001, 0.003, 0.01, 0.1, 0.5))
LEVELS: Mapping[str, st.SearchStrategy[float]] = {
    "ratio": st.floats(-0.02, 1.02),
    "remaining": st.one_of(st.floats(-0.5, 1.0), st.integers(-10, 1000).map(lambda tenths: tenths / 1000)),
    "total": st.floats(0, 1e7),
    "bad": st.floats(0, 1e4),
    "coverage": st.one_of(st.floats(0.9, 1.0), st.integers(940, 1000).map(lambda tenths: tenths / 1000)),
    "traffic": st.floats(0, 100),
    "low": st.floats(0, 20),
}
BURNS = st.fixed_dictionaries(
    {}, optional={window: st.one_of(st.floats(0, 0.02), st.floats(0, 1.05)) for window in BURN}
)
READINGS = st.fixed_dictionaries({}, optional=dict(LEVELS))


@st.composite
def moved(draw: st.DrawFn, readings: dict[str, float]) -> dict[str, float]:
    """The same readings a moment later."""
    sign = st.sampled_from((-1.0, 1.0))
    scale = {"total": 1e7, "bad": 1e4, "traffic": 100.0, "low": 20.0}
    return {
        name: value + draw(sign) * draw(MOVES) * scale.get(name, 1.0) if draw(st.booleans()) else value
        for name, value in readings.items()
    }


@given(st.data())
def test_nothing_that_is_quiet_would_have_been_written(data: st.DataObject) -> None:
    known = all_facts(facts(risk_below=data.draw(st.sampled_from((None, Decimal(25), Decimal(50))))))
    found = {IDENTITY: data.draw(st.builds(Found, total=st.just(3), uncounted=st.sampled_from((0, 3))))}
    readings, burn = data.draw(READINGS), data.draw(BURNS)
    written = observe(books(recorded(readings, burn), found=found), known)
    readings, burn = data.draw(moved(readings)), data.draw(moved(burn))
    compared = books(recorded(readings, burn), found=found)
    assume(not changed(written, observe(compared, known, written)))
    taken = quiet(KEY, known, compared, written)
    assert taken is not None
    later = books(recorded(data.draw(moved(readings)), data.draw(moved(burn))), found=found)
    assert not (taken.holds(known, later) and changed(written, observe(later, known, written)))
