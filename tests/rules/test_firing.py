"""When the alerts of an objective fire and clear: the finished rules, replayed by promtool over incidents."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rules.objectives import BAD, GOOD, groups, objective
from rules.promtool import Expected, Phase, assert_replay, counter

MONTH, DAY = timedelta(days=30), timedelta(days=1)


class Fires(NamedTuple):
    """First and last minute of an alert, counted from the incident's start; minute 1 is the first with errors."""

    first: int
    last: int


class Row(NamedTuple):
    """One line of the table: an incident after `warm` hours without errors."""

    target: str
    window: timedelta
    warm: int
    errors: float
    minutes: int
    page: Fires | None
    ticket: Fires | None


TABLE = {
    "total outage of 10 minutes": Row("99.9", MONTH, 76, 1, 10, Fires(1, 44), Fires(9, 374)),
    "2 % for 3 hours": Row("99.9", MONTH, 76, 0.02, 180, Fires(44, 205), None),
    "1 % for 12 hours": Row("99.9", MONTH, 76, 0.01, 720, Fires(217, 736), Fires(437, 1049)),
    "one minute of total outage": Row("99.9", MONTH, 76, 1, 1, Fires(1, 10), None),
    "total outage at 90 %": Row("90", MONTH, 40, 1, 120, Fires(87, 126), None),
    "total outage at 80 %": Row("80", MONTH, 40, 1, 200, Fires(174, 208), None),
    "a one-day window, total outage of 10 minutes": Row("99", DAY, 12, 1, 10, Fires(2, 18), Fires(4, 65)),
    "a one-day window, 5 % for 100 minutes": Row("99", DAY, 12, 0.05, 100, Fires(31, 106), Fires(61, 117)),
    "a one-day window, 2 % for 400 minutes": Row("99", DAY, 12, 0.02, 400, None, Fires(150, 430)),
}


def minutes(alert: str, fires: Fires | None, *, start: int, end: int) -> Iterator[Expected]:
    firing = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    for function, minute in (("min", fires and fires.first), ("max", fires and fires.last)):
        found = f"max({function}_over_time(timestamp({firing})[{end}m:1m])) / 60 - {start}"
        yield Expected(found, end, minute)
    yield Expected(f"sum(count_over_time({firing}[{end}m]))", end, fires and fires.last - fires.first + 1)


def without_the_period(rule_groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what no alert condition reads; it is most of the work."""
    fast, slow = rule_groups
    return [fast, {**slow, "rules": [rule for rule in slow["rules"] if rule["record"].startswith("bursar:budget_")]}]


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_alerts_fire_and_clear_in_the_minutes_of_the_table(row: Row, tmp_path: Path) -> None:
    start = row.warm * 60
    phases = [Phase(start), Phase(row.minutes, row.errors), Phase(500)]
    end = sum(phase.minutes for phase in phases)
    assert_replay(
        tmp_path,
        without_the_period(groups(objective(target=row.target, window=row.window))),
        {GOOD: counter(phases, bad=False), BAD: counter(phases, bad=True)},
        [
            *minutes("ErrorBudgetBurnPage", row.page, start=start, end=end),
            *minutes("ErrorBudgetBurnTicket", row.ticket, start=start, end=end),
        ],
    )
