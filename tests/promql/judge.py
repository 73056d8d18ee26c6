"""Prometheus' own parser as a judge of ours: in a program that tells all it thinks, and in promtool."""

import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.binaries import binary

LABEL: Final = "namespace"
VALUE: Final = 'a "tenant"'


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Prometheus makes of an expression: an error, or all the rest.

    `confined` is `formatted` with the matcher LABEL=VALUE in every selector; `tree` shows what binds to what.
    """

    error: str = ""
    flagged: bool = False
    type: str = ""
    formatted: str = ""
    confined: str = ""
    tree: Any = None


def judge(expressions: Iterable[str]) -> Sequence[Verdict]:
    """Ask about many expressions at once."""
    asked = [{"expression": expression, "label": LABEL, "value": VALUE} for expression in expressions]
    ran = subprocess.run(
        [binary("promql-judge")],
        input="".join(json.dumps(each) + "\n" for each in asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    verdicts = [Verdict(**json.loads(line)) for line in ran.stdout.splitlines()]
    assert len(verdicts) == len(asked)
    return verdicts


def refused(promtool: str, expressions: Sequence[str], folder: Path) -> set[int]:
    """Return the indices of the expressions that a promtool refuses, each in a rule of its own."""
    path = folder / "rules.yaml"
    groups = [{"name": f"{index}", "rules": [{"record": "r", "expr": text}]} for index, text in enumerate(expressions)]
    path.write_text(yaml.dump({"groups": groups}, Dumper=yaml.CSafeDumper))
    ran = subprocess.run([binary(promtool), "check", "rules", path], capture_output=True, text=True, check=False)
    found = {
        int(index) for index in re.findall(r'group "(\d+)", rule 1, "r": could not parse', ran.stdout + ran.stderr)
    }
    assert bool(found) == bool(ran.returncode), ran.stderr
    return found
