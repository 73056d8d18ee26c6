"""promtool as the operator runs it."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bursar.api.alert_rule import AlertRule
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.plan import RuleTests
from bursar.edge.promtool import Promtool
from bursar.errors import Unavailable
from fakes.world import World
from sandbox.binaries import binary

DEEP = {"threshold": {"query": 'sum(depth{queue="mail"})', "above": 1000}}


def suite(*expected: tuple[str, bool], values: str = "0+200x20") -> RuleTests:
    series = [{"series": 'depth{queue="mail"}', "values": values}]
    expect = [{"at": at, "firing": firing} for at, firing in expected]
    tests = [{"name": "above 1000", "series": series, "expect": expect}]
    spec = {"severity": "high", "condition": DEEP, "for": "5m", "tests": tests}
    rule = AlertRule.model_validate({"metadata": {"name": "deep", "namespace": "shop"}, "spec": spec})
    compiled = compile_alert_rule(rule, World()).tests
    assert compiled is not None
    return compiled


@pytest.fixture
def promtool() -> Promtool:
    return Promtool(str(binary("promtool")))


def script(folder: Path, text: str) -> str:
    path = folder / "promtool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def is_running(pid: Path) -> bool:
    """Whether a process has not ended yet; what nobody has collected counts as ended."""
    try:
        stat = (Path("/proc") / pid.read_text().strip() / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


async def gone(pid: Path) -> None:
    async with asyncio.timeout(10):
        while is_running(pid):  # noqa: ASYNC110  a process tells nobody
            await asyncio.sleep(0.01)


async def test_a_rule_that_does_as_expected_passes(promtool: Promtool) -> None:
    assert await promtool.run(suite(("10m", False), ("11m", True))) == ""


async def test_every_expectation_that_is_not_met_is_named(promtool: Promtool) -> None:
    failures = await promtool.run(suite(("10m", True), ("11m", True), ("12m", False)))
    assert failures == "spec.tests[above 1000]: does not fire at 10m; spec.tests[above 1000]: fires at 12m"


async def test_an_older_promtool_says_the_same() -> None:
    failures = await Promtool(str(binary("promtool-2"))).run(suite(("10m", True)))
    assert failures == "spec.tests[above 1000]: does not fire at 10m"


async def test_series_that_promtool_cannot_read_are_told(promtool: Promtool) -> None:
    failures = await promtool.run(suite(("10m", True), values="1 and 2"))
    assert failures.startswith("spec.tests: promtool refuses them: ")
    assert "parse error" in failures


async def test_what_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    slow = script(tmp_path, f"sleep 60 & echo $! > {pid}; wait")
    started = time.monotonic()
    with pytest.raises(Unavailable, match=r"^the tests take longer than 1 s; make them shorter$"):
        await Promtool(slow, seconds=1.0).run(suite(("10m", True)))
    assert time.monotonic() - started < 10
    await gone(pid)


async def test_a_path_that_leads_nowhere_is_named() -> None:
    with pytest.raises(Unavailable, match="setting promtool: /nowhere/promtool: No such file or directory"):
        await Promtool("/nowhere/promtool").run(suite(("10m", True)))


async def test_a_refusal_without_a_reason_is_no_success(tmp_path: Path) -> None:
    assert await Promtool(script(tmp_path, "exit 1")).run(suite(("10m", True))) != ""


async def test_cancelled_it_leaves_nothing_running(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    running = asyncio.create_task(
        Promtool(script(tmp_path, f"echo $$ > {pid}; exec sleep 60")).run(suite(("1m", True)))
    )
    async with asyncio.timeout(10):
        while not pid.exists() or not pid.read_text().strip():  # noqa: ASYNC110  a process tells nobody
            await asyncio.sleep(0.01)
    running.cancel()
    outcome: Any = (await asyncio.gather(running, return_exceptions=True))[0]
    assert isinstance(outcome, asyncio.CancelledError)
    await gone(pid)
