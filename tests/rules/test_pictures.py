"""The pictures of docs/how-budgets-work.md are replayed in Python; promtool says whether that is what would happen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bursar.conventions import NO_DATA_ALERT, PAGE_ALERT
from pictures import burn, loss
from pictures.counters import Counter
from pictures.replay import Replay
from pictures.scenes import SCRAPE, WARM, Stretch, objective, steady
from rules.objectives import groups
from rules.promtool import Expected, assert_replay

MINUTE = timedelta(minutes=1)
ALL, ERRORS = 'http_requests_total{job="checkout",code="200"}', 'http_requests_total{job="checkout",code="500"}'


def incident(errors: float, length: int) -> Replay:
    return Replay(objective(), steady(Stretch(length * MINUTE, errors), Stretch(WARM)))


REPLAYS: dict[str, Callable[[], Replay]] = {
    "the incident of two tiers": burn.incident,
    "lost telemetry that comes back": loss.comes_back,
    "lost telemetry that stays away": loss.stays_away,
    "a minute of total outage": lambda: incident(1.0, 1),
    "1 % for 12 hours": lambda: incident(0.01, 720),
}


def series(counter: Counter, less: Counter, last: float) -> str:
    """Write a counter, less another one, in promtool's notation: a failed scrape leaves a marker and then a gap."""
    known = {at: value - taken for at, value, taken in zip(counter.times, counter.values, less.values, strict=True)}
    instants = [number * SCRAPE.total_seconds() for number in range(int(last / SCRAPE.total_seconds()) + 1)]
    gaps = ["_" if before not in known else "stale" for before in [instants[0], *instants]]
    return " ".join(f"{known[at]:.0f}" if at in known else gap for at, gap in zip(instants, gaps, strict=False))


def expected(alert: str, flags: Sequence[bool]) -> Iterator[Expected]:
    """Ask promtool for the first and the last minute of an alert, and for how many it has fired."""
    firing, end = f'ALERTS{{alertname="{alert}",alertstate="firing"}}', len(flags) - 1
    fires = [minute for minute, flag in enumerate(flags) if flag]
    for function, minute in (("min", fires[0] if fires else None), ("max", fires[-1] if fires else None)):
        yield Expected(f"max({function}_over_time(timestamp({firing})[{end}m:1m])) / 60", end, minute)
    yield Expected(f"sum(count_over_time({firing}[{end}m]))", end, len(fires) or None)


@pytest.mark.parametrize("replay", REPLAYS.values(), ids=REPLAYS)
def test_the_minutes_of_a_picture_are_those_of_promtool(replay: Callable[[], Replay], tmp_path: Path) -> None:
    replayed = replay()
    nothing = replace(replayed.bad, values=[0.0] * len(replayed.bad.values))
    last = replayed.evaluations[-1] * 60
    assert_replay(
        tmp_path,
        groups(replayed.objective)[:1],  # a page reads nothing of the slow group
        {ALL: series(replayed.total, replayed.bad, last), ERRORS: series(replayed.bad, nothing, last)},
        [*expected(PAGE_ALERT, replayed.page()), *expected(NO_DATA_ALERT, replayed.no_data())],
    )
