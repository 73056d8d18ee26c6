from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.domain.mute_times import MutePlan, MuteTime, UtcWindow, muted

BERLIN = ZoneInfo("Europe/Berlin")
WINTER, SUMMER = datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
WEEKEND = MuteTime("weekend", BERLIN, weekdays=frozenset({SATURDAY, SUNDAY}))
NOON, MIDNIGHT = 12 * 60, 24 * 60
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca"),
)


def is_silent_locally(mute: MuteTime, at: datetime) -> bool:
    """Say what a mute time means, word by word: look at the clock on the wall and at the calendar beside it."""
    local = at.astimezone(mute.zone)
    minute, today = local.hour * 60 + local.minute, local.date()
    return any(
        (mute.begins_on(today) and start <= minute < end)
        or (mute.begins_on(today - DAY) and start <= minute + MIDNIGHT < end)
        for start, end in mute.spans
    )


def is_silent_in_utc(plan: MutePlan, at: datetime) -> bool:
    """Read the windows as Alertmanager does: all that is given must hold."""
    minute = at.hour * 60 + at.minute

    def holds(window: UtcWindow) -> bool:
        return (
            any(start <= minute < end for start, end in window.spans)
            and (not window.weekdays or at.weekday() in window.weekdays)
            and (not window.days_of_month or at.day in window.days_of_month)
            and window.month in (0, at.month)
            and window.year in (0, at.year)
        )

    return any(holds(window) for windows in plan.intervals.values() for window in windows)


def weekend(begins: int) -> set[UtcWindow]:
    """The weekend of a zone whose days begin at a minute of the day before."""
    return {
        UtcWindow(((begins, MIDNIGHT),), weekdays=(FRIDAY,)),
        UtcWindow(((0, MIDNIGHT),), weekdays=(SATURDAY,)),
        UtcWindow(((0, begins),), weekdays=(SUNDAY,)),
    }


def test_a_weekend_in_berlin_begins_on_friday_evening_in_utc() -> None:
    assert set(muted([WEEKEND], WINTER).intervals["weekend"]) == weekend(23 * 60)


def test_in_summer_it_begins_an_hour_earlier() -> None:
    assert set(muted([WEEKEND], SUMMER).intervals["weekend"]) == weekend(22 * 60)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (WINTER, datetime(2027, 3, 28, 1, tzinfo=UTC)),
        (SUMMER, datetime(2026, 10, 25, 1, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 59, 59, 999999, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)),
    ],
)
def test_windows_of_weekdays_are_right_until_the_clocks_change(at: datetime, until: datetime) -> None:
    assert muted([WEEKEND], at).valid_until == until


def test_the_first_of_several_changes_counts() -> None:
    new_york = MuteTime("lunch", ZoneInfo("America/New_York"), spans=((NOON, NOON + 60),))
    assert muted([WEEKEND, new_york], WINTER).valid_until == datetime(2027, 3, 14, 7, tzinfo=UTC)


def test_windows_of_dates_are_written_anew_every_month() -> None:
    first = MuteTime("first", BERLIN, days_of_month=frozenset({1}))
    assert muted([first], WINTER).valid_until == datetime(2026, 12, 1, tzinfo=UTC)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = MuteTime("night", ZoneInfo("UTC"), spans=((22 * 60, MIDNIGHT + 6 * 60),), weekdays=frozenset({SUNDAY}))
    plan = muted([night], WINTER)
    assert set(plan.intervals["night"]) == {
        UtcWindow(((22 * 60, MIDNIGHT),), weekdays=(SUNDAY,)),
        UtcWindow(((0, 6 * 60),), weekdays=(0,)),
    }


def test_the_same_times_every_day_name_no_weekday() -> None:
    lunch = MuteTime("lunch", BERLIN, spans=((NOON, NOON + 60),))
    assert muted([lunch], WINTER).intervals == {"lunch": (UtcWindow(((11 * 60, NOON),)),)}


def test_days_of_a_month_are_written_down_for_more_than_a_year() -> None:
    last = MuteTime("last", BERLIN, days_of_month=frozenset({-1}), months=frozenset({12}))
    assert muted([last], WINTER).intervals == {
        "last": (
            UtcWindow(((23 * 60, MIDNIGHT),), days_of_month=(30,), month=12, year=2026),
            UtcWindow(((0, 23 * 60),), days_of_month=(31,), month=12, year=2026),
        )
    }


def test_what_never_comes_is_no_interval() -> None:
    never = MuteTime("never", BERLIN, days_of_month=frozenset({30}), months=frozenset({2}))
    plan = muted([never], WINTER)
    assert plan.intervals == {}
    assert set(plan.by_severity.values()) == {()}


def test_a_mute_time_counts_for_its_severities_and_without_them_for_all() -> None:
    night = MuteTime("night", BERLIN, spans=((0, 60),))
    weekend = MuteTime("weekend", BERLIN, weekdays=frozenset({SATURDAY}), severities=frozenset({"low", "medium"}))
    assert muted([night, weekend], WINTER).by_severity == {
        "critical": ("night",),
        "high": ("night",),
        "medium": ("night", "weekend"),
        "low": ("night", "weekend"),
        "info": ("night",),
    }


def test_a_channel_without_mute_times_is_right_for_ever() -> None:
    assert muted([], WINTER) == MutePlan({}, dict.fromkeys(("critical", "high", "medium", "low", "info"), ()), None)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(0, MIDNIGHT - 1))
    return start, start + draw(st.integers(1, MIDNIGHT))


MUTES = st.builds(
    MuteTime,
    name=st.just("mute"),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    spans=st.lists(spans(), min_size=1, max_size=3).map(tuple),
    weekdays=st.frozensets(st.integers(0, 6)),
    days_of_month=st.one_of(
        st.just(frozenset[int]()), st.frozensets(st.one_of(st.integers(1, 31), st.integers(-31, -1)), max_size=4)
    ),
    months=st.one_of(st.just(frozenset[int]()), st.frozensets(st.integers(1, 12), max_size=11)),
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@settings(max_examples=150)
@given(mute=MUTES, at=INSTANTS, share=st.floats(0, 1, exclude_max=True))
def test_until_then_utc_says_the_same_as_the_clock_on_the_wall(mute: MuteTime, at: datetime, share: float) -> None:
    plan = muted([mute], at)
    assert plan.valid_until is not None
    then = at + share * (plan.valid_until - at)
    assert is_silent_in_utc(plan, then) == is_silent_locally(mute, then)


@settings(max_examples=40)
@given(mute=MUTES, zone=st.sampled_from(("Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns")))
def test_it_does_so_in_every_quarter_of_the_days_on_which_clocks_change(mute: MuteTime, zone: str) -> None:
    mute = MuteTime("mute", ZoneInfo(zone), mute.spans, mute.weekdays, mute.days_of_month, mute.months)
    plan = muted([mute], WINTER)
    change = muted([MuteTime("change", mute.zone)], WINTER).valid_until
    assert change is not None
    for quarter in range(-2 * 96, 2 * 96):
        then = change + quarter * 15 * MINUTE
        if then == change and not mute.has_dates:
            plan = muted([mute], then)
        assert is_silent_in_utc(plan, then) == is_silent_locally(mute, then), then
