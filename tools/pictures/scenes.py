"""The objective of all pictures, at the default intervals, and the traffic that it sees."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from math import cos, tau
from random import Random
from typing import Final

from bursar.api.alerting import NoData
from bursar.compiler.pace import PROMETHEUS_DEFAULT
from bursar.domain.decimals import plain
from bursar.domain.durations import format_duration
from bursar.domain.events import BadOfTotal
from bursar.domain.objective import Audience, Identity, Intervals, NoDataAlert, ObjectiveDefinition
from bursar.domain.promql.selector import parse_selector
from bursar.settings import Settings
from pictures.counters import Tick

TARGET: Final = Decimal("99.9")
WINDOW: Final = timedelta(days=30)
SCRAPE: Final = PROMETHEUS_DEFAULT
EVALUATION: Final = Settings().fast_interval
PROMISE: Final = f"target {plain(TARGET)} %, {format_duration(WINDOW)}"
WARM: Final = timedelta(hours=10)
"""How long all is well before an incident: the longest window that a page reads is full."""

_STEADY: Final = 1000  # events from scrape to scrape
_NOON, _NIGHT = 3000, 60
_QUIET_ERRORS: Final = 0.0002
_REQUESTS: Final = parse_selector('http_requests_total{job="checkout"}')
_ERRORS: Final = parse_selector('http_requests_total{job="checkout",code=~"5.."}')


def objective(*, target: Decimal = TARGET, window: timedelta = WINDOW) -> ObjectiveDefinition:
    """Promise that requests succeed."""
    return ObjectiveDefinition(
        identity=Identity("shop", "checkout", "availability"),
        target=target,
        window=window,
        events=BadOfTotal(_ERRORS, _REQUESTS),
        intervals=Intervals.derive(window=window, scrape=SCRAPE, fast=EVALUATION, slow=None),
        page=Audience("critical"),
        no_data=NoDataAlert(NoData().for_, Audience("high")),
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steady traffic for a while; a share of it fails. `seen` False: nothing can be scraped."""

    length: timedelta
    errors: float = 0.0
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Outage:
    """A total outage, so long after the first scrape."""

    start: timedelta
    length: timedelta


def minutes(flags: Iterable[bool]) -> list[tuple[int, int]]:
    """Return when something was so: the first minute, and the one behind the last, from the end of the warm-up on."""
    found, start = [], -(WARM // EVALUATION)
    for flag, run in groupby(flags):
        end = start + len(list(run))
        if flag:
            found.append((start, end))
        start = end
    return found


def percents(ratios: Iterable[float | None]) -> Iterator[tuple[float, float | None]]:
    """Return what a chart shows of a series of ratios: minutes from the end of the warm-up on, and percents."""
    for minute, ratio in enumerate(ratios, start=-(WARM // EVALUATION)):
        yield minute, None if ratio is None else 100 * ratio


def steady(*stretches: Stretch) -> list[Tick]:
    """Play some stretches after a long time in which all was well."""
    ticks: list[Tick] = []
    for stretch in (Stretch(WARM), *stretches):
        ticks += [Tick(_STEADY, round(_STEADY * stretch.errors), stretch.seen)] * (stretch.length // SCRAPE)
    return ticks


def lively(length: timedelta, *, while_: range, trouble: range, errors: float) -> list[Tick]:
    """Let steady traffic go up and down for some ticks; in those of `trouble` a share fails, as it did long before."""
    dice = Random(7)
    totals = [round(_STEADY * (0.5 + dice.random())) if tick in while_ else _STEADY for tick in range(length // SCRAPE)]
    failed = [round(total * errors) if tick in trouble or tick == 0 else 0 for tick, total in enumerate(totals)]
    return [Tick(total, bad) for total, bad in zip(totals, failed, strict=True)]


def daily(length: timedelta, outages: Sequence[Outage]) -> list[Tick]:
    """Let traffic follow the day, from midnight on; few events fail but for some outages."""
    return list(_days(length // SCRAPE, outages))


def _days(ticks: int, outages: Sequence[Outage]) -> Iterator[Tick]:
    carried = 0.0
    for number in range(ticks):
        at = number * SCRAPE
        total = round(_NIGHT + (_NOON - _NIGHT) * ((1 - cos(tau * (at / timedelta(days=1)))) / 2) ** 2)
        out = any(outage.start <= at < outage.start + outage.length for outage in outages)
        carried += 0.0 if out else total * _QUIET_ERRORS
        yield Tick(total, total if out else int(carried))
        carried -= 0 if out else int(carried)
