"""promtool as a judge: it accepts rules, and it replays them over synthetic series."""

import contextlib
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.binaries import binary

EVALUATION: Final = "1m"
SCRAPE: Final = "30s"
STEPS_PER_MINUTE: Final = 2

NEWER: Final = "promtool"
OLDER: Final = "promtool-2"
_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the same in C, ten times as fast
_PRECISION: Final = 10**9
_JUDGE: Final = ContextVar("judge", default=NEWER)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of even traffic: `events` per scrape, of which a share of `errors` is bad; `lost`: no samples."""

    minutes: int
    errors: float = 0.0
    events: int = 1000
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """What an instant query returns `at` a minute: one value without labels, or nothing."""

    expression: str
    at: int
    value: float | None


@contextlib.contextmanager
def judged_by(judge: str) -> Iterator[None]:
    """Ask the promtool of another Prometheus, NEWER or OLDER, for as long as the block lasts."""
    token = _JUDGE.set(judge)
    try:
        yield
    finally:
        _JUDGE.reset(token)


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(binary(_JUDGE.get())), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def write_rules(path: Path, groups: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text(yaml.dump({"groups": list(groups)}, Dumper=_DUMPER, sort_keys=False))
    return path


def assert_accepted(path: Path) -> None:
    answer = promtool("check", "rules", "--lint=all", "--lint-fatal", path)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def counter(phases: Iterable[Phase], *, bad: bool) -> str:
    """Write a counter of the bad or of the other events in promtool's notation."""
    value, parts = 0, []
    for phase in phases:
        steps = phase.minutes * STEPS_PER_MINUTE
        if phase.lost:
            parts.append(f"stale _x{steps - 1}")
            continue
        growth = round(phase.events * (phase.errors if bad else 1 - phase.errors))
        parts.append(f"{value}+{growth}x{steps - 1}")
        value += growth * steps
    return " ".join(parts)


def assert_replay(
    directory: Path,
    groups: Iterable[Mapping[str, Any]],
    series: Mapping[str, str],
    expected: Iterable[Expected],
    *,
    evaluation: str = EVALUATION,
) -> None:
    """Replay rules over series from minute 0 and compare.

    promtool ignores the intervals of groups: all are evaluated every `evaluation`.
    """
    _replay(directory, groups, series, {"promql_expr_test": list(map(_question, expected))}, evaluation=evaluation)


def assert_alert(
    directory: Path,
    groups: Iterable[Mapping[str, Any]],
    series: Mapping[str, str],
    *,
    alert: str,
    at: int,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
) -> None:
    """Replay rules and compare one firing alert with all its labels and filled-in annotations."""
    firing = {"exp_labels": dict(labels), "exp_annotations": dict(annotations)}
    test = {"alertname": alert, "eval_time": f"{at}m", "exp_alerts": [firing]}
    _replay(directory, groups, series, {"alert_rule_test": [test]})


def _question(expected: Expected) -> dict[str, Any]:
    """Ask for a value. Prometheus 2 compares to the last bit, so it is asked whether the difference is nothing."""
    expression, value = expected.expression, expected.value
    if value is not None and _JUDGE.get() == OLDER:
        expression, value = f"round((({expression}) - {value!r}) * {_PRECISION})", 0
    samples = [] if value is None else [{"labels": "{}", "value": value}]
    return {"expr": expression, "eval_time": f"{expected.at}m", "exp_samples": samples}


def _replay(
    directory: Path,
    groups: Iterable[Mapping[str, Any]],
    series: Mapping[str, str],
    test: Mapping[str, Any],
    *,
    evaluation: str = EVALUATION,
) -> None:
    rule_groups = list(groups)
    write_rules(directory / "rules.yaml", rule_groups)
    replayed = {
        "interval": SCRAPE,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        **test,
    }
    suite = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": evaluation,
        **({"fuzzy_compare": True} if _JUDGE.get() == NEWER else {}),
        # Without it promtool evaluates groups in any order, and what one reads of another may come a minute later.
        "group_eval_order": [group["name"] for group in rule_groups],
    }
    (directory / "test.yaml").write_text(yaml.safe_dump({**suite, "tests": [replayed]}, sort_keys=False))
    answer = promtool("test", "rules", directory / "test.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr
