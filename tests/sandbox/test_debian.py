"""Programs are taken from a package of Debian where there is one, and built where not; here by tools that pretend."""

from pathlib import Path

import pytest

from sandbox.debian import unpack
from sandbox.modules import DebianPackage

PACKAGE = DebianPackage("prometheus", series="2.4", programs={"older": "usr/bin/prometheus"})

# The package holds one program and is as old as the test says.
FAKE_APT = """#!/bin/sh
while [ "$1" = "-o" ]; do shift 2; done
if [ "$1" = download ] && [ "$FAKE_VERSION" ]; then touch "$2_$FAKE_VERSION.deb"; fi
"""
FAKE_DPKG = """#!/bin/sh
case "$1" in
  --field) echo "$FAKE_VERSION" ;;
  --extract) [ -z "$FAKE_BROKEN" ] && mkdir -p "$3/usr/bin" && echo packed > "$3/usr/bin/prometheus" ;;
esac
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    for name, text in (("apt-get", FAKE_APT), ("dpkg-deb", FAKE_DPKG)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_VERSION", "2.42.0+ds-5")
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


def test_a_program_comes_out_of_the_package_and_nothing_else_stays(
    tools: Path, programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert unpack(PACKAGE, programs)
    assert [(path.name, path.read_text()) for path in programs.iterdir()] == [("older", "packed\n")]
    assert capsys.readouterr().err == "sandbox: older: from Debian's prometheus 2.42.0+ds-5\n"


@pytest.mark.parametrize(
    ("variable", "value"), [("FAKE_VERSION", "2.53.3"), ("FAKE_VERSION", ""), ("FAKE_BROKEN", "1")]
)
def test_another_version_no_package_and_a_broken_one_leave_nothing(
    tools: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert not unpack(PACKAGE, programs)
    assert list(programs.iterdir()) == []


def test_a_machine_without_apt_has_no_package(tools: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tools / "apt-get").unlink()
    monkeypatch.setenv("PATH", str(tools))
    assert not unpack(PACKAGE, programs)
