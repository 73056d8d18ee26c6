"""Budgets are exact: a few days of random traffic, the books kept by a real Prometheus; `make proof` takes 30 days."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import isnan, nan
from pathlib import Path
from random import Random

import pytest

from bursar.conventions import COVERAGE_RATIO, PERIOD_BAD_EVENTS, PERIOD_TOTAL_EVENTS, SLI_ERROR_RATIO
from bursar.domain.books import open_books
from bursar.domain.rules import Recording
from proof.case import Case
from proof.indicators import INDICATORS, Truth, requests
from proof.proof import END, prove
from proof.replay import Job, ask, needed, replay
from proof.verdict import Row
from proof.world import MINUTE, SECOND, Count, Instance, Sight
from rules.objectives import objective
from rules.promtool import Expected, assert_replay
from sandbox.backfill import receiving_prometheus, served_blocks
from sandbox.remote_write import Series, send

FIVE_DAYS = timedelta(days=5)
CASES = (
    Case("busy days, bad nights", 1, load="daily", errors="nightly", bursts=30, incidents=6, window=FIVE_DAYS),
    Case("rare and without errors", 1, load="rare", errors="none", idles=60, window=FIVE_DAYS),
    Case("troubled", 1, restarts=20, gaps=12, outages=6, missed=20, spikes=24, idles=30, window=FIVE_DAYS, replicas=2),
    Case(
        "groups come and go",
        1,
        load="daily",
        late_errors=True,
        share=0.01,
        target=Decimal(99),
        groups={"eu": ((0.0, 1.0),), "us": ((0.1, 0.5), (0.55, 0.9))},
        window=FIVE_DAYS,
    ),
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return list(prove(CASES, tmp_path_factory.mktemp("proof")))


@pytest.mark.sandbox
@pytest.mark.parametrize("indicator", [indicator.name for indicator in INDICATORS])
def test_a_budget_counts_every_event_of_covered_time(rows: list[Row], indicator: str) -> None:
    kept = [row for row in rows if row.indicator == indicator]
    assert len(kept) == sum(len(case.groups) for case in CASES)
    assert [row for row in kept if not row.holds] == []


@pytest.mark.sandbox
def test_a_mean_of_ratios_would_be_far_off_where_night_and_day_differ(rows: list[Row]) -> None:
    (row,) = [row for row in rows if (row.case, row.indicator) == ("busy days, bad nights", "availability")]
    assert row.mean_off > 100
    assert abs(row.ratio_off) < 1


RIGHT = Row(
    "case",
    "indicator",
    "",
    budget=0.01,
    truth=Truth(Count(100_000, 500), 0.9),
    total=100_000,
    bad=500,
    left=0.5,
    coverage=0.9,
    tolerance=0.01,
    mean_of_ratios=0.005,
)


def test_right_books_hold() -> None:
    assert RIGHT.holds
    assert replace(RIGHT, total=100_099, bad=500, left=1 - 500 / 1000.99, coverage=0.905).holds


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": 100_101, "left": 1 - 500 / 1001.01},
        {"total": 99_899, "left": 1 - 500 / 998.99},
        {"bad": 601, "left": 0.399},
        {"bad": 399, "left": 0.601},
        {"left": 0.501},
        {"coverage": 0.92},
        {"coverage": 0.88},
    ],
)
def test_wrong_books_are_seen(wrong: dict[str, float]) -> None:
    assert not replace(RIGHT, **wrong).holds  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["total", "bad", "left", "coverage"])
def test_what_is_not_recorded_is_not_right(missing: str) -> None:
    assert not replace(RIGHT, **{missing: nan}).holds  # type: ignore[arg-type]


MINUTES = 100
MEASURED = (PERIOD_TOTAL_EVENTS, PERIOD_BAD_EVENTS, COVERAGE_RATIO, f"{SLI_ERROR_RATIO}_5m")


@pytest.mark.sandbox
def test_the_proof_records_what_the_rule_manager_records(tmp_path: Path) -> None:
    scraped = [series for series in requests(Case("any", 1), lost_for_a_while()) if isinstance(series, Series)]
    assert all(" stale _ " in notation(series) for series in scraped)
    definition = objective(window=timedelta(days=7))
    rules = [rule for group in open_books(definition).groups for rule in group.rules if isinstance(rule, Recording)]
    read = list(needed(rules, MEASURED))
    recorded = replayed(tmp_path, scraped, read)
    assert {answer.value is None for answer in recorded} == {True, False}
    group = {"name": "all", "rules": [rule.as_data() for rule in read]}
    assert_replay(tmp_path, [group], {selector(series): notation(series) for series in scraped}, recorded)


def lost_for_a_while() -> Instance:
    scrapes = range(END, END + MINUTES * MINUTE, 30 * SECOND)
    dice = Random(1)
    sights = bytearray(len(scrapes))
    sights[60:90] = bytes([Sight.FAILED]) * 30
    ticks = {"total": [dice.randint(10, 99) for _ in scrapes], "failed": [dice.randint(1, 9) for _ in scrapes]}
    return Instance({}, scrapes, bytes(sights), ticks, b"", restarts={130: 0.5}, base=1000, gone=False)


def replayed(folder: Path, scraped: Iterable[Series], rules: Iterable[Recording]) -> list[Expected]:
    """Record rules as the proof does; returns what a query finds of them in each minute."""
    blocks = folder / "blocks"
    with receiving_prometheus(folder, blocks) as url:
        send(url, scraped)
    replay([Job(rule, [range(END, END + MINUTES * MINUTE, MINUTE)]) for rule in rules], folder, blocks)
    with served_blocks(folder, blocks) as url:
        return [answer for rule in rules for answer in found(url, f"sum({rule.metric})")]


def found(url: str, query: str) -> Iterator[Expected]:
    """Ask for every minute."""
    last = END + (MINUTES - 1) * MINUTE
    series = ask(url, "query_range", query=query, start=END / SECOND, end=last / SECOND, step=MINUTE / SECOND)
    values = {round(at * SECOND): float(value) for at, value in series[0]["values"]}
    for minute in range(MINUTES):
        yield Expected(query, minute, values.get(END + minute * MINUTE))


def selector(series: Series) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in series.labels.items() if name != "__name__")
    return f"{series.labels['__name__']}{{{labels}}}"


def notation(series: Series) -> str:
    """Write samples as promtool reads them: one for every half minute."""
    values = dict(zip(series.times, series.values, strict=True))
    said = (values.get(at) for at in range(END, END + MINUTES * MINUTE, 30 * SECOND))
    return " ".join("_" if value is None else "stale" if isnan(value) else str(value) for value in said)
