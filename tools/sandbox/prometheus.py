"""One Prometheus without a cluster: whatever configuration, rules and data a test gives it, of either major version."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.binaries import binary
from sandbox.process import LOOPBACK, Process, free_port
from sandbox.web import is_ready

NEWER: Final = "prometheus"
OLDER: Final = "prometheus-2"
START_SECONDS: Final = 60.0

_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the same in C, ten times as fast


@contextlib.contextmanager
def running_prometheus(
    folder: Path,
    configuration: Mapping[str, Any],
    *,
    rule_groups: Iterable[Mapping[str, Any]] = (),
    blocks: Path | None = None,
    extra: Sequence[str] = (),
    program: str = NEWER,
) -> Iterator[str]:
    """Run a Prometheus on its data in `blocks`, or in `folder`/data; yields its URL once it serves.

    `configuration` and `rule_groups` are as in Prometheus' own files, `extra` are more flags. Raises SandboxError with
    the tail of its log when it does not start, as with rules that it cannot read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rules = folder / "rules.yaml"
    rules.write_text(yaml.dump({"groups": list(rule_groups)}, Dumper=_DUMPER))
    written = folder / "prometheus.yaml"
    written.write_text(yaml.safe_dump({**configuration, "rule_files": [str(rules)]}))
    url = f"http://{LOOPBACK}:{free_port()}"
    flags = {
        "config.file": written,
        "storage.tsdb.path": blocks or folder / "data",
        "web.listen-address": url.removeprefix("http://"),
    }
    command = [binary(program), *(f"--{flag}={value}" for flag, value in flags.items()), *extra]
    process = Process(program, command, log=folder / "prometheus.log")
    try:
        process.wait_ready(lambda: is_ready(f"{url}/-/ready"), seconds=START_SECONDS)
        yield url
    finally:
        process.stop()
