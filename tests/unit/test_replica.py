"""How settings become an election."""

import time
from datetime import timedelta

import pytest

from bursar.replica import BootClock, election, waiting
from bursar.settings import Settings


async def test_who_is_alone_leads_for_ever_and_asks_nobody() -> None:
    async with election(Settings()) as alone:
        await alone.won()
        assert alone.remaining() == float("inf")
        assert alone.problem() == ""
        await alone.resign()


def test_the_time_that_decides_goes_on_while_the_machine_sleeps() -> None:
    assert BootClock().monotonic() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=1)


def test_candidates_come_at_different_times_and_never_later_than_agreed() -> None:
    waits = {waiting() for _ in range(100)}
    assert len(waits) > 50
    assert max(waits) <= 1


def test_the_times_are_those_of_client_go() -> None:
    settings = Settings()
    times = (settings.lease_duration, settings.renew_deadline, settings.retry_period)
    assert times == (timedelta(seconds=15), timedelta(seconds=10), timedelta(seconds=2))
    assert settings.leader_election is False
