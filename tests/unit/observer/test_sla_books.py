from datetime import timedelta

from bursar.observer.sla_books import QUERIES, SlaBooks, burn_queries
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
        "traffic": "bursar:sli_total:rate",
        "low": "bursar:traffic:low",
        "alerts": 'ALERTS{alertname=~"ErrorBudgetBurnPage|ErrorBudgetBurnTicket",alertstate="firing"}',
        "info": "count by (namespace, sla, objective, definition) (bursar_objective_info)",
    }
    shown = ("5m", "1h", "6h", "3d")
    assert list(burn_queries([all_facts(), all_facts(facts("another"))]).values()) == sorted(
        f"bursar:sli_error:ratio_{window}" for window in shown
    )


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
