"""Times at which a channel stays silent."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from bursar.api.base import Model
from bursar.api.fields import BY_NAME, UNIQUE_NAMES, ItemName
from bursar.api.rules import Rule
from bursar.conventions import Severity
from bursar.domain import mute_times
from bursar.domain.mute_times import WHOLE_DAY, Span

_CLOCK: Final = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"

A_SPAN: Final = Rule("self.start != self.end", lambda span: span.start != span.end, "start and end are the same time")
STARTS: Final = Rule("self != '24:00'", lambda clock: clock != "24:00", "no day begins at 24:00; write 00:00")
SOME_TIME: Final = Rule(
    " || ".join(
        f"(has(self.{name}) && size(self.{name}) > 0)" for name in ("weekdays", "times", "daysOfMonth", "months")
    ),
    lambda mute: bool(mute.weekdays or mute.times or mute.days_of_month or mute.months),
    "without weekdays, times, daysOfMonth or months it would be silent always; set at least one",
)
A_DAY: Final = Rule("self != 0", lambda day: day != 0, "days count from 1, and from -1 for the last one backwards")


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Month(StrEnum):
    """A month of the year."""

    JANUARY = "january"
    FEBRUARY = "february"
    MARCH = "march"
    APRIL = "april"
    MAY = "may"
    JUNE = "june"
    JULY = "july"
    AUGUST = "august"
    SEPTEMBER = "september"
    OCTOBER = "october"
    NOVEMBER = "november"
    DECEMBER = "december"


def _known_zone(name: str) -> str:
    """Accept a zone of the time zone database; raises ValueError with an example."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError(f'"{name}" is no time zone of the IANA database; write one such as Europe/Berlin') from None
    return name


Clock = Annotated[str, Field(min_length=5, max_length=5, pattern=_CLOCK)]
ZoneName = Annotated[
    str, Field(min_length=1, max_length=64, pattern="^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"), AfterValidator(_known_zone)
]


class MuteSpan(Model):
    """From one time of day to another."""

    RULES: ClassVar[tuple[Rule, ...]] = (A_SPAN,)

    start: Annotated[Clock, STARTS] = Field(description="Beginning, as 22:00.")
    end: Clock = Field(
        description="End, as 06:00 or 24:00; one before the beginning is that of the next day, and the span belongs to "
        "the day on which it begins."
    )

    @property
    def minutes(self) -> Span:
        """The same in minutes from midnight."""
        start, end = _minutes(self.start), _minutes(self.end)
        return start, end if end > start else end + WHOLE_DAY[1]


class MuteTime(Model):
    """When a channel stays silent: on all days that are in all of the given lists, at one of the times."""

    RULES: ClassVar[tuple[Rule, ...]] = (SOME_TIME,)

    name: ItemName = Field(description="Name, unique within the channel.")
    weekdays: tuple[Weekday, ...] = Field(
        default=(), max_length=7, description="Days of the week: [saturday, sunday]. Default: every one."
    )
    times: tuple[MuteSpan, ...] = Field(
        default=(), max_length=10, description="Times of the day. Default: from midnight to midnight."
    )
    days_of_month: Annotated[tuple[Annotated[int, Field(ge=-31, le=31), A_DAY], ...], Field(max_length=31)] = Field(
        default=(), description="Days of the month: [1, -1] are the first and the last. Default: every one."
    )
    months: tuple[Month, ...] = Field(default=(), max_length=12, description="Months: [december]. Default: every one.")
    time_zone: ZoneName = Field(
        default="UTC", description="Whose clock it is: Europe/Berlin, with its summer time. Default UTC."
    )
    severities: tuple[Severity, ...] = Field(
        default=(), max_length=5, description="Severities that are not told: [medium, low]. Default: all."
    )

    def resolved(self) -> mute_times.MuteTime:
        """Return the same without the words of the API."""
        weekdays, months = list(Weekday), list(Month)
        return mute_times.MuteTime(
            self.name,
            ZoneInfo(self.time_zone),
            tuple(span.minutes for span in self.times) or (WHOLE_DAY,),
            frozenset(weekdays.index(day) for day in self.weekdays),
            frozenset(self.days_of_month),
            frozenset(months.index(month) + 1 for month in self.months),
            frozenset(severity.value for severity in self.severities),
        )


MuteTimes = Annotated[tuple[MuteTime, ...], UNIQUE_NAMES]
MUTE_TIMES: Final = Field(
    default=(), max_length=10, description="When the channel stays silent.", json_schema_extra=BY_NAME
)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
