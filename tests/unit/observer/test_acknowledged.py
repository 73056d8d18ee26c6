"""How a status shows that somebody takes care."""

from datetime import timedelta

from bursar.domain.acknowledgement import Occurrence, Silence
from bursar.observer.acknowledged import acknowledged
from fakes.answers import AT

INCIDENT = "SLA/checkout/availability"


def silence(occurrence: Occurrence, *, hours: int, by: str = "ada", comment: str = "") -> tuple[Occurrence, Silence]:
    return occurrence, Silence(occurrence.matchers, AT, AT + timedelta(hours=hours), by, comment)


def test_by_whom_until_when_and_why() -> None:
    known = dict([silence(Occurrence("shop", INCIDENT), hours=2, comment="rolling back")])
    assert acknowledged(known) == {
        ("shop", INCIDENT): {"by": "ada", "until": "2026-11-21T09:00:00Z", "comment": "rolling back"}
    }


def test_of_several_groups_the_one_that_stays_so_for_longest() -> None:
    groups = [("eu", 3, "bob"), ("us", 1, "ada")]
    known = dict(silence(Occurrence("shop", INCIDENT, name), hours=hours, by=by) for name, hours, by in groups)
    shown = acknowledged(known)["shop", INCIDENT]
    assert (shown["by"], shown["group"]) == ("bob", "eu")


def test_what_somebody_has_typed_is_cut_to_what_a_status_takes() -> None:
    known = dict([silence(Occurrence("shop", INCIDENT), hours=1, by="a" * 300, comment="c" * 2000)])
    shown = acknowledged(known)["shop", INCIDENT]
    assert (len(shown["by"]), len(shown["comment"])) == (256, 1024)
