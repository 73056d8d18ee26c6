"""What is probably not meant in an alert: nothing here keeps a rule from being loaded, and all of it from helping.

The checks are those that people have learned to make by hand.
Source: https://prometheus.io/docs/practices/alerting/ and https://prometheus.io/docs/practices/rules/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bursar.domain.durations import format_duration
from bursar.domain.output_labels import OutputLabels, output_labels
from bursar.domain.promql.expression import Expression
from bursar.domain.promql.grammar import COMPARISONS
from bursar.domain.promql.nodes import Binary, Call, Node, NumberLiteral, RangeSelector, VectorSelector, children, walk

SCRAPES_PER_RATE: Final = 4

_RATES: Final = frozenset({"rate", "irate", "increase"})
_ABSENT: Final = frozenset({"absent", "absent_over_time"})
_GAUGE: Final = re.compile(
    r"_(?:active|available|bytes|capacity|celsius|connections|current|depth|free|info|length|limit|max|min|percent"
    r"|ratio|seconds|size|temperature|usage|used|utilization|workers)\Z"
)
_TEMPLATE_LABEL: Final = re.compile(r"[{][{][^}]*[$.][lL]abels[.]([a-zA-Z_][a-zA-Z0-9_]*)")
_NOT_SCRAPED: Final = frozenset({"ALERTS", "ALERTS_FOR_STATE"})


class FindingSeverity(StrEnum):
    """How bad a finding is."""

    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is probably not meant; `code` is one word for programs."""

    severity: FindingSeverity
    code: str
    message: str

    def as_data(self) -> dict[str, str]:
        """Return the finding as a status shows it."""
        return {"severity": self.severity.value, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Linted:
    """An alert as it is looked at: `texts` are its templates by the field that holds them."""

    expression: Expression
    scrape: timedelta
    evaluation: timedelta
    pending: timedelta = timedelta()
    texts: Mapping[str, str] = field(default_factory=dict)


def lint(alert: Linted) -> tuple[Finding, ...]:
    """List what is probably not meant in an alert."""
    return (
        *_without_comparison(alert),
        *_short_rates(alert),
        *_rates_of_gauges(alert),
        *_absent_at_once(alert),
        *_short_pending(alert),
        *_removed_labels(alert),
    )


def wanted_metrics(expression: Expression) -> tuple[str, ...]:
    """Return the metrics that must exist for the alert to mean something: not those that it wants to be absent."""
    outside = (node for node in _outside(expression.root, _ABSENT) if isinstance(node, VectorSelector))
    return tuple(sorted({node.metric for node in outside if node.metric} - _NOT_SCRAPED))


def unknown_metric(metric: str) -> Finding:
    """Say that Prometheus has no series of a metric."""
    message = f"spec.condition: Prometheus has no series of {metric}; correct the name, or look why it is not scraped"
    return _warning("unknown-metric", message)


def _warning(code: str, message: str) -> Finding:
    return Finding(FindingSeverity.WARNING, code, message)


def _without_comparison(alert: Linted) -> Iterator[Finding]:
    comparisons = [node for node in walk(alert.expression.root) if _compares(node)]
    if any(not (isinstance(node, Binary) and node.returns_bool) for node in comparisons):
        return
    cure = "remove bool, which turns no into 0" if comparisons else "compare it with something, as in ... > 10"
    yield _warning("no-comparison", f"spec.condition: fires whenever there is any series; {cure}")


def _compares(node: Node) -> bool:
    if isinstance(node, Call):
        return node.function in _ABSENT
    return isinstance(node, Binary) and (node.operator in COMPARISONS or node.operator == "unless")


def _rates(alert: Linted) -> Iterator[tuple[Call, RangeSelector]]:
    for node in walk(alert.expression.root):
        if isinstance(node, Call) and node.function in _RATES and isinstance(node.arguments[0], RangeSelector):
            yield node, node.arguments[0]


def _short_rates(alert: Linted) -> Iterator[Finding]:
    least = SCRAPES_PER_RATE * alert.scrape
    for call, counter in _rates(alert):
        if isinstance(counter.range, NumberLiteral) and counter.range.value < least.total_seconds():
            yield _warning(
                "rate-too-short",
                f"spec.condition: {alert.expression.part(call.span)}: a missed scrape leaves nothing to compute; with "
                f"a scrape interval of {format_duration(alert.scrape)} use at least [{format_duration(least)}]",
            )


def _rates_of_gauges(alert: Linted) -> Iterator[Finding]:
    # The rate of a native histogram is a histogram, whatever its name ends with.
    floats = {node.span for node in _outside(alert.expression.root, _histogram_functions())}
    for call, counter in _rates(alert):
        metric = counter.selector.metric
        if call.span in floats and _GAUGE.search(metric):
            yield _warning(
                "rate-of-gauge",
                f"spec.condition: {call.function} is for counters, and {metric} is named like a gauge; "
                "use deriv or delta, or the counter, which ends in _total",
            )


def _histogram_functions() -> frozenset[str]:
    return frozenset({"histogram_quantile", "histogram_fraction", "histogram_count", "histogram_sum", "histogram_avg"})


def _outside(root: Node, functions: frozenset[str]) -> Iterator[Node]:
    """Yield the nodes that are not arguments of some functions."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if not (isinstance(node, Call) and node.function in functions):
            waiting.extend(children(node))


def _absent_at_once(alert: Linted) -> Iterator[Finding]:
    if not alert.pending and any(isinstance(node, Call) and node.function in _ABSENT for node in _nodes(alert)):
        message = "spec.for: absent fires at the first missed scrape and at every restart; set for, such as 5m"
        yield _warning("absent-without-for", message)


def _nodes(alert: Linted) -> Iterator[Node]:
    return walk(alert.expression.root)


def _short_pending(alert: Linted) -> Iterator[Finding]:
    if timedelta() < alert.pending < alert.evaluation:
        interval = format_duration(alert.evaluation)
        message = f"spec.for: the rule is evaluated every {interval}, so that {format_duration(alert.pending)} means it"
        yield Finding(FindingSeverity.INFO, "for-too-short", f"{message}; use at least {interval}, or none")


def _removed_labels(alert: Linted) -> Iterator[Finding]:
    found = output_labels(alert.expression.root)
    for path, text in alert.texts.items():
        for label in dict.fromkeys(_TEMPLATE_LABEL.findall(text)):
            if not found.may_have(label):
                yield _warning(
                    "label-removed",
                    f"{path}: $labels.{label} is always empty: the condition's result has {_kept(found)}; "
                    f"keep it by ({label}), or remove it here",
                )


def _kept(found: OutputLabels) -> str:
    if not found.closed:
        return f"every label but {', '.join(sorted(found.names))}"
    return f"only the labels {', '.join(sorted(found.names))}" if found.names else "no labels"
