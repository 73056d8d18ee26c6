"""Picture: how events become a budget, stage by stage."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from bursar.conventions import (
    BUDGET_BAD_SUM,
    BUDGET_TOTAL_SUM,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLI_BAD_RATE,
    SLI_TOTAL_RATE,
)
from bursar.domain.durations import format_duration
from pictures.chart import LEFT, Axis, Chart
from pictures.counters import Counter
from pictures.replay import Replay
from pictures.scenes import SCRAPE, lively, objective
from pictures.svg import WIDTH, Picture

FIRST: Final = 30  # the minute with which the picture begins, and a sum
LAST: Final = FIRST + 15
ERRORS: Final = 0.3

_MINUTE: Final = timedelta(minutes=1)
_LIVELY: Final = (FIRST + 2, LAST - 3)
_TROUBLE: Final = (FIRST + 7, FIRST + 10.5)
_TOP: Final = 84
_HEIGHT: Final = 92
_ROW: Final = 158


class Count(NamedTuple):
    """Events, and the bad ones among them."""

    total: float
    bad: float

    def __str__(self) -> str:
        return f"{self.total:,.0f} requests, {self.bad:,.0f} failed"


def replayed() -> Replay:
    """Replay the traffic of this picture."""
    length = (LAST + 10) * _MINUTE
    return Replay(objective(), lively(length, while_=_ticks(_LIVELY), trouble=_ticks(_TROUBLE), errors=ERRORS))


def by_the_counters(replay: Replay) -> Count:
    """Count what happened in the time that is shown: the growth of the counters."""
    return Count(_growth(replay.total), _growth(replay.bad))


def by_the_rules(replay: Replay) -> Count:
    """Count the same as the rules do."""
    return Count(*(sum(each) for each in zip(*_sums(replay), strict=True)))


def picture() -> str:
    """Draw it."""
    replay = replayed()
    drawn = Picture(
        _TOP + 3 * _ROW + 112,
        title="From counters to a budget: every stage adds up what the one before it has recorded",
        description="Two counters, their rates, the sums of the rates, and the sum of all sums of the window.",
    )
    intervals = objective().intervals
    _raw(_row(drawn, 0, "1  Counters, as scraped", f"every {format_duration(SCRAPE)}", _counter_axis(replay)), replay)
    rates = f"{SLI_TOTAL_RATE}, {SLI_BAD_RATE}: every {format_duration(intervals.fast)}"
    _rates(_row(drawn, 1, "2  Rates, per second", rates, Axis(0, 50, ((0, "0"), (25, "25"), (50, "50")))), replay)
    sums = f"{BUDGET_TOTAL_SUM}, {BUDGET_BAD_SUM}: every {format_duration(intervals.slow)}"
    top = Axis(0, 14000, ((0, "0"), (6000, "6,000"), (12000, "12,000")))
    _five_minutes(_row(drawn, 2, "3  Sums, in events", sums, top), replay)
    _period(drawn, _TOP + 3 * _ROW - 6, replay)
    return str(drawn)


def _row(drawn: Picture, number: int, title: str, series: str, y: Axis) -> Chart:
    minutes = tuple((minute, f"{minute - FIRST} min") for minute in range(FIRST, LAST + 1, 5))
    chart = Chart(drawn, _TOP + number * _ROW, _HEIGHT, Axis(FIRST, LAST, minutes), y)
    drawn.text(LEFT, chart.top - 14, title, "ink strong")
    drawn.text(LEFT + 200, chart.top - 14, series, "soft small")
    chart.grid()
    chart.names()
    return chart


def _counter_axis(replay: Replay) -> Axis:
    return Axis(
        0, 1.05 * _growth(replay.total), tuple((value, f"+{value:,}" if value else "0") for value in (0, 10000, 20000))
    )


def _raw(chart: Chart, replay: Replay) -> None:
    for counter, colour, name in ((replay.total, "blue", "all"), (replay.bad, "red", "failed")):
        first, last = _ends(counter)
        for at, value in zip(counter.times[first : last + 1], counter.values[first : last + 1], strict=True):
            x, y = chart.at(at / 60, value - counter.values[first])
            chart.picture.dot(x, y, colour)
        chart.picture.text(x - 14, y + (18 if name == "all" else -8), name, f"{colour} small", anchor="end")


def _rates(chart: Chart, replay: Replay) -> None:
    for now in range(FIRST + 1, LAST + 1):
        for series, look in ((replay.total_rate, "blue pale"), (replay.bad_rate, "red")):
            chart.bar((now - 0.9, now - 0.1), series[now] or 0.0, look)


def _five_minutes(chart: Chart, replay: Replay) -> None:
    for number, (total, bad) in enumerate(_sums(replay)):
        start = FIRST + 5 * number
        chart.bar((start + 0.1, start + 4.9), total, "blue pale")
        chart.bar((start + 0.1, start + 4.9), bad, "red")
        chart.picture.text(chart.across(start + 2.5), chart.top + 12, str(Count(total, bad)), "ink", anchor="middle")


def _period(drawn: Picture, y: float, replay: Replay) -> None:
    drawn.text(LEFT, y, "4  All sums of the window", "ink strong")
    drawn.text(LEFT + 200, y, f"{PERIOD_TOTAL_EVENTS}, {PERIOD_BAD_EVENTS}", "soft small")
    drawn.box(LEFT, y + 14, WIDTH - 2 * LEFT + 42, 74, "shade")
    rules, counters = by_the_rules(replay), by_the_counters(replay)
    for line, (words, count) in enumerate((("these three sums", rules), ("the counters themselves", counters))):
        drawn.text(LEFT + 16, y + 44 + 26 * line, f"{words}:", "ink")
        drawn.text(LEFT + 200, y + 44 + 26 * line, f"{count} = {count.bad / count.total:.3%}".replace("%", " %"), "ink")


def _sums(replay: Replay) -> Sequence[tuple[float, float]]:
    """Return the sums of the time that is shown; the first sum covers the first five minutes."""
    shown = slice(FIRST // 5, LAST // 5)
    pairs = zip(replay.total_sums[shown], replay.bad_sums[shown], strict=True)
    return [(total or 0.0, bad or 0.0) for total, bad in pairs]


def _ticks(minutes: tuple[float, float]) -> range:
    return range(*(round(minute * _MINUTE / SCRAPE) for minute in minutes))


def _growth(counter: Counter) -> float:
    first, last = _ends(counter)
    return counter.values[last] - counter.values[first]


def _ends(counter: Counter) -> tuple[int, int]:
    return counter.times.index(FIRST * 60), counter.times.index(LAST * 60)
