"""promtool accepts whatever an objective may ask for."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, Final

from bursar.domain.books import open_books
from bursar.domain.events import BadOfTotal, GoodOfTotal
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.promql.selector import parse_selector
from bursar.domain.rules import Recording
from rules.objectives import objective
from rules.promtool import assert_accepted, promtool, write_rules

TARGETS: Final = ("50", "66.6", "80", "90", "93.3", "95", "99", "99.5", "99.9", "99.95", "99.99", "99.999")
WINDOWS: Final = (
    *(timedelta(days=days) for days in (1, 2, 3, 4, 5, 7, 10, 14, 28, 30, 31, 60, 90)),
    timedelta(hours=36, minutes=7),
)
HISTOGRAM: Final = parse_selector('http_seconds_bucket{path=~"/a\\\\.b|`\'\\n"}')
SOURCES: Final = (
    BadOfTotal(parse_selector("{__name__=~'a.+'}"), parse_selector('{__name__="on"}')),
    GoodOfTotal(parse_selector('good{x!=""}'), parse_selector("total")),
    SlowOfHistogram(HISTOGRAM, timedelta(seconds=1)),
    SlowOfHistogram(HISTOGRAM, timedelta(milliseconds=5)),
)
MAX_RECORDINGS: Final = 20


def test_promtool_accepts_every_target_window_and_source(tmp_path: Path) -> None:
    rule_groups: list[dict[str, Any]] = []
    combinations = product(TARGETS, WINDOWS, ((), ("region", "zone")))
    for number, (target, window, group_by) in enumerate(combinations):
        source = SOURCES[number % len(SOURCES)]
        definition = objective(target=target, window=window, events=source, group_by=group_by, name=f"o{number}")
        rule_groups += [group.as_data() for group in open_books(definition).groups]
    assert_accepted(write_rules(tmp_path / "rules.yaml", rule_groups))


def test_no_objective_records_more_than_twenty_series() -> None:
    for target, window in product(TARGETS, WINDOWS):
        books = open_books(objective(target=target, window=window))
        recordings = [rule for group in books.groups for rule in group.rules if isinstance(rule, Recording)]
        assert len(recordings) <= MAX_RECORDINGS, (target, window)


def test_promtool_refuses_what_is_no_rule(tmp_path: Path) -> None:
    write_rules(tmp_path / "rules.yaml", [{"name": "x", "rules": [{"record": "x", "expr": "rate(x[0s])"}]}])
    assert promtool("check", "rules", tmp_path / "rules.yaml").returncode
