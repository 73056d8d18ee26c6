"""capacity-planning: how full everything is, how fast it fills, and when it is full."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bursar.api.dashboard_widgets import Mapping, Row, Widget
from bursar.api.monitoring_target import RequestsSignal
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates.given import Given, Template
from bursar.compiler.dashboard.templates.parameters import duration, printed
from bursar.compiler.dashboard.templates.queries import fullness, rates
from bursar.compiler.dashboard.templates.resources import fullnesses
from bursar.compiler.dashboard.templates.service_red import lacking, needed_target
from bursar.compiler.dashboard.templates.widgets import FILLS_UP, SHARE, Asked, page, row, series, stat, steps
from bursar.domain.promql.build import sum_by
from bursar.domain.promql.selector import Selector

LOOKBACK: Final = "lookback"
HORIZON: Final = "horizon"
NOT_FILLING: Final = Mapping(value="null", text="does not fill up")
_FULL: Final = steps((None, "green"), (1, "red"))
_STEP: Final = "10m"
_SOON: Final = steps((None, "red"), (3 * 86400, "orange"), (14 * 86400, "green"))


@dataclass(frozen=True, slots=True)
class _Store:
    """Something that fills up, looked at over `lookback` and foreseen `horizon` seconds; both in PromQL."""

    name: str
    used: Selector
    capacity: Selector
    lookback: str
    horizon: int

    @property
    def past(self) -> str:
        """How full it was, as a range."""
        return f"({fullness(self.used, self.capacity)})[{self.lookback}:{_STEP}]"


def build(given: Given) -> Content:
    """Show what of a target fills up, with a forecast, and how its traffic grows."""
    target = needed_target(given, "capacity-planning")
    lookback, horizon = printed(given, LOOKBACK, "7d"), int(duration(given, HORIZON, "30d").total_seconds())
    stores = [_Store(*pair, lookback, horizon) for pair in fullnesses(target)]
    requests = target.spec.signals.requests
    if not stores and requests is None:
        raise lacking(target, "saturation, memory or requests")
    return page(
        *(row(f"Capacity of {store.name}", *_capacity(store)) for store in stores),
        _growth(requests, lookback) if requests else None,
    )


def _capacity(store: _Store) -> Iterator[Widget]:
    """Show how it stands with the fullest of it, and all of it over time."""
    seconds = f"min(({store.capacity} - {store.used}) / (deriv({store.used}[{store.lookback}]) > 0))"
    told = f"How long until the first of {store.name} is full, if it fills on as over the last {store.lookback}."
    yield stat("Full in", told, seconds, unit="s", thresholds=_SOON, mappings=(NOT_FILLING,))
    busy = f"quantile_over_time(0.95, {store.past})"
    told = f"Over the last {store.lookback}, 95 % of the time no more of {store.name} was used."
    yield stat("Use, 95 %", told, f"max({busy})", unit=SHARE, thresholds=FILLS_UP)
    told = f"Over the last {store.lookback}."
    yield stat("Highest use", told, f"max(max_over_time({store.past}))", unit=SHARE, thresholds=FILLS_UP)
    yield stat("Room", "What is left, 95 % of the time.", f"1 - max({busy})", unit=SHARE)
    told = _forecast_told(store)
    yield series("Use and forecast", told, *_forecast(store), unit=SHARE, min=0, width=24, thresholds=_FULL)


def _forecast(store: _Store) -> Iterator[Asked]:
    yield fullness(store.used, store.capacity), "now {{instance}}"
    ahead = f"predict_linear({store.used}[{store.lookback}], {store.horizon})"
    yield fullness(f"clamp_min({ahead}, 0)", store.capacity), "foreseen {{instance}}"


def _forecast_told(store: _Store) -> str:
    days = store.horizon / 86400
    return f"How much is used, and how much {days:g} days later if it goes on as over the last {store.lookback}."


def _growth(requests: RequestsSignal, lookback: str) -> Row | None:
    now = rates(requests.total)
    before = sum_by((), f"rate({requests.total}[$__rate_interval] offset {lookback})")
    growth = f"{now} / ({before} > 0) - 1"
    return row(
        "Traffic",
        series(
            "Requests",
            f"Requests per second, and {lookback} before.",
            (now, "now"),
            (before, f"{lookback} before"),
            unit="reqps",
        ),
        series("Growth", f"By how much traffic is above that of {lookback} before.", (growth, "growth"), unit=SHARE),
    )


TEMPLATE = Template(
    name="capacity-planning",
    title="Capacity",
    shows="How full everything is, how fast it fills, and when it is full.",
    build=build,
    parameters={
        LOOKBACK: "How far the past is looked at. Default 7d.",
        HORIZON: "How far the forecast reaches. Default 30d.",
    },
)
