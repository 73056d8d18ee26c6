"""Which series of an SLA are looked for, and what is made of the answers."""

from datetime import timedelta

import pytest

from bursar.compiler.facts import Watched
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.promql.selector import parse_selector
from bursar.observer.checks import Check, check_queries, findings
from bursar.observer.sla_books import Found
from bursar.observer.sla_finds import checks, complete, found
from fakes.answers import answer
from fakes.sla_books import IDENTITY, all_facts, facts, latency

KEY = Key(Kind.SLA, "shop", "checkout")
BORN = timedelta(minutes=10)
HERE = "shop/checkout/availability"
COUNTERS = Watched(total=parse_selector("all_total"), bad=parse_selector("bad_total"))
GAUGE = Watched(total=parse_selector("probe_success"))


def asked(watched: Watched) -> list[Check]:
    return list(checks(KEY, all_facts(facts(watched=watched)), born_within=BORN))


def answered(watched: Watched, *samples: tuple[dict[str, str], float]) -> tuple[Found, bool]:
    known = all_facts(facts(watched=watched))
    seen = found(KEY, known, findings([answer(*samples)]))
    return seen[IDENTITY], complete(known, seen, KEY)


def test_counters_are_looked_for_and_those_of_bad_events_asked_what_they_held_at_first() -> None:
    assert asked(COUNTERS) == [
        Check(f"{HERE}/total", parse_selector("all_total")),
        Check(f"{HERE}/born", parse_selector("bad_total"), born_within=BORN),
    ]


def test_a_histogram_is_looked_for_in_both_kinds_and_a_summary_is_none() -> None:
    assert asked(latency("0.3")) == [
        Check(f"{HERE}/buckets", parse_selector('seconds_bucket{job="x"}'), by_bucket=True),
        Check(f"{HERE}/native", parse_selector('seconds{job="x",quantile=""}')),
    ]


def test_of_promql_of_a_user_nothing_is_looked_for() -> None:
    assert asked(Watched()) == []
    assert answered(Watched()) == (Found(), True)


def test_what_a_counter_held_when_it_came_is_summed_over_those_that_were_not_there_before() -> None:
    (query,) = check_queries(asked(COUNTERS)[1:])
    assert query == (
        "label_replace(sum(min_over_time(bad_total[10m]) unless last_over_time(bad_total[1h] offset 10m)), "
        f'"bursar_check", "{HERE}/born", "", "")'
    )


def test_every_objective_has_its_own_findings() -> None:
    known = all_facts(facts("a", watched=GAUGE), facts("b", watched=GAUGE))
    seen = found(KEY, known, findings([answer(({"bursar_check": "shop/checkout/b/total"}, 2.0))]))
    assert [seen["shop", "checkout", name].total for name in ("a", "b")] == [0, 2]
    assert not complete(known, seen, KEY)


@pytest.mark.parametrize(("held", "uncounted"), [(858.0, 858), (0.0, 0), (-3.0, 0)])
def test_bad_events_that_were_not_counted_are_never_fewer_than_none(held: float, uncounted: int) -> None:
    samples = (({"bursar_check": f"{HERE}/total"}, 4.0), ({"bursar_check": f"{HERE}/born"}, held))
    assert answered(COUNTERS, *samples) == (Found(total=4, uncounted=uncounted), True)


def test_without_series_the_search_goes_on() -> None:
    assert answered(GAUGE) == (Found(total=0), False)
    assert answered(latency("0.3")) == (Found(), False)


def test_either_kind_of_histogram_ends_the_search() -> None:
    buckets = [({"bursar_check": f"{HERE}/buckets", "le": le}, 1.0) for le in ("1.0", "0.3", "+Inf")]
    assert answered(latency("0.3"), *buckets) == (Found(buckets=("0.3", "1")), True)
    assert answered(latency("0.3"), ({"bursar_check": f"{HERE}/native"}, 2.0)) == (Found(native=2), True)
