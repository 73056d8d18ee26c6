"""A past made to order."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.backfill import Sample, backfilled_prometheus, open_metrics, stages
from sandbox.process import SandboxError
from sandbox.web import read

START = datetime(2026, 9, 1, tzinfo=UTC)


def recording(name: str, expression: str) -> dict[str, str]:
    return {"record": name, "expr": expression}


def names(groups: list[dict[str, Any]]) -> set[str]:
    return {rule["record"] for group in groups for rule in group["rules"]}


def value(url: str, query: str, at: datetime) -> float:
    (series,) = json.loads(read(f"{url}/api/v1/query?query={quote(query)}&time={at.timestamp()}"))["data"]["result"]
    return float(series["value"][1])


def test_samples_are_written_metric_by_metric_in_the_order_of_time() -> None:
    later, earlier = Sample('a{x="1"}', 2.5, START + timedelta(seconds=30)), Sample('a{x="1"}', 1, START)
    assert open_metrics([later, Sample("ab", 7, START), earlier]).splitlines() == [
        'a{x="1"} 1 1788220800.000',
        'a{x="1"} 2.5 1788220830.000',
        "ab 7 1788220800.000",
        "# EOF",
    ]


def test_a_rule_comes_in_a_later_stage_than_what_it_reads() -> None:
    ratio, rate, total = recording("c:ratio", "a:rate / b:total"), recording("a:rate", "x"), recording("b:total", "y")
    group = {"name": "g", "interval": "1m", "rules": [ratio, rate, total, recording("d", "c:ratio > d")]}
    found = stages([group])
    assert [names(groups) for groups in found] == [{"a:rate", "b:total"}, {"c:ratio"}, {"d"}]
    assert {each["interval"] for groups in found for each in groups} == {"1m"}


def test_rules_in_a_circle_are_refused() -> None:
    with pytest.raises(SandboxError, match="read each other in a circle: a, b"):
        stages([{"name": "g", "rules": [recording("a", "b"), recording("b", "a")]}])


@pytest.mark.sandbox
def test_rules_are_evaluated_over_the_past(tmp_path: Path) -> None:
    steps = range(3 * 24 * 60)
    samples = [Sample("events_total", 60.0 * step, START + timedelta(minutes=step)) for step in steps]
    fast = {"name": "fast", "interval": "1m", "rules": [recording("events:rate", "rate(events_total[5m])")]}
    slow = {"name": "slow", "interval": "5m", "rules": [recording("events:day", "sum_over_time(events:rate[1d])")]}
    with backfilled_prometheus(tmp_path, samples, rule_groups=[fast, slow]) as url:
        at = START + timedelta(days=2, hours=12)
        assert value(url, "events_total", at) == 216000
        # The offset at which a group is evaluated follows from its file's path, and the last digit of a rate from it.
        assert value(url, "events:rate", at) == pytest.approx(1, rel=1e-9)
        assert value(url, "events:day", at) == pytest.approx(1440, rel=1e-9)


@pytest.mark.sandbox
def test_a_bad_rule_is_refused_in_the_words_of_promtool(tmp_path: Path) -> None:
    group = {"name": "g", "rules": [recording("a", "sum(")]}
    samples = [Sample("x", 1, START), Sample("x", 1, START + timedelta(hours=1))]
    refused = pytest.raises(SandboxError, match=r"could not backfill .*rules-0\.yaml:\n(.|\n)*parse error")
    with refused, backfilled_prometheus(tmp_path, samples, rule_groups=[group]):
        pass
