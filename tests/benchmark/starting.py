"""Starts: without resources, with nothing to do, and the resyncs after it."""

import subprocess
import sys
import time
from typing import Final

from sandbox.operator import OperatorProcess
from sandbox.process import wait_until

from .place import Place
from .report import Figure, at_most, exactly
from .usage import cpu_seconds, memory_mib, peak_memory_mib

PATIENCE_SECONDS: Final = 300.0
RESYNCS: Final = 100


def start(place: Place) -> list[Figure]:
    """How long an operator takes to be there, and what it costs while there is nothing to do."""
    imported = subprocess.run(
        [sys.executable, "-c", "import time; t = time.monotonic(); import bursar.app; print(time.monotonic() - t)"],
        capture_output=True,
        text=True,
        check=True,
    )
    began = time.monotonic()
    with place.operator() as operator:
        operator.wait_ready()
        seconds = time.monotonic() - began
        idle = memory_mib(operator.process.pid)
    return [
        Figure("import of the operator", float(imported.stdout), "s"),
        Figure("process start to /readyz, no resources", seconds, "s", at_most(3)),
        Figure("memory at idle, no resources", idle, "MiB", at_most(120)),
    ]


def quiet(place: Place, count: int) -> list[Figure]:
    """Restart where nothing is to do, and compare everything with the API server again and again."""
    mark = place.mark()
    with place.operator() as operator:
        operator.wait_ready()
        _wait_worked_through(operator, count)
    restart_writes = len(place.writes_since(mark))
    mark = place.mark()
    with place.operator(resync_interval="100ms") as operator:
        operator.wait_ready()
        _wait_worked_through(operator, count)
        began, used = time.monotonic(), cpu_seconds(operator.process.pid)
        first = metric(operator, 'bursar_resyncs_total{result="success"}')
        wait_until(
            lambda: metric(operator, 'bursar_resyncs_total{result="success"}') >= first + RESYNCS,
            seconds=PATIENCE_SECONDS,
            what=f"{RESYNCS} resyncs",
        )
        seconds, used = time.monotonic() - began, cpu_seconds(operator.process.pid) - used
        peak = peak_memory_mib(operator.process.pid)
    return [
        Figure("restart with nothing to do: writes", restart_writes, "", exactly(0)),
        Figure(f"{RESYNCS} resyncs: writes", len(place.writes_since(mark)), "", exactly(0)),
        Figure(f"{RESYNCS} resyncs: processor time each", used / RESYNCS, "s"),
        Figure(f"{RESYNCS} resyncs: wall time each", seconds / RESYNCS, "s"),
        Figure(f"{RESYNCS} resyncs: peak memory", peak, "MiB", at_most(160)),
    ]


def _wait_worked_through(operator: OperatorProcess, count: int) -> None:
    wait_until(
        lambda: metric(operator, "bursar_reconciles_total{") >= count,
        seconds=PATIENCE_SECONDS,
        what=f"a look at {count} resources",
    )


def metric(operator: OperatorProcess, prefix: str) -> float:
    """The sum of all samples that begin like this."""
    lines = operator.read("/metrics").splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(prefix))
