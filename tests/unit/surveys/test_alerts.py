"""What is asked about alerts in a cycle, and how often."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.alert_rule import AlertRuleFacts
from bursar.compiler.monitoring_target import TargetFacts, compile_monitoring_target
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.acknowledgement import Occurrence, Silence
from bursar.errors import Unavailable
from bursar.observer.alert_books import alert_queries
from bursar.observer.samples import Answer
from bursar.surveys.alerts import AlertRuleObserver, PresetObserver
from bursar.surveys.asking import INCOMPLETE_INTERVAL
from fakes.acknowledged import NOBODY, Acknowledged
from fakes.answers import AT, answer
from fakes.cluster import FakeClock
from fakes.world import World

INTERVAL = timedelta(minutes=5)
KEY = Key(Kind.ALERT_RULE, "shop", "deep")
TARGET = Key(Kind.MONITORING_TARGET, "shop", "checkout")
DOWN = "MonitoringTarget/checkout/down"


class FakeBooks:
    """A Prometheus that has loaded some rules and has some metrics."""

    def __init__(self, *, loaded: Mapping[str, str] | None = None, metrics: tuple[str, ...] = ("depth",)) -> None:
        self.loaded = {"AlertRule/deep": "d1"} if loaded is None else loaded
        self.metrics = metrics
        self.firing: dict[str, float] = {}
        self.error = ""
        self.asked: list[str] = []
        self.failing: str | None = None

    async def query(self, promql: str) -> Answer:
        self.asked.append(promql)
        if self.failing is not None and self.failing in promql:
            raise Unavailable("away")
        if promql.startswith("bursar_alert_info"):
            return answer(*((self._labels(name, definition=known), 1.0) for name, known in self.loaded.items()))
        if "(ALERTS{" in promql:
            return answer(*((self._labels(name, alertstate="firing"), n) for name, n in self.firing.items()))
        return answer(*(({"bursar_check": name}, 1.0) for name in self.metrics if f'"{name}"' in promql))

    async def read(self, path: str, parameters: Mapping[str, Any]) -> Any:
        self.asked.append(f"{path} {' '.join(parameters.get('rule_group[]', ()))}")
        if self.failing is not None and self.failing in path:
            raise Unavailable("away")
        rule = {"health": "err", "lastError": self.error, "labels": self._labels(next(iter(self.loaded), ""))}
        return {"groups": [{"rules": [rule] if self.error else []}]}

    def questions(self, part: str) -> int:
        return sum(part in asked for asked in self.asked)

    def _labels(self, incident: str, **labels: str) -> dict[str, str]:
        return {"namespace": "shop", "bursar_incident": incident, **labels}


def facts(name: str = "deep", definition: str = "d1") -> AlertRuleFacts:
    return AlertRuleFacts(f"arule/{name}", f"AlertRule/{name}", definition, (), ("depth",))


async def survey(observer: AlertRuleObserver, books: FakeBooks, known: AlertRuleFacts | None = None) -> Any:
    return await observer.survey(books, {KEY: known or facts()})


async def test_states_are_asked_for_all_rules_at_once() -> None:
    counts = []
    for number in (1, 40):
        books = FakeBooks()
        keys = {Key(Kind.ALERT_RULE, "shop", f"r{n}"): facts(f"r{n}") for n in range(number)}
        await AlertRuleObserver(FakeClock(), INTERVAL, NOBODY).survey(books, keys)
        counts.append(len(books.asked))
    assert counts == [len(alert_queries(Kind.ALERT_RULE)) + 2] * 2


async def test_a_rule_is_looked_at_closely_only_now_and_then() -> None:
    clock, books = FakeClock(), FakeBooks()
    observer = AlertRuleObserver(clock, INTERVAL, NOBODY)
    await survey(observer, books)
    await survey(observer, books)
    assert books.questions("rules arule/deep") == 1
    clock.elapsed += INTERVAL.total_seconds()
    await survey(observer, books)
    assert books.questions("rules arule/deep") == 2


@pytest.mark.parametrize("flaw", ["error", "metric", "definition"])
async def test_what_is_not_well_is_looked_at_again_soon(flaw: str) -> None:
    clock, books = FakeClock(), FakeBooks()
    if flaw == "error":
        books.error = "many-to-many"
    elif flaw == "metric":
        books.metrics = ()
    else:
        books.loaded = {"AlertRule/deep": "d0"}
    observer = AlertRuleObserver(clock, INTERVAL, NOBODY)
    await survey(observer, books)
    clock.elapsed += INCOMPLETE_INTERVAL.total_seconds()
    await survey(observer, books)
    assert books.questions("rules arule/deep") == 2


async def test_an_edit_is_looked_at_at_once() -> None:
    observer, books = AlertRuleObserver(FakeClock(), INTERVAL, NOBODY), FakeBooks()
    await survey(observer, books)
    await survey(observer, books, facts(definition="d2"))
    assert books.questions("rules arule/deep") == 2


async def test_a_rule_is_read_out_of_the_survey() -> None:
    observer, books = AlertRuleObserver(FakeClock(), INTERVAL, NOBODY), FakeBooks(metrics=())
    books.firing, books.error = {"AlertRule/deep": 2.0}, "many-to-many"
    seen = observer.observe(KEY, None, facts(), await survey(observer, books), None)
    assert (seen.fields["state"], seen.fields["instances"]) == ("Firing", 2)
    assert [finding["code"] for finding in seen.fields["findings"]] == ["unknown-metric"]
    assert [c.reason for c in seen.conditions] == ["RuleFailed", "Fresh"]
    assert observer.changed(observer.stale(None, None, "away"), seen)


async def test_what_cannot_be_looked_at_closely_keeps_its_state() -> None:
    observer, books = AlertRuleObserver(FakeClock(), INTERVAL, NOBODY), FakeBooks()
    books.failing = "rules"
    seen = observer.observe(KEY, None, facts(), await survey(observer, books), None)
    assert seen.fields["state"] == "Inactive"


async def test_without_the_states_there_are_no_books() -> None:
    books = FakeBooks()
    books.failing = "ALERTS"
    with pytest.raises(Unavailable):
        await survey(AlertRuleObserver(FakeClock(), INTERVAL, NOBODY), books)


def target(*alerts: dict[str, Any]) -> tuple[MonitoringTarget, TargetFacts]:
    spec = {"scrape": {"static": {"targets": ["a:80"]}}, "alerts": list(alerts)}
    resource = MonitoringTarget.model_validate({"metadata": {"name": "checkout", "namespace": "shop"}, "spec": spec})
    return resource, compile_monitoring_target(resource, World()).facts


async def test_the_alerts_of_a_target_are_counted_beside_what_is_said_of_it() -> None:
    resource, known = target({"name": "down", "preset": "TargetDown"})
    books = FakeBooks(loaded=known.definitions)
    observer = PresetObserver(FakeClock(), INTERVAL)
    quiet = observer.observe(TARGET, resource, known, await observer.survey(books, {TARGET: known}), None)
    assert quiet.fields["alerts"] == {"firing": 0, "pending": 0}
    assert [(c.type, c.status) for c in quiet.conditions if c.type == "RulesLoaded"] == [("RulesLoaded", "True")]
    books.firing = {DOWN: 1.0}
    again = await observer.survey(books, {TARGET: known})
    fires = observer.observe(TARGET, resource, known, again, quiet)
    assert fires.fields["alerts"] == {"firing": 1, "pending": 0}
    assert observer.changed(quiet, fires)
    assert not observer.changed(fires, fires)
    assert observer.stale(resource, fires, "away").fields["alerts"] == {"firing": 1, "pending": 0}


async def test_what_prometheus_says_against_an_alert_of_a_target_is_told() -> None:
    resource, known = target({"name": "down", "preset": "TargetDown"})
    books = FakeBooks(loaded=known.definitions)
    books.error = "many-to-many"
    clock = FakeClock()
    observer = PresetObserver(clock, INTERVAL)
    seen = observer.observe(TARGET, resource, known, await observer.survey(books, {TARGET: known}), None)
    assert [c.message for c in seen.conditions if c.type == "RulesLoaded"] == [
        "Prometheus refuses a rule: many-to-many"
    ]
    clock.elapsed += INCOMPLETE_INTERVAL.total_seconds()
    await observer.survey(books, {TARGET: known})
    assert books.questions("rules mtgt/checkout") == 2


async def test_nothing_is_asked_about_alerts_where_there_are_none() -> None:
    resource, known = target()
    books, observer = FakeBooks(), PresetObserver(FakeClock(), INTERVAL)
    seen = observer.observe(TARGET, resource, known, await observer.survey(books, {TARGET: known}), None)
    assert "alerts" not in seen.fields
    assert books.questions("ALERTS") == 0


async def test_who_takes_care_of_a_rule_is_shown() -> None:
    people, occurrence = Acknowledged(), Occurrence("shop", "AlertRule/deep")
    people.known = {occurrence: Silence(occurrence.matchers, AT, AT, "ada", "")}
    observer = AlertRuleObserver(FakeClock(), INTERVAL, people)
    seen = observer.observe(KEY, None, facts(), await survey(observer, FakeBooks()), None)
    assert seen.fields["acknowledged"] == {"by": "ada", "until": "2026-11-21T07:00:00Z"}
