"""promtool accepts whatever an objective may ask for, that of Prometheus 3 and that of 2.4x."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

from bursar.domain.books import open_books
from bursar.domain.events import BadOfTotal, EventSource, Expressions, Gauge, GoodOfTotal
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.objective import (
    Audience,
    BudgetAlert,
    ExhaustionAlert,
    Identity,
    NoDataAlert,
    ObjectiveDefinition,
)
from bursar.domain.promql.selector import parse_selector
from bursar.domain.rules import Recording
from bursar.domain.timeslices import Missing, Timeslices
from rules.objectives import objective
from rules.promtool import NEWER, OLDER, assert_accepted, judged_by, promtool, write_rules

TARGETS: Final = ("50", "66.6", "80", "90", "93.3", "95", "99", "99.5", "99.9", "99.95", "99.99", "99.999")
WINDOWS: Final = (
    *(timedelta(days=days) for days in (1, 2, 3, 4, 5, 7, 10, 14, 28, 30, 31, 60, 90)),
    timedelta(hours=36, minutes=7),
)
HISTOGRAM: Final = parse_selector('http_seconds_bucket{path=~"/a\\\\.b|`\'\\n"}')
SLICES: Final = Timeslices(Identity("", "", ""), "rate(x[{{.window}}]) > bool 1", timedelta(minutes=1))
SOURCES: Final[tuple[EventSource, ...]] = (
    BadOfTotal(parse_selector("{__name__=~'a.+'}"), parse_selector('{__name__="on"}')),
    GoodOfTotal(parse_selector('good{x!=""}'), parse_selector("total")),
    SlowOfHistogram(HISTOGRAM, timedelta(seconds=1)),
    SlowOfHistogram(HISTOGRAM, timedelta(milliseconds=5)),
    Gauge(parse_selector('up{job="x"}')),
    Expressions("sum(rate(all[{{.window}}]))", "sum(rate(bad[{{.window}}]))"),
    *(replace(SLICES, missing=missing) for missing in Missing),
)
MAX_RECORDINGS: Final = 20


def complete(definition: ObjectiveDefinition) -> ObjectiveDefinition:
    """Add every alert, and tell slices whose they are."""
    somebody = Audience("high", {"component": "x"}, {"wiki": "https://wiki.example.com"})
    events = definition.events
    return replace(
        definition,
        events=replace(events, identity=definition.identity) if isinstance(events, Timeslices) else events,
        budget_alerts=tuple(BudgetAlert(Decimal(below), somebody) for below in ("25", "12.5", "0")),
        exhaustion=ExhaustionAlert(timedelta(hours=12), somebody),
        no_data=NoDataAlert(timedelta(minutes=10), somebody),
    )


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules for all targets and windows, with and without groups, from every source in turn."""
    rule_groups: list[dict[str, Any]] = []
    combinations = product(TARGETS, WINDOWS, ((), ("region", "zone")))
    for number, (target, window, group_by) in enumerate(combinations):
        source = SOURCES[number // 2 % len(SOURCES)]
        definition = objective(target=target, window=window, events=source, group_by=group_by, name=f"o{number}")
        rule_groups += [group.as_data() for group in open_books(complete(definition)).groups]
    return write_rules(tmp_path_factory.mktemp("everything") / "rules.yaml", rule_groups)


@pytest.mark.parametrize("judge", [NEWER, OLDER])
def test_promtool_accepts_every_target_window_and_source(everything: Path, judge: str) -> None:
    with judged_by(judge):
        assert_accepted(everything)


def test_no_objective_records_more_than_twenty_series() -> None:
    for target, window in product(TARGETS, WINDOWS):
        books = open_books(objective(target=target, window=window))
        recordings = [rule for group in books.groups for rule in group.rules if isinstance(rule, Recording)]
        assert len(recordings) <= MAX_RECORDINGS, (target, window)


def test_promtool_refuses_what_is_no_rule(tmp_path: Path) -> None:
    write_rules(tmp_path / "rules.yaml", [{"name": "x", "rules": [{"record": "x", "expr": "rate(x[0s])"}]}])
    assert promtool("check", "rules", tmp_path / "rules.yaml").returncode
