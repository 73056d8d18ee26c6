"""A past made to order: samples become TSDB blocks, and a real Prometheus answers over them at any time."""

import contextlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.binaries import binary
from sandbox.process import SandboxError
from sandbox.prometheus import running_prometheus
from sandbox.web import request

RETENTION: Final = "10y"  # nothing is too old for a test

# Blocks of two hours, the default, are slow to make and slow to read when there are hundreds. Rules are evaluated with
# one range query for a block, of at most 11,000 points: enough for intervals from 18 s.
BLOCK: Final = "54h"
SNAPSHOT_SECONDS: Final = 300.0

# As long as this, the head of a TSDB takes samples of all times in any order of series, and never cuts a block.
ENDLESS: Final = "3650d"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series; `series` as in PromQL, `jobs_total{queue="mail"}`, `at` with a time zone."""

    series: str
    value: float
    at: datetime


def open_metrics(samples: Iterable[Sample]) -> str:
    """Write samples as OpenMetrics text: the samples of a metric together, each series in the order of time."""
    ordered = sorted(samples, key=lambda sample: (sample.series.partition("{")[0], sample.series, sample.at))
    lines = [f"{sample.series} {sample.value!r} {sample.at.timestamp():.3f}" for sample in ordered]
    return "\n".join([*lines, "# EOF", ""])


def write_blocks(text: str, folder: Path) -> None:
    """Turn OpenMetrics text with timestamps into TSDB blocks; raises SandboxError when promtool refuses it."""
    source = folder.with_suffix(".openmetrics")
    source.write_text(text)
    _promtool("openmetrics", source, folder)


@contextlib.contextmanager
def backfilled_prometheus(
    folder: Path, samples: Iterable[Sample], *, rule_groups: Iterable[Mapping[str, Any]] = ()
) -> Iterator[str]:
    """Run a Prometheus over samples of the past; yields its URL, to be queried with `time=`. It scrapes nothing.

    `rule_groups`, as in a rule file, have been evaluated over the whole time of the samples, each at its interval;
    recording rules only. `folder` takes all files. Raises SandboxError when samples or rules are refused.
    """
    past = tuple(samples)
    blocks = folder / "blocks"
    folder.mkdir(parents=True, exist_ok=True)
    write_blocks(open_metrics(past), blocks)
    for number, groups in enumerate(stages(rule_groups)):
        rules = folder / f"rules-{number}.yaml"
        rules.write_text(yaml.safe_dump({"groups": groups}))
        with served_blocks(folder, blocks) as url:
            span = (min(sample.at for sample in past), max(sample.at for sample in past))
            _write_recordings(rules, url, span, blocks)
    with served_blocks(folder, blocks) as url:
        yield url


def stages(rule_groups: Iterable[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """Split recording rules so that each stage reads only what stages before it have recorded.

    promtool evaluates every rule over what a server already has, so a rule cannot read another of the same run.
    """
    waiting = [(group, rule) for group in rule_groups for rule in group["rules"]]
    result = []
    while waiting:
        recorded_later = {rule["record"] for _, rule in waiting}
        now = [(group, rule) for group, rule in waiting if not _names(rule["expr"]) & recorded_later - {rule["record"]}]
        if not now:
            raise SandboxError(f"recording rules read each other in a circle: {', '.join(sorted(recorded_later))}")
        result.append(
            [{**group, "name": f"{group['name']}-{n}", "rules": [rule]} for n, (group, rule) in enumerate(now)]
        )
        waiting = [pair for pair in waiting if pair not in now]
    return result


def _names(expression: str) -> set[str]:
    return set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", expression))


def _write_recordings(rules: Path, url: str, span: tuple[datetime, datetime], blocks: Path) -> None:
    start, end = (f"{instant.timestamp():.0f}" for instant in span)
    _promtool("rules", f"--url={url}", f"--start={start}", f"--end={end}", f"--output-dir={blocks}", rules)


def _promtool(*arguments: str | Path) -> None:
    command = [binary("promtool"), "tsdb", "create-blocks-from", "--quiet", f"--max-block-duration={BLOCK}", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SandboxError(f"promtool could not backfill {arguments[-1]}:\n{ran.stdout}{ran.stderr}")


@contextlib.contextmanager
def receiving_prometheus(folder: Path, blocks: Path) -> Iterator[str]:
    """Run an empty Prometheus that takes the past by remote write; yields its URL.

    At the end all it was given is one more block in `blocks`. Unlike OpenMetrics text, remote write can end a series
    with a stale marker and carries native histograms. To be read fast, samples must be in a block.
    """
    place = Path(tempfile.mkdtemp(prefix="received-", dir=folder))
    endless = (f"--storage.tsdb.{bound}-block-duration={ENDLESS}" for bound in ("min", "max"))
    with _prometheus(folder, place, "--web.enable-remote-write-receiver", "--web.enable-admin-api", *endless) as url:
        yield url
        answer = request("POST", f"{url}/api/v1/admin/tsdb/snapshot", seconds=SNAPSHOT_SECONDS)
        if answer.status != 200:
            raise SandboxError(f"no snapshot of what was received: {answer.text}")
    blocks.mkdir(exist_ok=True)
    for block in place.glob("snapshots/*/*"):
        block.rename(blocks / block.name)
    shutil.rmtree(place)


def served_blocks(folder: Path, blocks: Path) -> contextlib.AbstractContextManager[str]:
    """Run a Prometheus on blocks, which it leaves as they are; yields its URL, to be queried with `time=`."""
    return _prometheus(folder, blocks, "--no-storage.tsdb.allow-overlapping-compaction")


def _prometheus(folder: Path, storage: Path, *flags: str) -> contextlib.AbstractContextManager[str]:
    extra = (f"--storage.tsdb.retention.time={RETENTION}", *flags)
    return running_prometheus(folder, {}, blocks=storage, extra=extra)
