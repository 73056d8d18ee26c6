"""Programs out of Debian's packages: fetched from whatever sources this machine's apt has, installed nowhere."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from sandbox.modules import DebianPackage
from sandbox.progress import tell

_TOOLS: Final = ("apt-get", "dpkg-deb")
_SECONDS: Final = 120.0

# Lists of its own, so that neither root nor an earlier `apt-get update` is needed; no waiting for what does not answer.
_OPTIONS: Final = ("Acquire::Retries=0", "Acquire::http::Timeout=15", "Acquire::https::Timeout=15")


def unpack(package: DebianPackage, folder: Path) -> bool:
    """Put the programs of a package into a folder, each whole or not at all; False where apt has no such package."""
    if not all(map(shutil.which, _TOOLS)):
        return False
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        found = _download(package, Path(unfinished))
        version = _run("dpkg-deb", "--field", found, "Version") if found else None
        if not (found and version and version.startswith(package.series) and _extract(package, found, folder)):
            return False
    tell(f"{', '.join(package.programs)}: from Debian's {package.name} {version.strip()}")
    return True


def _download(package: DebianPackage, folder: Path) -> Path | None:
    lists, cache = folder / "lists", folder / "cache"
    (lists / "partial").mkdir(parents=True)
    own = (f"Dir::State::Lists={lists}", f"Dir::Cache={cache}", "APT::Sandbox::User=root")
    options = [part for option in (*_OPTIONS, *own) for part in ("-o", option)]
    _run("apt-get", *options, "update")  # what it could not reach may have nothing to do with this package
    _run("apt-get", *options, "download", package.name, folder=folder)
    return next(folder.glob("*.deb"), None)


def _extract(package: DebianPackage, found: Path, folder: Path) -> bool:
    root = found.with_suffix("")
    if _run("dpkg-deb", "--extract", found, root) is None:
        return False
    for program, path in package.programs.items():
        (root / path).replace(folder / program)
    return True


def _run(*command: str | Path, folder: Path | None = None) -> str | None:
    """Run a command and return what it says; None when it fails or takes too long."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=_SECONDS).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
