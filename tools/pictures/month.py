"""Picture: two outages in a month, and what a ratio of sums and a mean of ratios make of them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from typing import Final

from bursar.domain.durations import format_duration
from pictures.chart import LEFT, Axis, Chart
from pictures.replay import Replay, Sums
from pictures.scenes import PROMISE, SCRAPE, WINDOW, Outage, daily, objective
from pictures.svg import Picture

NOON: Final = Outage(timedelta(days=8, hours=11, minutes=56), timedelta(minutes=8))
NIGHT: Final = Outage(timedelta(days=19, hours=23, minutes=45), timedelta(minutes=30))
SLICE: Final = timedelta(minutes=5)

_DAY: Final = timedelta(days=1)
_DRAWN: Final = timedelta(hours=2)
_TRAFFIC_TOP, _TRAFFIC_HEIGHT = 92, 70
_BUDGET_TOP, _BUDGET_HEIGHT = 226, 230


class Month:
    """A month with two outages, after one without any.

    `exact`, `rules` and `mean` tell which share of the budget is left at a moment of it: by the counters themselves, by
    the rules, and by the mean of all 5-minute ratios.
    """

    def __init__(self) -> None:
        outages = [Outage(WINDOW + outage.start, outage.length) for outage in (NOON, NIGHT)]
        self.replay = Replay(objective(), daily(2 * WINDOW + _DRAWN, outages))

    def exact(self, moment: timedelta) -> float:
        """Subtract the counters of 30 days ago from those of now."""
        now = (WINDOW + moment) // SCRAPE
        bad, total = self.replay.bad.values, self.replay.total.values
        before = now - WINDOW // SCRAPE
        return self._left(bad[now] - bad[before], total[now] - total[before])

    def rules(self, moment: timedelta) -> float:
        """Add up the sums of 30 days."""
        slow = self.replay.objective.intervals.slow
        last, samples = (WINDOW + moment) // slow - 1, WINDOW // slow
        bad, total = self._sums
        return self._left(bad.over(last, samples), total.over(last, samples))

    def mean(self, moment: timedelta) -> float:
        """Average the 5-minute ratios of 30 days."""
        samples = self.replay.samples(WINDOW)
        return self._left(self._ratios.over(self.replay.samples(WINDOW + moment), samples), samples)

    def traffic(self, moment: timedelta) -> float:
        """Return the requests per second."""
        return self.replay.total_rate[self.replay.samples(WINDOW + moment)] or 0.0

    @cached_property
    def _sums(self) -> tuple[Sums, Sums]:
        return Sums(self.replay.bad_sums), Sums(self.replay.total_sums)

    @cached_property
    def _ratios(self) -> Sums:
        return Sums(self.replay.ratio(SLICE))

    def _left(self, bad: float | None, total: float | None) -> float:
        assert bad is not None
        assert total
        return 1 - bad / total / float(self.replay.objective.budget)


def picture(month: Month) -> str:
    """Draw it."""
    drawn = Picture(
        _BUDGET_TOP + _BUDGET_HEIGHT + 46,
        title=f"A month with two total outages ({PROMISE})",
        description="Traffic by day and night, and the budget that is left by a ratio of sums and a mean of ratios.",
    )
    days = Axis(0, WINDOW.days, tuple((day, f"day {day}") for day in range(0, WINDOW.days + 1, 5)))
    charts = (_traffic(drawn, days, month), _budget(drawn, days, month))
    for outage, when in ((NOON, "at noon"), (NIGHT, "at midnight")):
        day = outage.start / _DAY
        for chart in charts:
            chart.moment(day, "red dash")
        named = f"{format_duration(outage.length)} {when}"
        drawn.text(charts[0].across(day) + 6, _TRAFFIC_TOP - 4, named, "red strong small")
    return str(drawn)


def _traffic(drawn: Picture, days: Axis, month: Month) -> Chart:
    chart = Chart(drawn, _TRAFFIC_TOP, _TRAFFIC_HEIGHT, days, Axis(0, 120, ((0, "0"), (100, "100"))))
    drawn.text(LEFT, _TRAFFIC_TOP - 14, "Requests per second", "ink strong")
    chart.grid()
    chart.curve(_points(month.traffic), "soft")
    return chart


def _budget(drawn: Picture, days: Axis, month: Month) -> Chart:
    marks = tuple((percent, f"{percent} %") for percent in range(-20, 101, 20))
    chart = Chart(drawn, _BUDGET_TOP, _BUDGET_HEIGHT, days, Axis(-20, 100, marks))
    drawn.text(LEFT, _BUDGET_TOP - 14, "Budget left", "ink strong")
    chart.grid()
    chart.names()
    chart.curve(_points(lambda moment: 100 * month.exact(moment)), "green wide")
    chart.curve(_points(lambda moment: 100 * month.rules(moment)), "blue")
    chart.curve(_points(lambda moment: 100 * month.mean(moment)), "amber dash")
    _legend(drawn)
    return chart


def _legend(drawn: Picture) -> None:
    y = _BUDGET_TOP - 14
    entries = (
        (190, "green wide", "exact"),
        (280, "blue", "ratio of sums (Bursar)"),
        (470, "amber dash", "mean of ratios"),
    )
    for x, look, name in entries:
        drawn.curve([(x, y - 4), (x + 26, y - 4)], look)
        drawn.text(x + 34, y, name, "soft small")


def _points(value: Callable[[timedelta], float]) -> Iterator[tuple[float, float]]:
    for step in range(WINDOW // _DRAWN + 1):
        yield step * _DRAWN / _DAY, value(step * _DRAWN)
