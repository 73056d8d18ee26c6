from datetime import timedelta

from bursar.observer.checks import check_queries, findings
from bursar.observer.sla_books import QUERIES, SlaBooks, bucket_checks, buckets_found
from fakes.answers import AT, answer
from fakes.sla_books import all_facts, books, facts, recorded

IDENTITY = ("shop", "checkout", "availability")


def test_there_is_one_query_for_each_metric_whatever_the_number_of_slas() -> None:
    assert QUERIES == {
        "ratio": "bursar:sli_error:ratio_period",
        "remaining": "bursar:error_budget:remaining",
        "total": "last_over_time(bursar:events:period_total[11m])",
        "bad": "last_over_time(bursar:events:period_bad[11m])",
        "coverage": "last_over_time(bursar:coverage:ratio_period[11m])",
        "burn": '{__name__=~"bursar:sli_error:ratio_[0-9].*"}',
        "traffic": "bursar:sli_total:rate",
        "alerts": 'ALERTS{alertname=~"ErrorBudgetBurnPage|ErrorBudgetBurnTicket",alertstate="firing"}',
        "info": "bursar_objective_info",
    }


def test_readings_are_found_by_namespace_sla_and_objective() -> None:
    found = books(recorded({"ratio": 0.1}, {}), recorded({"ratio": 0.2}, {}, objective="latency"))
    assert found.groups(IDENTITY, ()) == {(): {"bursar:sli_error:ratio_period": 0.1}}
    assert found.groups(("shop", "checkout", "latency"), ()) == {(): {"bursar:sli_error:ratio_period": 0.2}}
    assert found.groups(("other", "checkout", "availability"), ()) == {}
    assert found.definitions(IDENTITY) == {"v2-availability"}
    assert found.definitions(("other", "checkout", "availability")) == frozenset()


def test_a_firing_alert_is_a_reading_under_its_name() -> None:
    found = books(recorded({}, {}, firing=("ErrorBudgetBurnPage",)))
    assert found.groups(IDENTITY, ()) == {(): {"ErrorBudgetBurnPage": 1.0}}


def test_groups_are_told_apart_by_the_group_by_labels_alone() -> None:
    found = books(
        recorded({"remaining": 0.5}, {}, region="eu", prometheus="a"),
        recorded({"remaining": 0.1}, {}, region="us", prometheus="b"),
        recorded({"remaining": 0.9}, {}),
    )
    metric = "bursar:error_budget:remaining"
    assert found.groups(IDENTITY, ("region",)) == {("eu",): {metric: 0.5}, ("us",): {metric: 0.1}, ("",): {metric: 0.9}}


def test_of_two_replicas_the_first_answer_counts() -> None:
    found = books(recorded({"remaining": 0.5}, {}, replica="0"), recorded({"remaining": 0.1}, {}, replica="1"))
    assert found.groups(IDENTITY, ()) == {(): {"bursar:error_budget:remaining": 0.5}}


def test_nan_and_infinities_are_no_readings() -> None:
    garbage = {"ratio": float("nan"), "remaining": float("-inf"), "total": 1e300}
    assert books(recorded(garbage, {"1h": float("inf")})).groups(IDENTITY, ()) == {}


def test_the_books_are_as_old_as_the_oldest_answer() -> None:
    early = AT - timedelta(seconds=3)
    assert SlaBooks.from_answers({"ratio": answer(), "info": answer(at=early)}).at == early


def test_series_without_our_labels_disturb_nothing() -> None:
    found = SlaBooks.from_answers({"ratio": answer(({}, 1.0), ({"namespace": "shop"}, 2.0))})
    assert found.groups(IDENTITY, ()) == {}


def test_the_buckets_of_latency_objectives_are_looked_for() -> None:
    objectives = all_facts(facts(), facts("latency", bucket=("0.3",)))
    checks = tuple(bucket_checks("shop", "checkout", objectives))
    (query,) = check_queries(checks)
    assert 'count by (le) (seconds_bucket{job="x"})' in query
    found = findings([answer(({"bursar_check": checks[0].id, "le": "0.3"}, 1.0))])
    assert buckets_found("shop", "checkout", objectives, found) == {("shop", "checkout", "latency"): ("0.3",)}
    assert buckets_found("shop", "checkout", objectives, {}) == {("shop", "checkout", "latency"): ()}
