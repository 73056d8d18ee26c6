from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.monitoring_target_status import MonitoringTargetStatus
from bursar.compiler.monitoring_target import TargetFacts, compile_monitoring_target
from bursar.compiler.plan import Key
from bursar.conventions import Kind, Reason
from bursar.observer.checks import Findings
from bursar.observer.monitoring_target import changed, missing_signals, observe_target, stale
from bursar.observer.samples import Observed
from bursar.observer.target_books import (
    QUERIES,
    TargetBooks,
    scrape_error,
    signal_queries,
    signals_from_answers,
)
from fakes.answers import AT, answer
from fakes.world import World

IDENTITY = ("shop", "checkout")
KEY = Key(Kind.MONITORING_TARGET, *IDENTITY)
LABELS = {"namespace": "shop", "monitoring_target": "checkout"}
SERVICE = {"service": {"selector": {}, "endpoints": [{"port": "http"}]}}
PROBE = {"probe": {"prober": "blackbox:9115", "targets": ["https://shop.example.com"]}}
SIGNALS: dict[str, Any] = {
    "requests": {"total": "requests_total", "errors": "errors_total"},
    "latency": {"histogram": "request_seconds"},
    "saturation": [{"name": "pool", "used": "used", "capacity": "size"}],
}
ALL_FOUND: Findings = {
    "requests.total": {"": 12},
    "latency.buckets": {"0.1": 4, "0.3": 4, "+Inf": 4},
    "saturation.pool.used": {"": 3},
    "saturation.pool.capacity": {"": 3},
}


def compiled(scrape: Mapping[str, Any] | None, **signals: Any) -> tuple[MonitoringTarget, TargetFacts]:
    spec = {"signals": signals} | ({"scrape": scrape} if scrape else {})
    target = MonitoringTarget.model_validate({"metadata": {"name": "checkout", "namespace": "shop"}, "spec": spec})
    return target, compile_monitoring_target(target, World()).facts


def books(active: int = 0, up: int = 0, succeeded: int = 0, error: str = "", **at: Any) -> TargetBooks:
    counts = {"active": active, "up": up, "succeeded": succeeded}
    answers = {name: answer(*([(LABELS, float(count))] if count else []), **at) for name, count in counts.items()}
    return TargetBooks.from_answers(answers, errors={IDENTITY: error} if error else None)


def observed(
    scrape: Mapping[str, Any] | None = None,
    *,
    counted: TargetBooks | None = None,
    found: Findings | None = None,
    previous: Observed | None = None,
    **signals: Any,
) -> Observed:
    target, facts = compiled(scrape, **signals)
    looked = {} if found is None else {IDENTITY: found}
    return observe_target(target, facts, counted or books(), looked, previous)


def condition(seen: Observed, name: str) -> tuple[str, str, str]:
    (found,) = [condition for condition in seen.conditions if condition.type == name]
    return found.status, found.reason, found.message


def test_there_is_one_query_for_all_targets() -> None:
    assert QUERIES == {
        "active": 'count by (namespace, monitoring_target) (up{monitoring_target!=""})',
        "up": 'sum by (namespace, monitoring_target) (up{monitoring_target!=""})',
        "succeeded": 'sum by (namespace, monitoring_target) (probe_success{monitoring_target!=""})',
    }


def test_a_healthy_target_is_shown_as_the_api_promises() -> None:
    seen = observed(SERVICE, counted=books(3, 3), found=ALL_FOUND, **SIGNALS)
    assert seen.fields == {
        "targets": {
            "active": 3,
            "up": 3,
            "summary": "3/3",
            "lastError": "",
            "selector": 'up{namespace="shop",monitoring_target="checkout"}',
        },
        "signals": {
            "requests": {"series": 12},
            "latency": {"kind": "classic", "buckets": ["0.1", "0.3"]},
            "saturation": [{"name": "pool", "series": 3}],
        },
        "asOf": "2026-11-21T07:00:00Z",
    }
    MonitoringTargetStatus.model_validate(seen.fields)
    assert condition(seen, "TargetsUp") == ("True", Reason.ALL_UP, "all 3 are up")
    assert condition(seen, "SignalsFound") == ("True", Reason.FOUND, "every signal has series")
    assert condition(seen, "DataFresh")[0] == "True"


def test_addresses_that_are_down_are_counted_with_the_last_error() -> None:
    seen = observed(SERVICE, counted=books(3, 1, error="10.0.0.1:80: connection refused"))
    assert seen.fields["targets"]["summary"] == "1/3"
    assert seen.fields["targets"]["lastError"] == "10.0.0.1:80: connection refused"
    assert condition(seen, "TargetsUp") == (
        "False",
        Reason.SOME_DOWN,
        "2 of 3 are down: 10.0.0.1:80: connection refused",
    )
    assert condition(observed(SERVICE, counted=books(3, 1)), "TargetsUp")[2] == "2 of 3 are down"


def test_an_old_error_is_not_shown_once_all_are_up() -> None:
    assert observed(SERVICE, counted=books(3, 3, error="refused")).fields["targets"]["lastError"] == ""


def test_a_target_that_is_not_scraped_says_where_to_look() -> None:
    status, reason, message = condition(observed(SERVICE), "TargetsUp")
    assert (status, reason) == ("False", Reason.NO_TARGETS)
    assert "Selected" in message
    assert "port" in message


def test_a_target_that_somebody_else_scrapes_has_no_targets() -> None:
    seen = observed(None)
    assert "targets" not in seen.fields
    assert condition(seen, "TargetsUp")[:2] == ("Unknown", Reason.NO_SCRAPE)


def test_a_probed_address_is_up_when_its_probe_succeeded() -> None:
    seen = observed(PROBE, counted=books(active=2, up=2, succeeded=1))
    assert seen.fields["targets"]["summary"] == "1/2"
    assert seen.fields["targets"]["selector"].startswith("probe_success{")


def test_only_a_target_with_something_down_is_asked_for_its_error() -> None:
    _, scraped = compiled(SERVICE)
    _, probed = compiled(PROBE)
    counted = books(active=2, up=2, succeeded=1)
    assert (counted.down(IDENTITY, scraped), counted.down(IDENTITY, probed)) == (False, True)
    assert not counted.down(("shop", "other"), scraped)


def test_all_signals_of_all_targets_are_looked_for_together() -> None:
    _, facts = compiled(None, **SIGNALS)
    (query,) = signal_queries([(KEY, facts)])
    assert query.count(" or ") == 5
    assert '"shop/checkout/latency.buckets"' in query
    many = [(Key(Kind.MONITORING_TARGET, "shop", f"t{number}"), facts) for number in range(20)]
    assert len(signal_queries(many)) == 3


def test_findings_come_back_to_their_target() -> None:
    _, facts = compiled(None, **SIGNALS)
    other = Key(Kind.MONITORING_TARGET, "shop", "other")
    found = answer(({"bursar_check": "shop/checkout/requests.total"}, 12.0))
    assert signals_from_answers([(KEY, facts), (other, facts)], [found]) == {
        IDENTITY: {"requests.total": {"": 12}},
        ("shop", "other"): {},
    }


def test_a_signal_without_series_is_named_with_its_selector() -> None:
    status, reason, message = condition(observed(found={}, **SIGNALS), "SignalsFound")
    assert (status, reason) == ("False", Reason.NOT_FOUND)
    assert message == (
        "spec.signals.requests.total: Prometheus has no series requests_total; "
        "spec.signals.saturation[pool].used: Prometheus has no series used; "
        "spec.signals.saturation[pool].capacity: Prometheus has no series size; +1 more"
    )


def test_errors_that_never_happened_are_not_missed() -> None:
    _, facts = compiled(None, **SIGNALS)
    assert missing_signals(facts, ALL_FOUND) == ()
    assert condition(observed(found=ALL_FOUND, **SIGNALS), "SignalsFound")[0] == "True"


@pytest.mark.parametrize(
    ("found", "shown", "status"),
    [
        ({"latency.buckets": {"1": 1, "1.0": 1, "+Inf": 2}}, {"kind": "classic", "buckets": ["1"]}, "True"),
        ({"latency.native": {"": 2}}, {"kind": "native"}, "True"),
        ({}, {}, "False"),
    ],
)
def test_the_kind_of_a_histogram_is_found_out(found: Findings, shown: dict[str, Any], status: str) -> None:
    seen = observed(found=found, latency=SIGNALS["latency"])
    assert seen.fields["signals"]["latency"] == shown
    assert condition(seen, "SignalsFound")[0] == status


def test_a_target_without_signals_misses_none() -> None:
    seen = observed(found={})
    assert "signals" not in seen.fields
    assert condition(seen, "SignalsFound")[:2] == ("True", Reason.NO_SIGNALS)


def test_signals_that_were_not_looked_for_stay_as_they_were() -> None:
    first = observed(SERVICE, counted=books(1, 1), found=ALL_FOUND, **SIGNALS)
    second = observed(SERVICE, counted=books(1, 1), previous=first, **SIGNALS)
    assert second.fields["signals"] == first.fields["signals"]
    assert condition(second, "SignalsFound") == condition(first, "SignalsFound")
    assert condition(observed(SERVICE, **SIGNALS), "SignalsFound")[:2] == ("Unknown", Reason.PROGRESSING)
    assert condition(observed(previous=Observed(), **SIGNALS), "SignalsFound")[0] == "Unknown"


def test_without_an_answer_what_was_last_seen_stays() -> None:
    fresh = observed(SERVICE, counted=books(3, 3))
    old = stale(fresh, "connection refused")
    assert old.fields == fresh.fields
    assert condition(old, "TargetsUp") == condition(fresh, "TargetsUp")
    assert condition(old, "DataFresh")[:2] == ("False", Reason.UNREACHABLE)
    assert stale(None, "connection refused").fields == {}


def test_only_what_changes_the_meaning_is_news() -> None:
    def seen(**counted: Any) -> Observed:
        return observed(SERVICE, counted=books(**counted), found=ALL_FOUND, **SIGNALS)

    before = seen(active=3, up=2, error="a")
    assert not changed(before, seen(active=3, up=2, error="b", at=AT + timedelta(hours=1)))
    assert changed(before, seen(active=3, up=1, error="a"))
    assert changed(before, seen(active=4, up=2, error="a"))
    more = {**ALL_FOUND, "requests.total": {"": 13}}
    assert not changed(before, observed(SERVICE, counted=books(3, 2), found=more, **SIGNALS))
    other = {**ALL_FOUND, "latency.buckets": {"0.1": 4}}
    assert changed(before, observed(SERVICE, counted=books(3, 2), found=other, **SIGNALS))
    assert changed(before, stale(before, "refused"))


def test_the_last_error_comes_from_the_targets_own_scrape_pool() -> None:
    targets = {
        "activeTargets": [
            {"scrapePool": "serviceMonitor/shop/other/0", "lastError": "not ours", "labels": {"instance": "a"}},
            {"scrapePool": "serviceMonitor/shop/mtgt-checkout/0", "lastError": "", "labels": {"instance": "b"}},
            {"scrapePool": "serviceMonitor/shop/mtgt-checkout/0", "lastError": "x" * 999, "labels": {"instance": "c"}},
        ]
    }
    _, facts = compiled(SERVICE)
    error = scrape_error(facts.scrape_pools, targets)
    assert error.startswith("c: xxx")
    assert len(error) == 512
    assert scrape_error(("probe/shop/mtgt-checkout",), targets) == ""
    assert scrape_error(facts.scrape_pools, {"activeTargets": None}) == ""
