"""The tests of AlertRules in files: compiled as the operator does, run by promtool, and told line by line."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from bursar.api.alert_rule import AlertRule
from bursar.cli.documents import Problem, read
from bursar.cli.offline import FileView, Resources, resources
from bursar.cli.options import policy
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.plan import Accepted, Key, RuleTests, Verdict, Waiting
from bursar.compiler.view import RulePolicy
from bursar.conventions import Kind
from bursar.edge.promtool import Promtool
from bursar.errors import Unavailable

SECONDS: Final = 60.0

_PASSED, _FAILED, _INVALID = 0, 1, 2
_READ: Final = frozenset({Kind.ALERT_RULE, Kind.MONITORING_TARGET})


@dataclass(frozen=True, slots=True)
class Trial:
    """One test of one AlertRule."""

    rule: Key
    name: str
    tests: RuleTests

    def __str__(self) -> str:
        return f"{self.rule.namespace}/{self.rule.name}: {self.name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test; `failure` empty: it passed. `ran` False: promtool did not get that far."""

    trial: Trial
    failure: str
    ran: bool = True

    def __str__(self) -> str:
        return f"FAIL  {self.trial}\n      {self.failure}" if self.failure else f"ok    {self.trial}"


def run(paths: Iterable[Path], *, promtool: str, namespace: str, fast_interval: str | None) -> int:
    """Run the tests of all AlertRules in files and say how each ended; returns the exit code.

    0: all passed, 1: one failed, 2: nothing was tested, or something could not be.
    """
    rules = policy({"fast_interval": fast_interval})
    ours = (each for each in read(paths) if isinstance(each, Problem) or each.kind in _READ)
    given = resources(ours, namespace=namespace)
    trials, problems = _compiled(given, rules)
    for problem in (*given.problems, *problems):
        click.echo(problem, err=True)
    outcomes = asyncio.run(_tried(Promtool(promtool, seconds=SECONDS), trials))
    for outcome in outcomes:
        click.echo(outcome)
    return _verdict(given, outcomes, complete=not (given.problems or problems))


def _compiled(given: Resources, policy: RulePolicy) -> tuple[list[Trial], list[Problem]]:
    view = FileView(policy, datetime.now(UTC), given.valid)
    trials: list[Trial] = []
    problems: list[Problem] = []
    for key, rule in given.valid.items():
        if isinstance(rule, AlertRule):
            plan = compile_alert_rule(rule, view)
            if not isinstance(plan.verdict, Accepted):
                problems.append(Problem(given.places[key], f"{key}: {plan.verdict.message}{_hint(plan.verdict)}"))
            elif plan.tests:
                trials += _trials(key, plan.tests)
    return trials, problems


def _hint(verdict: Verdict) -> str:
    return "; is its file among those of -f?" if isinstance(verdict, Waiting) else ""


def _trials(key: Key, tests: RuleTests) -> Iterator[Trial]:
    """Take the tests of a rule apart, so that series which cannot be read spoil but one."""
    for test in tests.suite["tests"]:
        yield Trial(key, test["name"], replace(tests, suite={**tests.suite, "tests": [test]}))


async def _tried(tester: Promtool, trials: Sequence[Trial]) -> list[Outcome]:
    free = asyncio.Semaphore(os.cpu_count() or 1)

    async def tried(trial: Trial) -> Outcome:
        async with free:
            try:
                failure = await tester.run(trial.tests)
            except Unavailable as error:
                return Outcome(trial, str(error), ran=False)
        return Outcome(trial, failure.replace(f"spec.tests[{trial.name}]: ", ""))

    return await asyncio.gather(*map(tried, trials))


def _verdict(given: Resources, outcomes: Sequence[Outcome], *, complete: bool) -> int:
    rules = sum(isinstance(resource, AlertRule) for resource in given.valid.values())
    failed = sum(bool(outcome.failure) for outcome in outcomes)
    untested = rules - len({outcome.trial.rule for outcome in outcomes})
    click.echo(f"{len(outcomes) - failed} passed, {failed} failed; {rules} AlertRules, {untested} of them not tested")
    if not (complete and outcomes and all(outcome.ran for outcome in outcomes)):
        return _INVALID
    return _FAILED if failed else _PASSED
