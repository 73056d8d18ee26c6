"""Every program that is started ends, and says why it did not serve."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import process
from sandbox.process import DIE_WITH_PARENT, LOOPBACK, Process, SandboxError, free_port, wait_until

SECONDS = 10.0
PARENT = """
import sys, time
from pathlib import Path
from sandbox.process import Process, wait_until
log = Path(sys.argv[1])
child = Process("child", [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"], log=log)
wait_until(log.read_text, seconds=10, what="the child runs")
print(child.pid, flush=True)
time.sleep(60)
"""


def python(code: str, folder: Path) -> Process:
    return Process("program", [sys.executable, "-c", code], log=folder / "program.log")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_program_that_ends_by_itself_is_reported_with_the_tail_of_its_log(tmp_path: Path) -> None:
    program = python("print('line'); raise SystemExit('no such flag')", tmp_path)
    with pytest.raises(SandboxError, match=r"program ended with code 1; .*program\.log ends:\nline\nno such flag"):
        program.wait_ready(lambda: False, seconds=SECONDS)


def test_a_program_that_does_not_serve_in_time_is_reported_with_the_tail_of_its_log(tmp_path: Path) -> None:
    program = python("import time; print('still loading', flush=True); time.sleep(60)", tmp_path)
    wait_until(lambda: "still" in program.log.read_text(), seconds=SECONDS, what="it has begun")
    with pytest.raises(SandboxError, match=r"not ready: not within 0 s; .* ends:\nstill loading"):
        program.wait_ready(lambda: False, seconds=0)
    assert program.stop() == -signal.SIGTERM


def test_a_missing_program_is_named_in_the_log(tmp_path: Path) -> None:
    program = Process("etcd", [tmp_path / "etcd"], log=tmp_path / "etcd.log")
    with pytest.raises(SandboxError, match="FileNotFoundError"):
        program.wait_ready(lambda: False, seconds=SECONDS)


def test_a_program_that_ignores_the_request_to_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.1)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    program = python(code, tmp_path)
    wait_until(lambda: program.log.read_text() == "1\n", seconds=SECONDS, what="it ignores the signal")
    assert program.stop() == -signal.SIGKILL
    assert not program.running


def test_an_ended_program_can_be_stopped_again(tmp_path: Path) -> None:
    program = python("raise SystemExit(3)", tmp_path)
    wait_until(lambda: not program.running, seconds=SECONDS, what="it has ended")
    assert (program.stop(), program.kill()) == (3, 3)


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    tools = str(Path(process.__file__).parents[1])
    command = [sys.executable, "-c", PARENT, str(tmp_path / "child.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": tools}) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    wait_until(lambda: not alive(child), seconds=SECONDS, what="the child has ended")


def test_a_child_whose_parent_is_gone_already_does_not_begin(tmp_path: Path) -> None:
    nobody = "0"
    subprocess.run([sys.executable, "-c", DIE_WITH_PARENT, nobody, "touch", tmp_path / "begun"], check=True)
    assert not (tmp_path / "begun").exists()


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, free_port()))


def test_a_port_that_is_taken_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        taken = server.getsockname()[1]
        monkeypatch.setattr(process, "PORTS", (taken, *process.PORTS[:1]))
        assert {free_port() for _ in range(50)} == {process.PORTS[1]}
