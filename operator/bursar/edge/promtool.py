"""promtool as a process: it runs the tests of rules, with bounds on time and memory.

Source: https://prometheus.io/docs/prometheus/latest/command-line/promtool/
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bursar.compiler.plan import RuleTests
from bursar.errors import Unavailable

SECONDS: Final = 5.0

_SUITE: Final = "suite.yaml"
_BOUNDS: Final = {"GOMAXPROCS": "1", "GOMEMLIMIT": "128MiB"}
_LONGEST_REPORT: Final = 2048
_FAILED: Final = re.compile(r' # (.*?)", time: ')
_HEADINGS: Final = ("Unit Testing", "FAILED", "SUCCESS")


class Promtool:
    """Implements engine.ports.RuleTester with the promtool at `path`."""

    def __init__(self, path: str, *, seconds: float = SECONDS) -> None:
        self._path = path
        self._seconds = seconds

    async def run(self, tests: RuleTests) -> str:
        """Run a suite; returns promtool's words about what failed, empty when nothing did.

        Raises Unavailable when promtool cannot be started, or takes too long.
        """
        with tempfile.TemporaryDirectory(prefix="bursar-tests-") as folder:
            _write(Path(folder, _SUITE), tests.suite)
            for name in tests.suite["rule_files"]:
                _write(Path(folder, name), tests.rules)
            return await self._run(folder)

    async def _run(self, folder: str) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                self._path,
                "test",
                "rules",
                _SUITE,
                cwd=folder,
                env={**os.environ, **_BOUNDS},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(f"the operator's setting promtool: {self._path}: {error.strerror}") from error
        try:
            async with asyncio.timeout(self._seconds):
                output, _ = await process.communicate()
        except TimeoutError:
            raise Unavailable(f"the tests take longer than {self._seconds:g} s; make them shorter") from None
        finally:
            await _end(process)
        return "" if process.returncode == 0 else _report(output.decode(errors="replace"))


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process that still runs, with all that it has started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content))  # JSON is YAML


def _report(output: str) -> str:
    """Keep what the comments of failed expressions say, else whatever promtool says against the suite."""
    told = "; ".join(_FAILED.findall(output)) or f"spec.tests: promtool refuses them: {_plain(output)}"
    return told[:_LONGEST_REPORT]


def _plain(output: str) -> str:
    lines = (line.strip() for line in output.splitlines())
    return " ".join(line for line in lines if line and not line.startswith(_HEADINGS))
