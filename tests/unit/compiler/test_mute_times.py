from datetime import UTC, datetime

from bursar.api.mute_times import MuteTime
from bursar.compiler.mute_times import mute_time_intervals, muted

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def intervals(**mute: object) -> object:
    (interval,) = mute_time_intervals(muted([MuteTime.model_validate({"name": "m", **mute})], AT))
    return interval["timeIntervals"]


def test_a_weekend_is_written_in_the_words_of_alertmanager() -> None:
    assert intervals(weekdays=["saturday", "sunday"], timeZone="Europe/Berlin") == [
        {"times": [{"startTime": "23:00", "endTime": "24:00"}], "weekdays": ["friday"]},
        {"times": [{"startTime": "00:00", "endTime": "24:00"}], "weekdays": ["saturday"]},
        {"times": [{"startTime": "00:00", "endTime": "23:00"}], "weekdays": ["sunday"]},
    ]


def test_days_that_follow_each_other_are_one_range() -> None:
    assert intervals(daysOfMonth=[1, 2, 3, 9, 30], months=["february"]) == [
        {
            "times": [{"startTime": "00:00", "endTime": "24:00"}],
            "daysOfMonth": [{"start": 1, "end": 3}, {"start": 9, "end": 9}],
            "months": ["february"],
            "years": ["2027"],
        }
    ]


def test_what_holds_on_all_days_names_none() -> None:
    lunch = [{"start": "12:00", "end": "13:30"}]
    assert intervals(times=lunch) == [{"times": [{"startTime": "12:00", "endTime": "13:30"}]}]
