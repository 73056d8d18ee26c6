"""Times at which a channel stays silent: what a clock on somebody's wall says, as windows in UTC.

Alertmanager's configuration, as prometheus-operator takes it, knows no time zones. A window of weekdays moves with the
offset of its zone and is right until that changes; one of dates is written down day by day for a year and more, which
is right across such changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from bursar.conventions import Severity

Span: TypeAlias = tuple[int, int]
"""Minutes from the midnight at which a day begins: from one up to before the other, which may be of the next day."""

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_DAY_MINUTES: Final = 24 * 60
_WEEK_MINUTES: Final = 7 * _DAY_MINUTES
_AHEAD: Final = timedelta(days=400)
WHOLE_DAY: Final[Span] = (0, _DAY_MINUTES)


@dataclass(frozen=True, slots=True)
class MuteTime:
    """When it is silent, on the clock of a zone; what is empty does not restrict, and severities empty means all.

    A span that runs over midnight belongs to the day on which it begins. Weekdays count from Monday = 0, days of the
    month from 1, and from the last day = -1 backwards.
    """

    name: str
    zone: ZoneInfo
    spans: tuple[Span, ...] = (WHOLE_DAY,)
    weekdays: frozenset[int] = frozenset()
    days_of_month: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    severities: frozenset[str] = frozenset()

    @property
    def has_dates(self) -> bool:
        """Whether it depends on more than the day of the week."""
        return bool(self.days_of_month or self.months)

    def counts_for(self, severity: str) -> bool:
        """Whether alerts of a severity are not told."""
        return not self.severities or severity in self.severities

    def begins_on(self, day: date) -> bool:
        """Whether its spans begin on a day."""
        return (
            (not self.weekdays or day.weekday() in self.weekdays)
            and (not self.days_of_month or bool(self.days_of_month & _numbers(day)))
            and (not self.months or day.month in self.months)
        )


@dataclass(frozen=True, slots=True)
class UtcWindow:
    """Times of a day in UTC, all of `spans` within one day, on some weekdays or on some days of one month."""

    spans: tuple[Span, ...]
    weekdays: tuple[int, ...] = ()
    days_of_month: tuple[int, ...] = ()
    month: int = 0
    year: int = 0


@dataclass(frozen=True, slots=True)
class MutePlan:
    """What Alertmanager is told: windows by name, which names count for which severity, until when that is right."""

    intervals: Mapping[str, tuple[UtcWindow, ...]]
    by_severity: Mapping[str, tuple[str, ...]]
    valid_until: datetime | None


def muted(mute_times: Iterable[MuteTime], at: datetime) -> MutePlan:
    """Plan the silence of a channel from an instant on; `valid_until` None: there is none."""
    mutes = tuple(mute_times)
    windows = {mute.name: _dated(mute, at) if mute.has_dates else _weekly(mute, at) for mute in mutes}
    intervals = {name: found for name, found in windows.items() if found}
    counting = {
        severity: tuple(mute.name for mute in mutes if mute.name in intervals and mute.counts_for(severity))
        for severity in (each.value for each in Severity)
    }
    return MutePlan(intervals, counting, min((_right_until(mute, at) for mute in mutes), default=None))


def _right_until(mute: MuteTime, at: datetime) -> datetime:
    if mute.has_dates:
        return _next_month(_month_of(at))
    return next(_changes(mute.zone, at, at + _AHEAD), at + _AHEAD)


def _weekly(mute: MuteTime, at: datetime) -> tuple[UtcWindow, ...]:
    """Move the spans by the offset around the week, and put days with the same times together."""
    shift = _offset(mute.zone, at) // _MINUTE
    spans = [
        (day * _DAY_MINUTES + start - shift, day * _DAY_MINUTES + end - shift)
        for day in mute.weekdays or range(7)
        for start, end in mute.spans
    ]
    days = _by_day(_merged(_around_the_week(spans)))
    alike = _alike(days)
    return tuple(UtcWindow(times, weekdays=tuple(each) if len(each) < 7 else ()) for times, each in alike.items())


def _around_the_week(spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        first = start % _WEEK_MINUTES
        last = first + end - start
        yield first, min(last, _WEEK_MINUTES)
        if last > _WEEK_MINUTES:
            yield 0, last - _WEEK_MINUTES


def _dated(mute: MuteTime, at: datetime) -> tuple[UtcWindow, ...]:
    """Write down all days from this month on, and put those of a month with the same times together."""
    start = _month_of(at)
    end = _month_of(start + _AHEAD)
    minutes = _merged(_minutes(mute, start, end))
    months: dict[tuple[int, int], dict[int, tuple[Span, ...]]] = defaultdict(dict)
    for number, spans in _by_day(minutes).items():
        day = start + number * _DAY
        months[day.year, day.month][day.day] = spans
    return tuple(
        UtcWindow(spans, days_of_month=tuple(days), month=month, year=year)
        for (year, month), of_month in months.items()
        for spans, days in _alike(of_month).items()
    )


def _minutes(mute: MuteTime, start: datetime, end: datetime) -> Iterator[Span]:
    """Yield the spans in minutes of UTC since `start`, one by one for every offset that the zone has until `end`."""
    bounds = (start, *_changes(mute.zone, start, end), end)
    for since, until in pairwise(bounds):
        first, last, shift = (since - start) // _MINUTE, (until - start) // _MINUTE, _offset(mute.zone, since)
        days = range((since - start).days - 2, (until - start).days + 2)
        for number in (number for number in days if mute.begins_on((start + number * _DAY).date())):
            midnight = number * _DAY_MINUTES - shift // _MINUTE
            for begin, stop in mute.spans:
                if (left := max(midnight + begin, first)) < (right := min(midnight + stop, last)):
                    yield left, right


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the instants after `start` and before `end` at which the offset of a zone changes."""
    before = start
    while before < end:
        after = min(before + _DAY, end)
        if _offset(zone, before) != _offset(zone, after):
            change = _change_between(zone, before, after)
            if change < end:
                yield change
        before = after


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Halve until a second is left: the first one with the new offset."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _by_day(spans: Iterable[Span]) -> dict[int, tuple[Span, ...]]:
    """Cut spans at every midnight; gives for every day the spans within it."""
    days: dict[int, tuple[Span, ...]] = defaultdict(tuple)
    for start, end in spans:
        for day in range(start // _DAY_MINUTES, -(-end // _DAY_MINUTES)):
            midnight = day * _DAY_MINUTES
            days[day] += ((max(start - midnight, 0), min(end - midnight, _DAY_MINUTES)),)
    return dict(days)


def _alike(days: Mapping[int, tuple[Span, ...]]) -> dict[tuple[Span, ...], list[int]]:
    alike: dict[tuple[Span, ...], list[int]] = defaultdict(list)
    for day in sorted(days):
        alike[days[day]].append(day)
    return dict(alike)


def _numbers(day: date) -> set[int]:
    """Number a day of the month from the first and from the last."""
    left = (_next_month(datetime(day.year, day.month, 1, tzinfo=UTC)).date() - day).days
    return {day.day, -left}


def _month_of(at: datetime) -> datetime:
    return datetime(at.year, at.month, 1, tzinfo=UTC)


def _next_month(first: datetime) -> datetime:
    return _month_of(first + 31 * _DAY)
