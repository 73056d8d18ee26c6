"""Finds the real programs, or builds them once from their published Go modules.

Order of search: BURSAR_SANDBOX_BIN and KUBEBUILDER_ASSETS, then the user's cache, then Debian's package where one is
named, then a build, both into that cache. The cache has a folder for each module, named by a hash of everything that
decides the result: a second clone builds nothing, and a changed version never meets the old binaries.
"""

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from sandbox.debian import unpack
from sandbox.go_toolchain import go_toolchain
from sandbox.modules import MODULE_OF
from sandbox.process import SandboxError, tail
from sandbox.progress import progress, tell

FOLDER_VARIABLES: Final = ("BURSAR_SANDBOX_BIN", "KUBEBUILDER_ASSETS")


def cache_home() -> Path:
    """Return the sandbox's folder in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "bursar-sandbox"


def binary(program: str) -> Path:
    """Return the path of one program, building it when it is nowhere; raises SandboxError when that fails."""
    return _found(program) or _build(program, title=program)


def build_all() -> Mapping[str, Path]:
    """Find or build every program, telling the progress on standard error; raises SandboxError when a build fails."""
    missing = [program for program in MODULE_OF if not _found(program)]
    if missing:
        tell(f"building {len(missing)} programs from their Go modules; once, about ten minutes on two cores")
    for number, program in enumerate(missing, start=1):
        _build(program, title=f"[{number}/{len(missing)}] {program}")
    return {program: binary(program) for program in MODULE_OF}


def _found(program: str) -> Path | None:
    folders = [Path(folder) for variable in FOLDER_VARIABLES if (folder := os.environ.get(variable))]
    candidates = [folder / program for folder in (*folders, _cache_folder(program))]
    return next((path for path in candidates if path.is_file()), None)


def _cache_folder(program: str) -> Path:
    return cache_home() / MODULE_OF[program].fingerprint / "bin"


def _build(program: str, *, title: str) -> Path:
    """Build one program into the cache; of several processes that want it, one builds and the others wait."""
    output = _cache_folder(program) / program
    output.parent.mkdir(parents=True, exist_ok=True)
    with _locked(cache_home() / "lock", waiting=lambda: tell(f"{title}: waiting for another build to end")):
        if not output.is_file():
            with progress(title):
                _fetch_or_build(program, output)
    return output


def _fetch_or_build(program: str, output: Path) -> None:
    package = MODULE_OF[program].debian
    if not (package and unpack(package, output.parent)):
        _run_go(program, output)


def _run_go(program: str, output: Path) -> None:
    """Run the build; the output appears whole or not at all."""
    module = MODULE_OF[program]
    unfinished = output.with_suffix(".unfinished")
    log = output.parent.parent / f"{program}.log"
    go = go_toolchain(cache_home())
    with log.open("w") as written:
        ran = subprocess.run(
            [go, *module.build_arguments(program, unfinished)],
            cwd=module.folder,
            env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"},
            stdout=written,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ran.returncode:
        raise SandboxError(f"{program} could not be built; {log} ends:\n{tail(log)}")
    unfinished.replace(output)


@contextlib.contextmanager
def _locked(path: Path, *, waiting: Callable[[], None]) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
