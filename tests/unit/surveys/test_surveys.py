"""What is asked of Prometheus in a cycle, and how often."""

from datetime import timedelta
from typing import Any

import pytest

from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.monitoring_target import TargetFacts, compile_monitoring_target
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.acknowledgement import Occurrence, Silence
from bursar.errors import Unavailable
from bursar.observer import sla_books, target_books
from bursar.registry import kind_specs
from bursar.settings import Settings
from bursar.surveys.asking import MOST_LOOKS, MOST_QUESTIONS, Calendar
from bursar.surveys.monitoring_target import TargetObserver
from bursar.surveys.sla import SlaObserver
from fakes.acknowledged import NOBODY, Acknowledged
from fakes.answers import AT, answer
from fakes.asked import FakeBooks
from fakes.cluster import FakeClock
from fakes.samples import target as target_manifest
from fakes.sla_books import BURN_WINDOWS, all_facts, facts, latency, recorded, sla
from fakes.world import World

INTERVAL = timedelta(minutes=5)
GROUPS = ("sla/checkout/availability", "sla/checkout/availability/period", "sla/checkout/availability/slices")
KEY = Key(Kind.SLA, "shop", "checkout")
TARGET = Key(Kind.MONITORING_TARGET, "shop", "checkout")


async def test_the_number_of_queries_does_not_grow_with_the_number_of_slas() -> None:
    counts = []
    for number in (1, 40):
        books = FakeBooks()
        resources = {Key(Kind.SLA, "shop", f"sla-{n}"): all_facts() for n in range(number)}
        await SlaObserver(FakeClock(), INTERVAL, NOBODY).survey(books, resources)
        counts.append(len(books.asked))
    assert counts == [len(sla_books.QUERIES) + len(BURN_WINDOWS)] * 2


async def test_an_sla_is_read_out_of_the_survey() -> None:
    books = FakeBooks()
    books.know(sla_books.QUERIES, recorded())
    observer = SlaObserver(FakeClock(), INTERVAL, NOBODY)
    survey = await observer.survey(books, {KEY: all_facts()})
    observed = observer.observe(KEY, sla(), all_facts(), survey, None)
    assert observed.fields["state"] == "Healthy"
    assert not observer.changed(observed, observed)
    stale = observer.stale(sla(), observed, "away")
    assert stale.fields == observed.fields
    assert observer.changed(observed, stale)
    assert books.read_paths == []


async def test_who_takes_care_of_an_objective_is_shown_while_it_lasts_however_quiet_the_books_are() -> None:
    books, people = FakeBooks(), Acknowledged()
    books.know(sla_books.QUERIES, recorded())
    observer, known = SlaObserver(FakeClock(), INTERVAL, people), {KEY: all_facts()}
    occurrence = Occurrence("shop", "SLA/checkout/availability", "eu")
    survey = await observer.survey(books, known)
    before = observer.observe(KEY, sla(), known[KEY], survey, None)
    quiet = observer.quiet(KEY, known[KEY], survey, before)
    assert quiet is not None
    assert observer.is_quiet(quiet, KEY, known[KEY], survey)
    people.known = {occurrence: Silence(occurrence.matchers, AT, AT, "ada", "on it")}
    survey = await observer.survey(books, known)
    assert not observer.is_quiet(quiet, KEY, known[KEY], survey)
    taken = observer.observe(KEY, sla(), known[KEY], survey, before)
    shown = taken.fields["objectives"][0]["alerts"]["acknowledged"]
    assert shown == {"by": "ada", "until": "2026-11-21T07:00:00Z", "comment": "on it", "group": "eu"}
    assert observer.changed(before, taken)
    assert observer.quiet(KEY, known[KEY], survey, taken) is None
    people.known = {}
    after = observer.observe(KEY, sla(), known[KEY], await observer.survey(books, known), taken)
    assert observer.changed(taken, after)


async def test_why_a_rule_is_not_loaded_is_asked_of_prometheus_for_a_few_at_a_time() -> None:
    books = FakeBooks()
    books.know(sla_books.QUERIES, recorded(definition=None))
    labels = {"namespace": "shop", "sla": "checkout", "objective": "availability"}
    failed = {"labels": labels, "health": "err", "lastError": "many-to-many matching"}
    books.pages["rules"] = {"groups": [{"rules": [failed]}]}
    observer = SlaObserver(FakeClock(), INTERVAL, NOBODY)
    others = {Key(Kind.SLA, "shop", f"sla-{n}"): all_facts() for n in range(2 * MOST_QUESTIONS)}
    survey = await observer.survey(books, {KEY: all_facts(), **others})
    assert len(books.read_paths) == MOST_QUESTIONS
    assert books.read_paths[0][1]["rule_group[]"] == GROUPS
    observed = observer.observe(KEY, sla(), all_facts(), survey, None)
    loaded = next(condition for condition in observed.conditions if condition.type == "RulesLoaded")
    assert loaded.reason == "RuleFailed"
    assert "many-to-many matching" in loaded.message


async def test_all_windows_of_what_burns_are_asked_for_only_while_an_alert_fires() -> None:
    books = FakeBooks()
    observer = SlaObserver(FakeClock(), INTERVAL, NOBODY)
    resources = {KEY: all_facts()}
    await observer.survey(books, resources)
    assert sla_books.BURNING not in books.asked
    books.know(sla_books.QUERIES, recorded(firing=("ErrorBudgetBurnPage",)))
    identity = {"namespace": "shop", "sla": "checkout", "objective": "availability"}
    metrics = ("bursar:sli_error:ratio_6h", "bursar:sli_error:ratio_30m")
    burning = answer(*(({"__name__": metric, **identity}, 0.02) for metric in metrics))
    books.answers = {sla_books.BURNING: burning, **books.answers}
    observed = observer.observe(KEY, sla(), all_facts(), await observer.survey(books, resources), None)
    assert observed.fields["objectives"][0]["alerts"]["tier"] == "6h/30m"


async def test_a_survey_fails_as_a_whole_when_one_query_fails() -> None:
    books = FakeBooks()
    books.failing = "coverage"
    with pytest.raises(Unavailable):
        await SlaObserver(FakeClock(), INTERVAL, NOBODY).survey(books, {})


async def test_why_a_rule_that_is_loaded_records_nothing_is_asked_as_well() -> None:
    books = FakeBooks()
    books.know(sla_books.QUERIES, tuple(series for series in recorded() if series[0] == "info"))
    await SlaObserver(FakeClock(), INTERVAL, NOBODY).survey(books, {KEY: all_facts()})
    assert [parameters["rule_group[]"] for _, parameters in books.read_paths] == [GROUPS]


@pytest.mark.parametrize("question", ["label_replace", "rules"])
async def test_budgets_are_read_although_another_question_is_not_answered(question: str) -> None:
    books = FakeBooks()
    books.know(sla_books.QUERIES, recorded(definition=None))
    books.failing = question
    survey = await SlaObserver(FakeClock(), INTERVAL, NOBODY).survey(
        books, {KEY: all_facts(facts(watched=latency("1")))}
    )
    assert survey.books.groups(("shop", "checkout", "availability"), ())
    assert survey.rule_errors == {}


@pytest.mark.parametrize("question", ["label_replace", "targets"])
async def test_targets_are_counted_although_another_question_is_not_answered(question: str) -> None:
    books = FakeBooks()
    identity = {"namespace": "shop", "monitoring_target": "checkout"}
    books.know(target_books.QUERIES, (("active", identity, 2.0), ("up", identity, 1.0)))
    books.failing = question
    observer = TargetObserver(FakeClock(), INTERVAL)
    resource, known = compiled_target()
    survey = await observer.survey(books, {TARGET: known})
    observed = observer.observe(TARGET, resource, known, survey, None)
    assert observed.fields["targets"]["summary"] == "1/2"


def compiled_target() -> tuple[Any, TargetFacts]:
    resource = MonitoringTarget.model_validate(target_manifest("shop"))
    plan = compile_monitoring_target(resource, World())
    assert isinstance(plan.facts, TargetFacts)
    return resource, plan.facts


async def test_a_target_is_counted_and_its_signals_are_looked_for() -> None:
    books = FakeBooks()
    identity = {"namespace": "shop", "monitoring_target": "checkout"}
    books.know(target_books.QUERIES, (("active", identity, 2.0), ("up", identity, 2.0)))
    found = ({"bursar_check": f"shop/checkout/{check.name}"} for check in compiled_target()[1].checks)
    books.answers["label_replace"] = answer(*((labels, 4.0) for labels in found))
    observer = TargetObserver(FakeClock(), INTERVAL)
    resource, known = compiled_target()
    survey = await observer.survey(books, {TARGET: known})
    observed = observer.observe(TARGET, resource, known, survey, None)
    assert observed.fields["targets"]["summary"] == "2/2"
    assert observed.fields["signals"]["requests"] == {"series": 4}
    assert not observer.changed(observed, observed)
    assert observer.changed(observed, observer.stale(resource, observed, "away"))
    assert books.read_paths == []
    books.asked.clear()
    await observer.survey(books, {TARGET: known})
    assert not any("label_replace" in query for query in books.asked)


async def test_why_an_address_is_down_is_asked_by_its_scrape_pool() -> None:
    books = FakeBooks()
    identity = {"namespace": "shop", "monitoring_target": "checkout"}
    books.know(target_books.QUERIES, (("active", identity, 2.0), ("up", identity, 1.0)))
    resource, known = compiled_target()
    pool = known.scrape_pools[0]
    books.pages["targets"] = {"activeTargets": [{"scrapePool": pool, "lastError": "refused", "labels": {}}]}
    observer = TargetObserver(FakeClock(), INTERVAL)
    survey = await observer.survey(books, {TARGET: known})
    assert books.read_paths == [("targets", {"state": "active", "scrapePool": pool})]
    observed = observer.observe(TARGET, resource, known, survey, None)
    assert observed.fields["targets"]["lastError"] == "an address: refused"


async def test_an_address_that_is_down_without_a_known_reason_has_none() -> None:
    books = FakeBooks()
    identity = {"namespace": "shop", "monitoring_target": "checkout"}
    books.know(target_books.QUERIES, (("active", identity, 1.0),))
    _, known = compiled_target()
    survey = await TargetObserver(FakeClock(), INTERVAL).survey(books, {TARGET: known})
    assert survey.books.errors == {}


async def test_many_slas_are_looked_at_in_turn_until_all_of_them_were() -> None:
    watched = all_facts(facts(watched=latency("0.3")))
    resources = {Key(Kind.SLA, "shop", f"sla-{number}"): watched for number in range(2 * MOST_LOOKS + 1)}
    observer, looked = SlaObserver(FakeClock(), INTERVAL, NOBODY), []
    for _ in range(3):
        books = FakeBooks()
        await observer.survey(books, resources)
        questions = " ".join(books.asked)
        looked.append({key for key in resources if f'"shop/{key.name}/availability/buckets"' in questions})
    assert [len(keys) for keys in looked] == [MOST_LOOKS, MOST_LOOKS, 1]
    assert set().union(*looked) == set(resources)


def test_a_calendar_forgets_what_is_gone() -> None:
    calendar = Calendar(FakeClock(), INTERVAL)
    calendar.looked(KEY, "spec", complete=True)
    calendar.keep([TARGET])
    assert calendar.due({KEY: "spec"}) == [KEY]


def test_what_was_edited_is_looked_for_at_once() -> None:
    calendar = Calendar(FakeClock(), INTERVAL)
    calendar.looked(KEY, "old", complete=True)
    assert calendar.due({KEY: "old"}) == []
    assert calendar.due({KEY: "new"}) == [KEY]


def test_every_kind_is_registered() -> None:
    assert set(kind_specs(Settings(), FakeClock(), NOBODY)) == set(Kind)
