"""The sandbox that people leave running: it comes up, says where it is, and ends without a trace."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import sandbox
from sandbox.process import wait_until

SECONDS = 120.0
Leftovers = Callable[[Path], list[str]]
pytestmark = [pytest.mark.sandbox, pytest.mark.stack]


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    tools = str(Path(sandbox.__file__).parents[1])
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": tools}


def command(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    arguments = (sys.executable, "-m", "sandbox", *arguments)
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)


def test_it_is_up_until_it_is_taken_down(environment: Mapping[str, str], tmp_path: Path, leftovers: Leftovers) -> None:
    assert command(environment, "status").stdout == "no sandbox is running\n"
    up = command(environment, "up")
    assert up.returncode == 0, up.stderr
    places = dict(line.split() for line in up.stdout.splitlines())
    assert set(places) == {"kubeconfig", "prometheus", "alertmanager", "logs"}
    assert command(environment, "status").stdout == up.stdout
    second = command(environment, "up", "--foreground")
    assert (second.returncode, second.stderr) == (
        1,
        "sandbox: a sandbox is up already: `status` shows where, `down` ends it\n",
    )
    assert command(environment, "down").stdout == "ended\n"
    assert leftovers(tmp_path) == []
    assert command(environment, "down").stdout == "nothing was running\n"


@pytest.fixture
def foreground(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = (sys.executable, "-m", "sandbox", "up", "--foreground")
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        yield started
        started.kill()


def test_ctrl_c_leaves_nothing(foreground: subprocess.Popen[bytes], tmp_path: Path, leftovers: Leftovers) -> None:
    wait_until(lambda: bool(list(tmp_path.rglob("state.json"))), seconds=SECONDS, what="it is up")
    programs = (
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "prometheus-operator",
        "prometheus",
        "alertmanager",
    )
    assert len(leftovers(tmp_path)) == len(("supervisor", *programs))
    foreground.send_signal(signal.SIGINT)
    assert foreground.wait(SECONDS) == 0
    assert leftovers(tmp_path) == []


def test_a_supervisor_that_is_killed_in_the_middle_of_the_start_leaves_nothing(
    foreground: subprocess.Popen[bytes], tmp_path: Path, leftovers: Leftovers
) -> None:
    wait_until(lambda: len(leftovers(tmp_path)) > 1, seconds=SECONDS, what="a first part is there")
    foreground.kill()
    foreground.wait()
    wait_until(lambda: leftovers(tmp_path) == [], seconds=10, what="everything has ended")
