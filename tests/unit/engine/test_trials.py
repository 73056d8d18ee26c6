"""The tests that users write for their rules: run beside the reconciling, and told in the status."""

import asyncio
from typing import Any

import pytest

from bursar.compiler.plan import RuleTests
from bursar.conventions import ConditionType
from bursar.engine.trials import AT_ONCE
from bursar.errors import Unavailable
from fakes.harness import Harness


class FakeTester:
    """Remembers what it was asked to run; `release` lets it end."""

    def __init__(self) -> None:
        self.ran: list[Any] = []
        self.running = 0
        self.most = 0
        self.failures = ""
        self.unavailable = ""
        self.release = asyncio.Event()
        self.release.set()

    async def run(self, tests: RuleTests) -> str:
        self.ran.append(tests.suite["tests"])
        self.running += 1
        self.most = max(self.most, self.running)
        failures = self.failures
        await self.release.wait()
        self.running -= 1
        if self.unavailable:
            raise Unavailable(self.unavailable)
        return failures


class Trying:
    """A harness whose tests are run as the operator runs them."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.runners = [asyncio.create_task(harness.trials.run()) for _ in range(AT_ONCE)]

    async def settle(self) -> None:
        """Reconcile, let the tests end, and reconcile what they have queued."""
        for _ in range(3):
            await self.harness.drain()
            await self.let_tests_end()

    async def let_tests_end(self) -> None:
        """Give those that run and wait their turn."""
        for _ in range(10):
            await asyncio.sleep(0)

    def said(self, name: str = "x") -> tuple[str, str, str] | None:
        found = self.harness.cluster.condition(self.harness.key(name), ConditionType.TESTS_PASSED)
        return None if found is None else (found["status"], found["reason"], found["message"])


@pytest.fixture
async def tester() -> FakeTester:
    return FakeTester()


@pytest.fixture
async def trying(tester: FakeTester) -> Any:
    trying = Trying(Harness(tester=tester))
    yield trying
    for runner in trying.runners:
        runner.cancel()


async def test_tests_that_pass_are_told(trying: Trying, tester: FakeTester) -> None:
    trying.harness.put(tests=["a", "b"])
    await trying.settle()
    assert trying.said() == ("True", "Passed", "all 2 tests pass")
    assert tester.ran == [["a", "b"]]


async def test_tests_that_fail_are_told_in_their_own_words(trying: Trying, tester: FakeTester) -> None:
    tester.failures = "spec.tests[a]: does not fire at 6m"
    trying.harness.put(tests=["a"])
    await trying.settle()
    assert trying.said() == ("False", "Failed", "spec.tests[a]: does not fire at 6m")
    ready = trying.harness.cluster.condition(trying.harness.key(), ConditionType.READY)
    assert ready is not None
    assert ready["status"] == "True"


async def test_tests_that_cannot_be_run_are_no_failure(trying: Trying, tester: FakeTester) -> None:
    tester.unavailable = "the tests take longer than 5 s"
    trying.harness.put(tests=["a"])
    await trying.settle()
    assert trying.said() == ("Unknown", "NotRun", "the tests take longer than 5 s")


async def test_a_resource_is_ready_before_its_tests_have_ended(trying: Trying, tester: FakeTester) -> None:
    tester.release.clear()
    trying.harness.put(tests=["a"])
    await trying.settle()
    assert trying.said() == ("Unknown", "Progressing", "the tests are being run")
    assert trying.harness.has_rule()


async def test_no_more_than_two_are_run_at_once(trying: Trying, tester: FakeTester) -> None:
    tester.release.clear()
    for number in range(5):
        trying.harness.put(f"x{number}", rules=[f"r{number}"], tests=["a"])
    await trying.settle()
    assert tester.most == AT_ONCE == 2
    tester.release.set()
    await trying.settle()
    assert len(tester.ran) == 5


async def test_the_same_tests_are_run_once_and_others_again(trying: Trying, tester: FakeTester) -> None:
    trying.harness.put(tests=["a"])
    await trying.settle()
    trying.harness.put(tests=["a"], value=2)
    await trying.settle()
    assert len(tester.ran) == 1
    trying.harness.put(tests=["b"])
    await trying.settle()
    assert tester.ran == [["a"], ["b"]]


async def test_the_outcome_of_older_tests_is_not_told(trying: Trying, tester: FakeTester) -> None:
    tester.release.clear()
    tester.failures = "of the older ones"
    trying.harness.put(tests=["a"])
    await trying.settle()
    tester.failures = ""
    trying.harness.put(tests=["b"])
    await trying.harness.drain()
    tester.release.set()
    await trying.settle()
    assert trying.said() == ("True", "Passed", "all 1 tests pass")


async def test_a_restart_says_nothing_new_until_there_is_an_outcome(trying: Trying, tester: FakeTester) -> None:
    trying.harness.put(tests=["a"])
    await trying.settle()
    tester.release.clear()
    successor = Trying(trying.harness.restart())
    writes = successor.harness.cluster.writes
    await successor.settle()
    assert successor.said() == ("True", "Passed", "all 1 tests pass")
    tester.release.set()
    await successor.settle()
    assert successor.harness.cluster.writes == writes
    for runner in successor.runners:
        runner.cancel()


async def test_a_resource_without_tests_says_nothing_of_them(trying: Trying) -> None:
    trying.harness.put(tests=["a"])
    await trying.settle()
    trying.harness.put()
    await trying.settle()
    assert trying.said() is None


async def test_a_resource_that_is_deleted_meanwhile_is_not_looked_at_again(trying: Trying, tester: FakeTester) -> None:
    tester.release.clear()
    key = trying.harness.put(tests=["a"])
    await trying.settle()
    del trying.harness.cluster.objects[(key.kind.value, key.namespace, key.name)]
    trying.harness.report(key.kind, key.name)
    await trying.harness.drain()
    tester.release.set()
    await trying.let_tests_end()
    assert trying.harness.queue.idle


async def test_without_promtool_tests_are_not_run() -> None:
    harness = Harness()
    harness.put(tests=["a"])
    await harness.drain()
    found = harness.cluster.condition(harness.key(), ConditionType.TESTS_PASSED)
    assert found is not None
    assert (found["status"], found["reason"]) == ("Unknown", "NotRun")
    assert "the operator's setting promtool is empty" in found["message"]
