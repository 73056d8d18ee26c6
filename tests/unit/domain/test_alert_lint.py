"""What the linter says, and that it says nothing about what is well."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bursar.domain.alert_lint import Linted, lint, wanted_metrics
from bursar.domain.promql.expression import parse

MINUTE = timedelta(minutes=1)


def linted(
    expression: str, *, pending: timedelta = 5 * MINUTE, texts: Mapping[str, str] | None = None
) -> list[tuple[str, str, str]]:
    found = lint(Linted(parse(expression), timedelta(seconds=30), MINUTE, pending, texts or {}))
    return [(finding.severity.value, finding.code, finding.message) for finding in found]


def codes(expression: str, *, pending: timedelta = 5 * MINUTE) -> list[str]:
    return [code for _, code, _ in linted(expression, pending=pending)]


@pytest.mark.parametrize(
    "expression",
    [
        "sum(rate(a_total[5m])) > 5",
        "absent(up)",
        "absent_over_time(up[10m])",
        "a unless b",
        "rate(a_total[2m]) > 0",
        "rate(a_bytes_total[5m]) > 0",
        "deriv(a_bytes[5m]) > 0",
        "histogram_quantile(0.9, sum(rate(a_seconds[5m]))) > 1",
        "rate(a_total[1h] offset 1d) > 0",
    ],
)
def test_nothing_is_said_about_what_is_well(expression: str) -> None:
    assert linted(expression) == []


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("queue_depth", ["no-comparison"]),
        ("a and b", ["no-comparison"]),
        ("queue_depth > bool 5", ["no-comparison"]),
        ("rate(a_total[119s]) > 0", ["rate-too-short"]),
        ("irate(a_total[1m]) > 0", ["rate-too-short"]),
        ("increase(a_total[1m]) > 0", ["rate-too-short"]),
        ("rate(queue_depth[5m]) > 0", ["rate-of-gauge"]),
        ("increase(memory_bytes[5m]) > 0", ["rate-of-gauge"]),
        ("rate(queue_depth[1m])", ["no-comparison", "rate-too-short", "rate-of-gauge"]),
    ],
)
def test_what_is_probably_not_meant_is_found(expression: str, found: list[str]) -> None:
    assert codes(expression) == found


def test_absent_needs_some_time() -> None:
    assert codes("absent(up)", pending=timedelta()) == ["absent-without-for"]
    assert codes("up > 0", pending=timedelta()) == []


def test_a_for_below_the_interval_means_the_interval() -> None:
    ((severity, code, message),) = linted("up > 0", pending=timedelta(seconds=30))
    assert (severity, code) == ("info", "for-too-short")
    assert "evaluated every 1m, so that 30s means it; use at least 1m" in message
    assert codes("up > 0", pending=MINUTE) == []


def test_a_label_that_an_aggregation_removed_is_named_with_its_field() -> None:
    text = "{{ $labels.job }} and {{ .Labels.pod | title }} {{ $value }}"
    found = linted("sum by (job) (up) > 5", texts={"spec.summary": text})
    assert found == [
        (
            "warning",
            "label-removed",
            "spec.summary: $labels.pod is always empty: the condition's result has only the labels job; keep it by "
            "(pod), or remove it here",
        )
    ]


def test_a_finding_says_what_is_left_of_the_labels() -> None:
    ((*_, without),) = linted("sum without (pod) (up) > 5", texts={"a": "{{ $labels.pod }}"})
    ((*_, none),) = linted("sum(up) > 5", texts={"a": "{{ $labels.pod }}"})
    assert "has every label but pod" in without
    assert "has no labels" in none


def test_a_short_rate_is_quoted_with_its_cure() -> None:
    ((*_, message),) = linted("sum(rate(a_total[1m])) > 0")
    assert message == (
        "spec.condition: rate(a_total[1m]): a missed scrape leaves nothing to compute; with a scrape interval of 30s "
        "use at least [2m]"
    )


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("a / b > c", ("a", "b", "c")),
        ("a unless absent(b)", ("a",)),
        ("absent_over_time(b[5m])", ()),
        ('{__name__="a"} > 0', ("a",)),
        ('{__name__=~"a.+"} > 0', ()),
        ("ALERTS > 0", ()),
    ],
)
def test_metrics_that_must_exist_are_known(expression: str, metrics: tuple[str, ...]) -> None:
    assert wanted_metrics(parse(expression)) == metrics
