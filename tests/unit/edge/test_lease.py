"""An election over a Lease in memory: who leads when, whatever clocks, answers and processes do."""

import asyncio
import copy
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.edge.lease import Candidacy, LeaseElection
from bursar.errors import Conflict, NotLeading, Unavailable

LEASE, RENEW, RETRY = 15.0, 10.0, 2.0


@dataclass
class Time:
    """The one time that there is."""

    now: float = 0.0


@dataclass
class SkewedClock:
    """A machine's clocks: `started` is when its monotonic one began, `wrong` by how much its wall clock is off."""

    time: Time
    started: float = 0.0
    wrong: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=self.time.now + self.wrong)

    def monotonic(self) -> float:
        return self.time.now - self.started


class Answer(StrEnum):
    GIVEN = "given"
    LOST = "lost"  # carried out, and nobody hears of it
    REFUSED = "refused"


class LeaseInMemory:
    """An API server with one Lease.

    `delay` passes before and after a request is carried out, and `meanwhile` happens between the two.
    """

    def __init__(self, time: Time) -> None:
        self.time = time
        self.lease: dict[str, Any] | None = None
        self.reads = self.writes = 0
        self.answer, self.delay = Answer.GIVEN, (0.0, 0.0)
        self.meanwhile: Coroutine[Any, Any, None] | None = None

    async def read_lease(self, _namespace: str, _name: str) -> Mapping[str, Any] | None:
        self.reads += 1
        lease: Mapping[str, Any] | None = await self._carry_out(lambda: copy.deepcopy(self.lease))
        return lease

    async def write_lease(self, lease: Mapping[str, Any]) -> Mapping[str, Any]:
        written: Mapping[str, Any] = await self._carry_out(lambda: self._put(lease))
        return written

    async def _carry_out(self, request: Callable[[], Any]) -> Any:
        if self.answer is Answer.REFUSED:
            raise Unavailable("a fault of the test")
        self.time.now += self.delay[0]
        result, answer, delay = request(), self.answer, self.delay[1]
        if self.meanwhile is not None:
            meanwhile, self.meanwhile, self.delay = self.meanwhile, None, (0.0, 0.0)
            await meanwhile
        self.time.now += delay
        if answer is Answer.LOST:
            raise Unavailable("the answer was lost")
        return result

    def _put(self, lease: Mapping[str, Any]) -> Mapping[str, Any]:
        present = (self.lease or {"metadata": {}})["metadata"].get("resourceVersion")
        if lease["metadata"].get("resourceVersion") != present:
            raise Conflict("stale")
        self.writes += 1
        self.lease = {**lease, "metadata": {**lease["metadata"], "resourceVersion": str(self.writes)}}
        return copy.deepcopy(self.lease)


@dataclass
class World:
    time: Time = field(default_factory=Time)
    candidates: int = 0

    def __post_init__(self) -> None:
        self.leases = LeaseInMemory(self.time)

    def candidate(self, *, wrong: float = 0.0, retry: float = RETRY) -> LeaseElection:
        self.candidates += 1
        candidacy = Candidacy("ns", "bursar", f"replica-{self.candidates}", LEASE, RENEW, retry)
        return LeaseElection(self.leases, candidacy, SkewedClock(self.time, -17.0 * self.candidates, wrong), lambda: 1)

    def spec(self) -> dict[str, Any]:
        assert self.leases.lease is not None
        spec: dict[str, Any] = self.leases.lease["spec"]
        return spec


def leads(candidate: LeaseElection) -> bool:
    return candidate.remaining() > 0


async def test_the_first_one_leads_and_the_others_wait() -> None:
    world = World()
    first, second = world.candidate(), world.candidate()
    await first.attempt(RETRY)
    await second.attempt(RETRY)
    assert (leads(first), leads(second)) == (True, False)
    assert (world.spec()["holderIdentity"], world.spec()["leaseTransitions"]) == ("replica-1", 0)


async def test_a_leader_that_renews_is_never_replaced() -> None:
    world = World()
    first, second = world.candidate(), world.candidate()
    for _ in range(30):
        await first.attempt(RETRY)
        await second.attempt(RETRY)
        world.time.now += 5
        assert (leads(first), leads(second)) == (True, False)


@pytest.mark.parametrize("wrong", [-3600.0, 3600.0])
async def test_wall_clocks_that_are_an_hour_apart_change_nothing(wrong: float) -> None:
    world = World()
    first, second = world.candidate(), world.candidate(wrong=wrong)
    await first.attempt(RETRY)
    await second.attempt(RETRY)
    world.time.now += LEASE - 1
    await second.attempt(RETRY)
    assert not leads(second)
    world.time.now += 1
    await second.attempt(RETRY)
    assert (leads(first), leads(second)) == (False, True)


async def test_a_leader_stops_to_write_before_anybody_may_follow() -> None:
    world = World()
    first, second = world.candidate(), world.candidate()
    await first.attempt(RETRY)
    await second.attempt(RETRY)
    world.time.now += RENEW
    assert not leads(first)
    world.time.now += LEASE - RENEW - 0.1
    await second.attempt(RETRY)
    assert not leads(second)


async def test_a_lease_lasts_as_long_as_its_holder_asked_for() -> None:
    world = World()
    world.leases.lease = {
        "metadata": {"resourceVersion": "7"},
        "spec": {"holderIdentity": "an older version", "leaseDurationSeconds": 60},
    }
    world.leases.writes = 7
    candidate = world.candidate()
    await candidate.attempt(RETRY)
    world.time.now += 59
    await candidate.attempt(RETRY)
    assert not leads(candidate)
    world.time.now += 1
    await candidate.attempt(RETRY)
    assert leads(candidate)
    assert world.spec()["leaseDurationSeconds"] == LEASE


async def test_who_resigns_writes_no_more_and_the_next_leads_at_once() -> None:
    world = World()
    first, second = world.candidate(), world.candidate()
    await first.attempt(RETRY)
    await second.attempt(RETRY)
    await first.resign()
    assert not leads(first)
    await second.attempt(RETRY)
    assert leads(second)
    assert world.spec()["leaseTransitions"] == 1


async def test_who_does_not_lead_takes_nothing_away_by_resigning() -> None:
    world = World()
    first, second = world.candidate(), world.candidate()
    await first.attempt(RETRY)
    await second.attempt(RETRY)
    asked = world.leases.reads
    await second.resign()
    assert world.spec()["holderIdentity"] == "replica-1"
    assert (leads(first), world.leases.reads) == (True, asked)


async def test_a_lease_that_somebody_gave_to_another_is_not_released() -> None:
    world = World()
    leader = world.candidate()
    await leader.attempt(RETRY)
    world.spec()["holderIdentity"] = "chosen by hand"
    await leader.resign()
    assert world.spec()["holderIdentity"] == "chosen by hand"
    assert not leads(leader)


async def test_the_time_to_write_counts_from_before_the_renewal_was_sent() -> None:
    world = World()
    leader = world.candidate()
    world.leases.delay = (0.0, 4.0)
    await leader.attempt(RETRY)
    assert leader.remaining() == RENEW - 8


async def test_what_cannot_be_released_is_left_to_expire() -> None:
    world = World()
    candidate = world.candidate()
    await candidate.attempt(RETRY)
    world.leases.answer = Answer.REFUSED
    await candidate.resign()
    assert not leads(candidate)
    assert world.spec()["holderIdentity"] == "replica-1"


async def test_a_leader_that_stood_still_ends_without_another_word_to_the_server() -> None:
    world = World()
    zombie = world.candidate(retry=0.01)
    running = asyncio.create_task(zombie.run())
    await zombie.won()
    world.time.now += 60
    written = world.leases.writes
    with pytest.raises(NotLeading, match="ns/bursar was lost: its holder stood still"):
        await running
    assert world.leases.writes == written


async def test_a_leader_that_cannot_renew_ends_and_says_why() -> None:
    world = World()
    cut_off = world.candidate(retry=0.01)
    running = asyncio.create_task(cut_off.run())
    await cut_off.won()
    world.leases.answer = Answer.REFUSED
    while not cut_off.problem():  # noqa: ASYNC110  it tells nobody when an attempt has failed
        await asyncio.sleep(0.01)
    assert leads(cut_off)
    world.time.now += RENEW
    with pytest.raises(NotLeading, match="a fault of the test"):
        await running


async def test_a_lease_that_somebody_deletes_is_made_again() -> None:
    world = World()
    leader = world.candidate()
    await leader.attempt(RETRY)
    world.leases.lease, world.leases.writes = None, 0
    await leader.attempt(RETRY)
    assert leader.problem() == "stale"
    await leader.attempt(RETRY)
    assert leader.problem() == ""
    assert leads(leader)
    assert world.spec()["holderIdentity"] == "replica-1"


async def test_a_server_that_hangs_takes_no_longer_than_an_attempt_may() -> None:
    world = World()
    candidate = world.candidate()

    async def hang(_namespace: str, _name: str) -> None:
        await asyncio.Event().wait()

    world.leases.read_lease = hang  # type: ignore[method-assign]
    await candidate.attempt(0.01)
    assert candidate.problem() == "no answer in time"


class Deed(StrEnum):
    ATTEMPT = "attempt"
    RESIGN = "resign"


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),  # who
        st.sampled_from([Deed.ATTEMPT, Deed.ATTEMPT, Deed.ATTEMPT, Deed.RESIGN]),
        st.sampled_from(Answer),
        st.tuples(*(st.sampled_from([0.0, 0.1, 4.9, 9.9, 15.0, 40.0]),) * 2),  # the last ones: it was frozen
        st.sampled_from([None, 0, 1, 2]),  # whose turn it is in the middle of that
        st.sampled_from([0.0, 1.0, 2.0, 5.0, 14.9, 15.0]),  # then nothing happens for so long
    ),
    max_size=40,
)


@given(STEPS)
async def test_there_are_never_two_leaders(
    steps: list[tuple[int, Deed, Answer, tuple[float, float], int | None, float]],
) -> None:
    """Whatever answers are lost, whoever is frozen in the middle of a request; who has lost starts anew."""
    world = World()
    candidates = [world.candidate(wrong=3600.0 * number) for number in range(3)]
    for who, deed, answer, delay, other, pause in steps:
        led = list(map(leads, candidates))
        world.leases.answer, world.leases.delay = answer, delay
        world.leases.meanwhile = None if other in (None, who) else candidates[other].attempt(RETRY)
        await (candidates[who].resign() if deed is Deed.RESIGN else candidates[who].attempt(RETRY))
        if world.leases.meanwhile is not None:
            world.leases.meanwhile.close()
        assert sum(map(leads, candidates)) <= 1
        for number, before in enumerate(led):
            if before and not leads(candidates[number]):
                candidates[number] = world.candidate()
        world.time.now += pause
        assert sum(map(leads, candidates)) <= 1
