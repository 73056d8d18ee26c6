"""What an SLA reads is looked for now and then, and what was found is remembered."""

from datetime import timedelta

import pytest

from bursar.compiler.facts import Watched
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.promql.selector import parse_selector
from bursar.surveys.asking import INCOMPLETE_INTERVAL
from bursar.surveys.sla import UNCOUNTED_KEPT, Memory, SlaObserver
from fakes.acknowledged import NOBODY
from fakes.answers import answer
from fakes.asked import FakeBooks
from fakes.cluster import FakeClock
from fakes.sla_books import all_facts, facts, latency

INTERVAL = timedelta(minutes=5)
KEY = Key(Kind.SLA, "shop", "checkout")
COUNTERS = Watched(total=parse_selector("all_total"), bad=parse_selector("bad_total"))
OF_COUNTERS = {KEY: all_facts(facts(watched=COUNTERS))}
HERE = "shop/checkout/availability"


async def test_buckets_are_looked_for_again_soon_when_none_was_found_and_rarely_when_they_were() -> None:
    books, clock = FakeBooks(), FakeClock()
    observer = SlaObserver(clock, INTERVAL, NOBODY)
    resources = {KEY: all_facts(facts(watched=latency("0.3")))}

    async def looks() -> int:
        books.asked.clear()
        await observer.survey(books, resources)
        return sum("label_replace" in query for query in books.asked)

    assert await looks() == 1
    assert await looks() == 0
    books.answers["label_replace"] = answer(({"bursar_check": "shop/checkout/availability/buckets", "le": "0.3"}, 1.0))
    clock.elapsed += INCOMPLETE_INTERVAL.total_seconds()
    assert await looks() == 1
    clock.elapsed += INCOMPLETE_INTERVAL.total_seconds()
    assert await looks() == 0
    clock.elapsed += INTERVAL.total_seconds()
    assert await looks() == 1


@pytest.mark.parametrize(("interval", "within"), [(INTERVAL, "10m"), (timedelta(minutes=1), "5m")])
async def test_counters_are_new_for_two_looks_at_them(interval: timedelta, within: str) -> None:
    books = FakeBooks()
    await SlaObserver(FakeClock(), interval, NOBODY).survey(books, OF_COUNTERS)
    (question,) = (query for query in books.asked if "label_replace" in query)
    assert f"sum(min_over_time(bad_total[{within}]) unless " in question


async def test_that_a_counter_came_with_events_is_known_for_a_day() -> None:
    books, clock = FakeBooks(), FakeClock()
    observer = SlaObserver(clock, INTERVAL, NOBODY)

    async def uncounted(held: float | None) -> int:
        found = [({"bursar_check": f"{HERE}/total"}, 3.0)]
        found += [({"bursar_check": f"{HERE}/born"}, held)] if held is not None else []
        books.answers["label_replace"] = answer(*found)
        clock.elapsed += INTERVAL.total_seconds()
        survey = await observer.survey(books, OF_COUNTERS)
        return survey.books.found["shop", "checkout", "availability"].uncounted

    assert [await uncounted(held) for held in (None, 17.0, 3.0, None)] == [0, 17, 17, 17]
    clock.elapsed += UNCOUNTED_KEPT.total_seconds()
    assert await uncounted(None) == 0


def test_a_memory_keeps_the_greatest_number_and_renews_it_when_it_comes_again() -> None:
    clock = FakeClock()
    memory = Memory(clock, timedelta(hours=1))
    ours, other = ("shop", "checkout", "a"), ("shop", "checkout", "b")
    assert [memory.most(ours, number) for number in (0, 5, 2)] == [0, 5, 5]
    assert memory.most(other, 1) == 1
    clock.elapsed += 3000
    assert memory.most(ours, 5) == 5
    clock.elapsed += 3000
    assert (memory.most(ours, 2), memory.most(other, 0)) == (5, 0)
    clock.elapsed += 601
    assert memory.most(ours, 2) == 2
