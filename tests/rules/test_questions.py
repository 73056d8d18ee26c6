"""Prometheus answers what the observers ask, in the shape that they read."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bursar.domain.promql.selector import parse_selector
from bursar.observer import sla_books, target_books
from bursar.observer.checks import Check, check_queries
from rules.promtool import promtool

BURNING = 'bursar:sli_error:ratio_1h{namespace="shop",sla="checkout",objective="a"}'
QUIET = 'bursar:sli_error:ratio_1h{namespace="shop",sla="checkout",objective="quiet"}'
FIRING = 'ALERTS{alertname="ErrorBudgetBurnPage",alertstate="firing",namespace="shop",sla="checkout",objective="a"}'
SERIES = (
    'requests_total{code="200"}',
    'requests_total{code="500"}',
    'seconds_bucket{le="0.1"}',
    'seconds_bucket{le="+Inf"}',
    'up{namespace="shop",monitoring_target="checkout",instance="a"}',
    'up{namespace="shop",monitoring_target="checkout",instance="b"}',
    'up{job="not-ours"}',
    BURNING,
    QUIET,
    FIRING,
    'bursar:sli_error:ratio_period{sla="checkout"}',
)


def expect(expression: str, *found: tuple[str, float]) -> dict[str, Any]:
    samples = [{"labels": labels, "value": value} for labels, value in found]
    return {"expr": expression, "eval_time": "1m", "exp_samples": samples}


def assert_answers(folder: Path, *questions: dict[str, Any]) -> None:
    series = [{"series": name, "values": "1+0x4"} for name in SERIES]
    series.append({"series": "native_seconds", "values": "{{count:3 sum:1 buckets:[1 2]}}x4"})
    path = folder / "questions.yaml"
    path.write_text(yaml.safe_dump({"tests": [{"input_series": series, "promql_expr_test": list(questions)}]}))
    answer = promtool("test", "rules", path)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_many_checks_come_back_from_one_query(tmp_path: Path) -> None:
    checks = [
        Check("total", parse_selector("requests_total")),
        Check("missing", parse_selector("nothing_total")),
        Check("buckets", parse_selector("seconds_bucket"), by_bucket=True),
        Check("native", parse_selector('native_seconds{quantile=""}')),
    ]
    (query,) = check_queries(checks)
    found = (
        ('{bursar_check="total"}', 2),
        ('{bursar_check="buckets",le="0.1"}', 1),
        ('{bursar_check="buckets",le="+Inf"}', 1),
        ('{bursar_check="native"}', 1),
    )
    assert_answers(tmp_path, expect(query, *found))


def test_a_full_query_of_long_selectors_is_answered(tmp_path: Path) -> None:
    long = parse_selector('requests_total{code=~"' + "|".join(str(code) for code in range(100, 600)) + '"}')
    (query,) = check_queries(Check(f"id-{number}", long) for number in range(50))
    assert_answers(tmp_path, expect(query, *((f'{{bursar_check="id-{number}"}}', 2) for number in range(50))))


def test_every_bulk_query_is_answered(tmp_path: Path) -> None:
    ours = '{namespace="shop",monitoring_target="checkout"}'
    answers = {
        target_books.QUERIES["active"]: ((ours, 2),),
        target_books.QUERIES["up"]: ((ours, 2),),
        sla_books.QUERIES["ratio"]: (('bursar:sli_error:ratio_period{sla="checkout"}', 1),),
        sla_books.QUERIES["alerts"]: ((FIRING, 1),),
        sla_books.BURNING: ((BURNING, 1),),
        "bursar:sli_error:ratio_1h": ((BURNING, 1), (QUIET, 1)),
    }
    queries = (*target_books.QUERIES.values(), *sla_books.QUERIES.values(), *answers)
    assert_answers(tmp_path, *(expect(query, *answers.get(query, ())) for query in queries))


def test_what_counters_held_when_they_came_is_summed_over_those_that_are_new(tmp_path: Path) -> None:
    series = {
        'late_total{pod="new"}': "_x20 17+1x9",
        'late_total{pod="newer"}': "_x25 3+0x4",
        'late_total{pod="old"}': "100+1x29",
        'late_total{pod="from-zero"}': "_x20 0+5x9",
        'late_total{pod="away"}': "100+1x10 _x10 130+1x8",
    }
    (query,) = check_queries([Check("born", parse_selector("late_total"), born_within=timedelta(minutes=10))])
    question = {
        "expr": query,
        "eval_time": "29m",
        "exp_samples": [{"labels": '{bursar_check="born"}', "value": 20}],
    }
    replayed = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
    }
    path = tmp_path / "questions.yaml"
    path.write_text(yaml.safe_dump({"tests": [{**replayed, "promql_expr_test": [question]}]}))
    answer = promtool("test", "rules", path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
