"""The sources of the Go modules that programs here are built from."""

import json
import os
import subprocess
from pathlib import Path
from typing import Final

from sandbox.binaries import cache_home
from sandbox.go_toolchain import go_toolchain
from sandbox.modules import GoModule
from sandbox.process import SandboxError

_ENVIRONMENT: Final = {"GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def go_source(path: str, required_by: GoModule) -> Path:
    """Return the folder of a published module in the version that a go.mod here requires.

    It is in Go's module cache, and downloaded into it when it is not. Raises SandboxError when that fails.
    """
    ran = subprocess.run(
        [go_toolchain(cache_home()), "mod", "download", "-json", path],
        cwd=required_by.folder,
        env={**os.environ, **_ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SandboxError(f"{path} could not be downloaded: {ran.stderr or ran.stdout}")
    return Path(json.loads(ran.stdout)["Dir"])
