"""Expressions that others wrote: Prometheus' own tests, and the rules of the golden files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from sandbox.modules import MODULE_OF
from sandbox.sources import go_source

GOLDEN: Final = Path(__file__).parent.parent / "golden"

# The shapes of Prometheus' promql/promqltest/test.go.
_INSTANT: Final = re.compile(r"eval(?:_\w+)?\s+instant\s+(?:at\s+(.+?))?\s+(?P<expression>.+)")
_RANGE: Final = re.compile(r"eval(?:_\w+)?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(?P<expression>.+)")


def evaluated() -> Iterator[str]:
    """Yield what Prometheus' tests evaluate, from the module that promtool is built from."""
    prometheus = go_source("github.com/prometheus/prometheus", MODULE_OF["promtool"])
    for path in sorted(prometheus.glob("promql/promqltest/testdata/*.test")):
        for line in map(str.strip, path.read_text().splitlines()):
            if line.startswith("eval"):
                found = _INSTANT.fullmatch(line) or _RANGE.fullmatch(line)
                assert found, line
                yield found["expression"]


def generated_rules() -> Iterator[str]:
    """Yield the expression of every rule in the golden files."""
    for path in sorted(GOLDEN.glob("*/*/expected/PrometheusRule-*.yaml")):
        for group in yaml.load(path.read_text(), yaml.CSafeLoader)["spec"]["groups"]:
            yield from (rule["expr"] for rule in group["rules"])
