"""What the sandbox may not leave behind."""

from collections.abc import Callable
from pathlib import Path

import pytest


def _about(process: Path) -> str:
    """The command line and the environment of a process; empty when it has ended."""
    try:
        return "".join((process / name).read_bytes().decode(errors="replace") for name in ("cmdline", "environ"))
    except OSError:
        return ""


def processes_of(folder: Path) -> list[str]:
    """All processes that were told of a folder."""
    return [process.name for process in Path("/proc").glob("[0-9]*") if str(folder) in _about(process)]


@pytest.fixture
def leftovers() -> Callable[[Path], list[str]]:
    return processes_of
