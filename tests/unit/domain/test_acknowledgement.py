"""What an acknowledgement covers, and which silences are one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bursar.domain.acknowledgement import (
    ESCALATIONS,
    Matcher,
    Occurrence,
    Silence,
    Subject,
    acknowledging,
    standing,
)

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
AVAILABILITY = Occurrence("shop", "SLA/checkout/availability")
IN_EU = replace(AVAILABILITY, group="eu")


def silence(
    occurrence: Occurrence = AVAILABILITY, *, hours: float = 1, by: str = "ada", active: bool = True
) -> Silence:
    return Silence(occurrence.matchers, NOW, NOW + timedelta(hours=hours), by, "", id=f"{by}-{hours}", active=active)


def test_a_silence_of_ours_is_known_again_by_its_matchers() -> None:
    for occurrence in (AVAILABILITY, IN_EU, Occurrence("search", "AlertRule/deep")):
        assert Occurrence.of_silence(occurrence.matchers) == occurrence


def test_an_occurrence_without_a_group_is_silenced_where_that_label_is_absent() -> None:
    assert Matcher("bursar_group", "") in AVAILABILITY.matchers


@pytest.mark.parametrize(
    "matchers",
    [
        AVAILABILITY.matchers - {ESCALATIONS},
        AVAILABILITY.matchers | {Matcher("alertname", "Burns")},
        (AVAILABILITY.matchers - {ESCALATIONS}) | {Matcher("bursar_step", "1")},
        (AVAILABILITY.matchers - {Matcher("bursar_group", "")}) | {Matcher("bursar_group", ".*", regex=True)},
        frozenset({ESCALATIONS}),
    ],
    ids=["first messages too", "one alert only", "first messages only", "any group", "everybody's escalations"],
)
def test_another_silence_is_no_acknowledgement(matchers: frozenset[Matcher]) -> None:
    assert Occurrence.of_silence(matchers) is None


def test_what_stands_is_what_ends_last_and_is_not_over() -> None:
    known = standing([silence(hours=3), silence(hours=1, by="bob"), silence(IN_EU, active=False)])
    assert {occurrence: found.by for occurrence, found in known.items()} == {AVAILABILITY: "ada"}


def test_to_acknowledge_again_keeps_id_and_begin() -> None:
    known = silence()
    wanted = acknowledging(AVAILABILITY, known, now=NOW + timedelta(hours=1), until=NOW, by="bob", comment="mine")
    assert (wanted.id, wanted.starts_at, wanted.ends_at, wanted.by) == (known.id, NOW, NOW, "bob")


def test_a_new_acknowledgement_counts_at_once_though_alertmanagers_clock_is_behind() -> None:
    wanted = acknowledging(AVAILABILITY, None, now=NOW, until=NOW + timedelta(hours=1), by="ada", comment="")
    assert wanted.starts_at < NOW
    assert (wanted.id, wanted.ends_at) == ("", NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("subject", "covered"),
    [
        (Subject("shop", "SLA/checkout"), {AVAILABILITY, IN_EU}),
        (Subject("shop", "SLA/checkout", "availability"), {AVAILABILITY, IN_EU}),
        (Subject("shop", "SLA/checkout", "availability", "eu"), {IN_EU}),
        (Subject("shop", "SLA/checkout", group=""), {AVAILABILITY}),
        (Subject("shop", "SLA/checkout", "avail"), set()),
        (Subject("shop", "SLA/check"), set()),
        (Subject("search", "SLA/checkout"), set()),
    ],
)
def test_a_subject_covers_its_own_occurrences(subject: Subject, covered: set[Occurrence]) -> None:
    assert set(filter(subject.covers, (AVAILABILITY, IN_EU))) == covered


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (Matcher("a", 'x"\\\n'), 'a="x\\"\\\\\\n"'),
        (Matcher("a", "1", equal=False), 'a!="1"'),
        (Matcher("a", ".+", regex=True), 'a=~".+"'),
        (Matcher("a", ".+", equal=False, regex=True), 'a!~".+"'),
    ],
)
def test_a_matcher_is_written_as_alertmanager_reads_it(matcher: Matcher, text: str) -> None:
    assert str(matcher) == text
