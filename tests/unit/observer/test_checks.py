from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.promql.selector import parse_selector
from bursar.observer.checks import CHECKS_PER_QUERY, Check, bucket_bounds, check_queries, findings
from fakes.answers import answer

SELECTOR = parse_selector('http_requests_total{job="checkout"}')


def test_a_check_counts_series_and_marks_the_count_with_its_id() -> None:
    assert check_queries([Check("shop/checkout/total", SELECTOR)]) == (
        'label_replace(count(http_requests_total{job="checkout"}), "bursar_check", "shop/checkout/total", "", "")',
    )


def test_buckets_are_counted_by_their_bound() -> None:
    (query,) = check_queries([Check("b", SELECTOR, by_bucket=True)])
    assert query.startswith('label_replace(count by (le) (http_requests_total{job="checkout"}), ')


def test_nothing_to_look_for_asks_nothing() -> None:
    assert check_queries([]) == ()


@given(st.integers(min_value=1, max_value=4 * CHECKS_PER_QUERY))
def test_every_check_is_asked_once_in_as_few_queries_as_possible(count: int) -> None:
    queries = check_queries(Check(f"id-{number}", SELECTOR) for number in range(count))
    assert len(queries) == -(-count // CHECKS_PER_QUERY)
    joined = " or ".join(queries)
    assert all(joined.count(f'"id-{number}"') == 1 for number in range(count))


def test_findings_are_read_by_id_and_bucket() -> None:
    found = findings(
        [
            answer(({"bursar_check": "a"}, 12.0), ({"bursar_check": "b", "le": "0.1"}, 3.0)),
            answer(({"bursar_check": "b", "le": "+Inf"}, 3.0)),
        ]
    )
    assert found == {"a": {"": 12}, "b": {"0.1": 3, "+Inf": 3}}


def test_garbage_finds_nothing() -> None:
    assert findings([answer(({}, 1.0), ({"bursar_check": "a"}, float("nan")))]) == {}


def test_bounds_are_sorted_and_two_spellings_are_one() -> None:
    found = dict.fromkeys(("1", "1.0", "0.1", "10", "+Inf", "5e-05", "1e-300", "what"), 1)
    assert bucket_bounds(found) == ("0.00005", "0.1", "1", "10")
