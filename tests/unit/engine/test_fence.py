"""What a replica that does not lead may write: nothing."""

import asyncio
from math import inf

import pytest

from bursar.engine.fence import while_leading
from bursar.errors import NotLeading
from fakes.leadership import Leadership


@pytest.mark.parametrize("seconds", [5.0, inf])
async def test_a_leader_writes(seconds: float) -> None:
    written = []
    async with while_leading(Leadership(seconds)):
        written.append("it")
    assert written == ["it"]


@pytest.mark.parametrize("seconds", [0.0, -50.0, -inf])
async def test_who_does_not_lead_does_not_even_begin(seconds: float) -> None:
    written = []
    with pytest.raises(NotLeading, match="nothing is written"):
        async with while_leading(Leadership(seconds)):
            written.append("it")
    assert written == []


async def test_a_write_that_takes_too_long_is_broken_off_when_the_leadership_ends() -> None:
    with pytest.raises(NotLeading, match="broken off"):
        async with while_leading(Leadership(0.01)):
            await asyncio.Event().wait()


async def test_a_slow_write_goes_on_while_the_leadership_is_renewed() -> None:
    leadership = Leadership(0.01)
    async with while_leading(leadership):
        leadership.renew(5)
        await asyncio.sleep(0.05)


async def test_a_write_that_was_renewed_once_is_broken_off_when_it_is_not_renewed_again() -> None:
    leadership = Leadership(0.01)

    async def write() -> None:
        async with while_leading(leadership):
            leadership.renew(0.05)
            await asyncio.Event().wait()

    with pytest.raises(NotLeading, match="broken off"):
        await write()


async def test_a_write_that_takes_too_long_by_itself_is_not_called_a_loss_of_leadership() -> None:
    with pytest.raises(ValueError, match="its own"):
        async with while_leading(Leadership(5)):
            raise ValueError("its own")
