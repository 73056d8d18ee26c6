"""Picture: the windows of both page tiers over an incident, and the page that follows from them."""

from datetime import timedelta
from typing import Final

from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.tiers import Tier
from pictures.chart import LEFT, STRIP_HEIGHT, Axis, Chart
from pictures.replay import Replay
from pictures.scenes import PROMISE, WINDOW, Stretch, minutes, objective, percents, steady
from pictures.svg import WIDTH, Picture

ERRORS: Final = 0.04
LENGTH: Final = timedelta(hours=1)
SHOWN: Final = range(-20, 121)

_MINUTE: Final = timedelta(minutes=1)
_PANEL: Final = 150
_SPACE: Final = 64


def incident() -> Replay:
    """Replay the incident of this picture."""
    after = Stretch(SHOWN.stop * _MINUTE - LENGTH)
    return Replay(objective(), steady(Stretch(LENGTH, ERRORS), after))


def picture() -> str:
    """Draw it."""
    replay = incident()
    tiers = replay.books.tiers.page
    drawn = Picture(
        150 + len(tiers) * (_PANEL + _SPACE),
        title=f"{100 * ERRORS:g} % of all requests fail for an hour ({PROMISE})",
        description="Error ratios of the long and the short window of each page tier, and when the page fires.",
    )
    (fires,) = minutes(replay.page())
    bottom = 84 + len(tiers) * (_PANEL + _SPACE)
    for position, tier in enumerate(tiers):
        _panel(drawn, 84 + position * (_PANEL + _SPACE), replay, tier, fires)
    _page(drawn, bottom, replay, fires)
    return str(drawn)


def _panel(drawn: Picture, top: float, replay: Replay, tier: Tier, fires: tuple[int, int]) -> None:
    chart = Chart(drawn, top, _PANEL, _minutes_axis(), _share_axis())
    chart.shade(0, LENGTH / _MINUTE)
    chart.grid()
    long, short = format_duration(tier.long), format_duration(tier.short)
    threshold = float(100 * tier.threshold)
    factor = plain(rounded(tier.factor, 2))
    drawn.text(LEFT, top - 12, f"Tier {factor} × over {long} and {short}: both above {threshold:g} %", "ink strong")
    _legend(drawn, top - 12, long, short)
    chart.level(threshold, "red dash")
    chart.curve(percents(replay.ratio(tier.short)), "amber")
    chart.curve(percents(replay.ratio(tier.long)), "blue")
    burning = [replay.burns(tier, now) for now in replay.evaluations]
    chart.strip(top + _PANEL + 8, minutes(burning), "blue")
    drawn.text(LEFT - 8, top + _PANEL + 19, "burns", "soft small", anchor="end")
    for minute in fires:
        chart.moment(minute, "red dash")


def _legend(drawn: Picture, y: float, long: str, short: str) -> None:
    for x, look, name in ((WIDTH - 320, "blue", f"last {long}"), (WIDTH - 220, "amber", f"last {short}")):
        drawn.curve([(x, y - 4), (x + 22, y - 4)], look)
        drawn.text(x + 28, y, name, "soft small")
    drawn.line((WIDTH - 112, y - 4), (WIDTH - 90, y - 4), "red dash")
    drawn.text(WIDTH - 84, y, "threshold", "soft small")


def _page(drawn: Picture, top: float, replay: Replay, fires: tuple[int, int]) -> None:
    chart = Chart(drawn, top, STRIP_HEIGHT, _minutes_axis())
    chart.strip(top, [fires], "red")
    chart.names()
    drawn.text(LEFT - 8, top + 11, "page", "ink strong small", anchor="end")
    start, end = fires
    spent = 100 * ERRORS * start * (_MINUTE / WINDOW) / float(replay.objective.budget)
    drawn.text(chart.across(start), top - 8, f"fires at +{start}: {spent:.0f} % of the budget is spent", "red strong")
    drawn.text(chart.across(end) + 8, top + 11, f"ends at +{end}", "red strong")
    drawn.text(LEFT, top + 52, "minutes since the first failed request; grey: the incident", "soft small")


def _minutes_axis() -> Axis:
    return Axis(SHOWN[0], SHOWN[-1], tuple((minute, f"{minute:+d}" if minute else "0") for minute in SHOWN[::20]))


def _share_axis() -> Axis:
    top = 100 * ERRORS * 1.15
    return Axis(0, top, tuple((value, f"{value} %") for value in range(int(top) + 1)))
