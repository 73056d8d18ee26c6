"""What the sandbox may not leave behind."""

from collections.abc import Callable
from pathlib import Path

import pytest


def processes_in(folder: Path) -> list[str]:
    """The command lines of all processes that work in a folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


@pytest.fixture
def leftovers() -> Callable[[Path], list[str]]:
    return processes_in
