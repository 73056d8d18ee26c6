"""Picture: the telemetry of a service is lost in mid-outage, and what becomes of its page."""

from datetime import timedelta
from typing import Final

from bursar.domain.durations import format_duration
from pictures.chart import Axis, Chart
from pictures.replay import Replay
from pictures.scenes import PROMISE, Stretch, minutes, objective, percents, steady
from pictures.svg import Picture

ERRORS: Final = 0.5
LOST: Final = timedelta(minutes=20)
MENDED: Final = timedelta(minutes=75)
BACK: Final = timedelta(minutes=90)
NEVER: Final = timedelta(hours=8)

_MINUTE: Final = timedelta(minutes=1)
_LEFT: Final = 150
_TOP: Final = 92
_HEIGHT: Final = 110
_SPACE: Final = 26
_MINUTES: Final = Axis(-20, 120, tuple((at, f"{at:+d}" if at else "0") for at in range(-20, 121, 20)))
_HOURS: Final = Axis(-60, 480, tuple((at, f"{at // 60:+d} h" if at else "0") for at in range(-60, 481, 60)))


def comes_back() -> Replay:
    """Replay an outage whose telemetry is lost, and comes back after the service was mended."""
    unseen = (Stretch(MENDED - LOST, ERRORS, seen=False), Stretch(BACK - MENDED, seen=False))
    return Replay(objective(), steady(Stretch(LOST, ERRORS), *unseen, Stretch(timedelta(hours=1))))


def stays_away() -> Replay:
    """Replay the same outage with telemetry that never comes back."""
    return Replay(objective(), steady(Stretch(LOST, ERRORS), Stretch(NEVER, ERRORS, seen=False)))


def picture() -> str:
    """Draw it."""
    drawn = Picture(
        546,
        title=f"Half of all requests fail, and the telemetry is lost ({PROMISE})",
        description="When the page fires with and without being held, and when the alert that there is no data fires.",
    )
    replay = comes_back()
    _curves(drawn, replay)
    strips = _strips(drawn, _TOP + _HEIGHT + 14, _MINUTES, replay)
    bottom = strips.top + strips.height
    drawn.text(_LEFT, bottom + 40, "minutes since the first failed request; grey: nothing is seen", "soft small")
    drawn.text(_LEFT, bottom + 72, "The same, but the telemetry never comes back", "ink strong")
    _strips(drawn, bottom + 86, _HOURS, stays_away())
    return str(drawn)


def _curves(drawn: Picture, replay: Replay) -> None:
    chart = Chart(drawn, _TOP, _HEIGHT, _MINUTES, Axis(0, 60, ((0, "0 %"), (25, "25 %"), (50, "50 %"))), _LEFT)
    drawn.text(_LEFT, _TOP - 14, "Requests that fail", "ink strong")
    _legend(drawn)
    chart.shade(LOST / _MINUTE, BACK / _MINUTE)
    chart.grid()
    truth = ((-20, 0), (0, 0), (0, ERRORS), (MENDED / _MINUTE, ERRORS), (MENDED / _MINUTE, 0), (120, 0))
    chart.curve(((at, 100 * share) for at, share in truth), "soft dash")
    tier = replay.books.tiers.page[0]
    chart.curve(percents(replay.ratio(tier.long)), "blue")
    chart.curve(percents(replay.ratio(tier.short)), "amber")


def _legend(drawn: Picture) -> None:
    y = _TOP - 14
    entries = ((320, "soft dash", "in truth"), (420, "blue", "recorded, last 1h"), (590, "amber", "recorded, last 5m"))
    for x, look, name in entries:
        drawn.curve([(x, y - 4), (x + 26, y - 4)], look)
        drawn.text(x + 34, y, name, "soft small")


def _strips(drawn: Picture, top: float, axis: Axis, replay: Replay) -> Chart:
    rows = (
        ("telemetry", [rate is not None for rate in replay.total_rate], "green"),
        ("page", replay.page(), "red"),
        ("page without hold", replay.page(hold=False), "red pale"),
        ("NoData alert", replay.no_data(), "amber"),
    )
    chart = Chart(drawn, top, len(rows) * _SPACE - 8, axis, left=_LEFT)
    for number, (name, flags, look) in enumerate(rows):
        y = top + number * _SPACE
        drawn.text(_LEFT - 10, y + 12, name, "ink small", anchor="end")
        stretches = minutes(flags)
        chart.strip(y, stretches, look)
        for _, end in stretches:
            if end < axis.high:
                drawn.text(chart.across(end) + 6, y + 11.5, _ended(end), "soft small")
    chart.names()
    return chart


def _ended(minute: int) -> str:
    return f"until +{format_duration(minute * _MINUTE)}"
