import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.engine.queue import BACKLOG_SHARE, LAST_RETRY_SECONDS, Lane, WorkQueue


def new_queue(jitter: Callable[[], float] = lambda: 1.0) -> WorkQueue[str]:
    return WorkQueue(jitter=jitter)


async def test_a_key_that_is_added_twice_is_worked_on_once() -> None:
    queue = new_queue()
    queue.add("a")
    queue.add("a")
    assert await queue.get() == "a"
    queue.done("a")
    assert queue.idle


async def test_a_key_that_is_added_while_it_is_worked_on_comes_again_afterwards() -> None:
    queue = new_queue()
    queue.add("a")
    await queue.get()
    queue.add("a")
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    queue.done("a")
    assert await waiting == "a"


async def test_an_edit_overtakes_the_backlog() -> None:
    queue = new_queue()
    queue.add("old", Lane.BACKLOG)
    queue.add("edit", Lane.EDIT)
    assert [await queue.get(), await queue.get()] == ["edit", "old"]


async def test_an_edit_of_a_key_in_the_backlog_overtakes_the_backlog_and_comes_once() -> None:
    queue = new_queue()
    for key in ("a", "b"):
        queue.add(key, Lane.BACKLOG)
    queue.add("b", Lane.EDIT)
    assert [await queue.get(), await queue.get()] == ["b", "a"]
    queue.done("a")
    queue.done("b")
    assert queue.idle
    queue.add("c", Lane.BACKLOG)
    async with asyncio.timeout(2):
        assert await queue.get() == "c"


async def test_endless_edits_do_not_starve_the_backlog() -> None:
    queue = new_queue()
    queue.add("old", Lane.BACKLOG)
    taken = []
    for number in range(BACKLOG_SHARE + 1):
        queue.add(f"edit-{number}")
        taken.append(await queue.get())
    assert "old" in taken


async def test_the_back_off_doubles_and_ends_at_five_minutes_and_a_success_starts_it_anew() -> None:
    queue = new_queue()
    delays = [queue.retry("a") for _ in range(12)]
    assert delays[:4] == [0.5, 1.0, 2.0, 4.0]
    assert delays[-1] == LAST_RETRY_SECONDS
    assert queue.failures("a") == 12
    queue.forget("a")
    assert queue.retry("a") == 0.5
    queue.close()


async def test_a_server_that_asks_for_patience_gets_it() -> None:
    queue = new_queue()
    assert queue.retry("a", at_least=7.0) == 7.0
    queue.close()


async def test_of_two_appointments_the_earlier_counts() -> None:
    queue = new_queue()
    queue.add_after("a", 60.0)
    queue.add_after("a", 0.01)
    queue.add_after("a", 30.0)
    async with asyncio.timeout(2):
        assert await queue.get() == "a"


async def test_work_that_begins_cancels_the_appointment() -> None:
    queue = new_queue()
    queue.add_after("a", 0.02)
    queue.add("a")
    await queue.get()
    queue.done("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await queue.get()


@given(
    actions=st.lists(
        st.tuples(st.sampled_from(["add", "get", "done"]), st.sampled_from("abc"), st.sampled_from(Lane)), max_size=60
    )
)
def test_no_interleaving_loses_or_doubles_a_key(actions: list[tuple[str, str, Lane]]) -> None:
    async def play() -> None:
        queue = new_queue()
        wanted: set[str] = set()
        working: set[str] = set()
        for action, key, lane in actions:
            if action == "add":
                queue.add(key, lane)
                wanted.add(key)
            elif action == "get" and wanted - working:
                taken = await asyncio.wait_for(queue.get(), 1)
                assert taken in wanted
                assert taken not in working
                wanted.discard(taken)
                working.add(taken)
            elif action == "done" and key in working:
                working.discard(key)
                queue.done(key)
            assert len(queue) == len(wanted)

    asyncio.run(play())
