"""Runs the tests that users write for their rules, beside the reconciling, a few at a time.

A resource whose tests have ended is looked at again, and then their outcome is its condition TestsPassed.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from bursar.compiler.plan import Condition, Key, RuleTests
from bursar.conventions import ConditionType, Reason
from bursar.engine.ports import RuleTester
from bursar.engine.queue import WorkQueue
from bursar.errors import Unavailable

log = logging.getLogger(__name__)

AT_ONCE: Final = 2

_NO_TESTER: Final = (
    "the platform runs no tests: the operator's setting promtool is empty; run them yourself by `bursar test`"
)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of tests; `condition` None: they are waiting or running."""

    digest: bytes
    condition: Condition | None = None


class Trials:
    """Remembers the outcome of every resource's tests. `tester` None: they are not run here."""

    def __init__(self, tester: RuleTester | None, queue: WorkQueue[Key]) -> None:
        self._tester = tester
        self._queue = queue
        self._outcomes: dict[Key, _Outcome] = {}
        self._waiting: asyncio.Queue[tuple[Key, bytes, RuleTests]] = asyncio.Queue()

    def verdict(self, key: Key, tests: RuleTests | None, said: Mapping[str, Any]) -> tuple[Condition, ...]:
        """Say what is known of a resource's tests, and have new ones run; nothing when it has none.

        `said` is what its status holds, which stays until there is an outcome: a restart is no news.
        """
        if tests is None:
            self.forget(key)
            return ()
        if self._tester is None:
            return (_verdict("Unknown", Reason.NOT_RUN, _NO_TESTER),)
        digest, known = _digest(tests), self._outcomes.get(key)
        if known is None or known.digest != digest:
            known = self._outcomes[key] = _Outcome(digest)
            self._waiting.put_nowait((key, digest, tests))
        return (known.condition or _said(said) or _verdict("Unknown", Reason.PROGRESSING, "the tests are being run"),)

    def forget(self, key: Key) -> None:
        """Drop what is remembered of a resource."""
        self._outcomes.pop(key, None)

    async def run(self) -> None:
        """Run one test after the other until cancelled."""
        while True:
            key, digest, tests = await self._waiting.get()
            if self._is_wanted(key, digest):
                condition = await self._tried(key, tests)
                if self._is_wanted(key, digest):
                    self._outcomes[key] = _Outcome(digest, condition)
                    self._queue.add(key)

    def _is_wanted(self, key: Key, digest: bytes) -> bool:
        """Tell whether the resource is still there, with these tests."""
        known = self._outcomes.get(key)
        return known is not None and known.digest == digest

    async def _tried(self, key: Key, tests: RuleTests) -> Condition:
        assert self._tester is not None  # otherwise nothing is waiting
        try:
            failures = await self._tester.run(tests)
        except Unavailable as error:
            log.warning("tests not run", extra={"key": str(key), "error": str(error)})
            return _verdict("Unknown", Reason.NOT_RUN, str(error))
        if failures:
            return _verdict("False", Reason.FAILED, failures)
        return _verdict("True", Reason.PASSED, f"all {len(tests.suite['tests'])} tests pass")


def _said(part: Mapping[str, Any]) -> Condition | None:
    for entry in part.get("conditions", ()):
        if entry["type"] == ConditionType.TESTS_PASSED and entry["reason"] in (Reason.PASSED, Reason.FAILED):
            return Condition(entry["type"], entry["status"], Reason(entry["reason"]), entry["message"])
    return None


def _verdict(status: str, reason: Reason, message: str) -> Condition:
    return Condition(ConditionType.TESTS_PASSED, status, reason, message)


def _digest(tests: RuleTests) -> bytes:
    text = json.dumps([tests.rules, tests.suite], sort_keys=True)
    return blake2b(text.encode(), digest_size=16).digest()
