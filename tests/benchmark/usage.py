"""What a process has used, as Linux counts it."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float:
    """Resident memory now."""
    return _status(pid, "VmRSS")


def peak_memory_mib(pid: int) -> float:
    """The most resident memory that it ever had."""
    return _status(pid, "VmHWM")


def cpu_seconds(pid: int) -> float:
    """User and system time of all its threads."""
    # The name in parentheses may hold blanks; utime and stime are fields 14 and 15 of proc_pid_stat(5).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Meter:
    """Processor time since it was made: of some processes, by name, and of everybody else on this machine."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        self._processes = processes
        self._began, self._busy = time.monotonic(), _busy_seconds()
        self._used = {name: cpu_seconds(pid) for name, pid in processes.items()}

    def used(self, name: str) -> float:
        """Seconds that one process took."""
        return cpu_seconds(self._processes[name]) - self._used[name]

    def others(self) -> float:
        """The share of all cores that everybody else took, in percent: what disturbed the measurement."""
        rest = _busy_seconds() - self._busy - sum(map(self.used, self._processes))
        return 100 * max(0.0, rest) / (time.monotonic() - self._began) / (os.cpu_count() or 1)


def _busy_seconds() -> float:
    """All time that the cores were not idle, as proc_stat(5) counts it."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, *interrupts_and_steal = map(int, fields[:8])
    return (user + nice + system + sum(interrupts_and_steal)) / _TICKS


def _status(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024
