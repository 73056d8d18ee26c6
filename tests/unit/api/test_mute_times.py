"""When a channel is silent: what a user may write, and how each mistake is explained."""

from zoneinfo import ZoneInfo

import pytest

from bursar.domain.mute_times import MuteTime
from fakes.channel_specs import HOOK, findings, muted, parsed


@pytest.mark.parametrize("zone", ["Europe/Berlino", "America", "posixrules/x", "CET-1CEST"])
def test_an_unknown_time_zone_is_named(zone: str) -> None:
    (finding,) = findings(muted(weekdays=["monday"], timeZone=zone))
    expected = f'"{zone}" is no time zone of the IANA database; write one such as Europe/Berlin'
    assert finding == f"spec.muteTimes[0].timeZone: {expected}"


@pytest.mark.parametrize("zone", ["../../etc/passwd", "/etc/localtime", "Europe/../Europe/Berlin"])
def test_a_time_zone_is_no_path(zone: str) -> None:
    (finding,) = findings(muted(weekdays=["monday"], timeZone=zone))
    assert finding.startswith("spec.muteTimes[0].timeZone: ")


def test_two_mute_times_have_two_names() -> None:
    mute = {"name": "m", "weekdays": ["monday"]}
    (finding,) = findings({**HOOK, "muteTimes": [mute, mute]})
    assert finding == 'spec.muteTimes: two items are named "m"; give each a name of its own'


def test_a_night_ends_on_the_next_day() -> None:
    (night,) = parsed(muted(times=[{"start": "22:00", "end": "06:30"}])).spec.mute_times
    assert night.resolved().spans == ((22 * 60, 30 * 60 + 30),)


def test_the_words_of_a_calendar_are_numbers_inside() -> None:
    mute = muted(weekdays=["sunday"], months=["december"], daysOfMonth=[-1], severities=["low"])
    resolved = parsed(mute).spec.mute_times[0].resolved()
    assert resolved == MuteTime(
        "m",
        ZoneInfo("UTC"),
        weekdays=frozenset({6}),
        days_of_month=frozenset({-1}),
        months=frozenset({12}),
        severities=frozenset({"low"}),
    )
