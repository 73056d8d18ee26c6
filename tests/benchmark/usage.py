"""What a process has used, as Linux counts it."""

import os
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


def _status(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024
