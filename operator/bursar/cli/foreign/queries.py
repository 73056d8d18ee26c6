"""What other engines count, as an indicator of ours.

Where two plain counters are compared they become selectors, so that Bursar itself chooses ranges; where a bucket is
taken from a count it becomes a latency; all else stays an expression.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from bursar.cli.foreign.remarks import Raw, Refusal, Remarks
from bursar.domain.durations import format_duration
from bursar.domain.output_labels import output_labels
from bursar.domain.promql.build import sum_by
from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import Expression, parse
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.nodes import (
    Aggregation,
    Binary,
    Call,
    Node,
    NumberLiteral,
    RangeSelector,
    Subquery,
    VectorSelector,
    unwrapped,
    walk,
)
from bursar.domain.promql.selector import Selector, selector_of
from bursar.domain.promql.windows import windows

WINDOW: Final = "{{.window}}"

_COUNTING: Final = frozenset({"rate", "increase", "irate"})
_MILLISECONDS: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter that is summed, by some labels."""

    selector: Selector
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """An indicator of ours, and the labels that divide it."""

    indicator: Raw
    group_by: tuple[str, ...] = ()


def counted(total: str, *, bad: str = "", good: str = "", remarks: Remarks) -> Counted:
    """Find the indicator for queries of all events, and of the bad or the good ones among them; raises Refusal."""
    whole, part = read(total, "the query of all events"), read(bad or good, "the query of the events")
    all_events, some = counter(whole.root), counter(part.root)
    latency = _slow(whole.root, part.root) if bad else _fast(all_events, some)
    if latency is not None:
        return latency
    name = "bad" if bad else "good"
    if all_events and some and all_events.labels == some.labels:
        ratio = {name: str(some.selector), "total": str(all_events.selector)}
        return Counted({"ratio": ratio}, all_events.labels)
    texts = {name: per_second(part, remarks), "total": per_second(whole, remarks)}
    if not all(counter(each.root) or _is_per_second(each.root) for each in (whole, part)):
        remarks.changed(
            "the queries are taken for events per second; if they are not, counts of events are wrong, not budgets"
        )
    return Counted({"expression": texts}, _groups(whole, part))


def read(query: str, what: str) -> Expression:
    """Parse PromQL of another engine; raises Refusal."""
    if not query:
        raise Refusal(f"{what} is missing")
    try:
        return parse(query.strip(), windows_allowed=True)
    except PromqlError as error:
        raise Refusal(f"{what} cannot be read: {error}") from None


def counter(node: Node) -> Counter | None:
    """Recognise `sum by (x) (rate(counter[5m]))`, with rate or increase or neither; None for anything else."""
    node = unwrapped(node)
    if isinstance(node, Binary) and node.operator == "or" and _is_zero(node.right):
        return counter(node.left)
    labels: tuple[str, ...] = ()
    if isinstance(node, Aggregation) and node.operator == "sum" and not node.grouping.without:
        labels, node = node.grouping.labels, unwrapped(node.expression)
    if isinstance(node, Call) and node.function in _COUNTING:
        ranged = unwrapped(node.arguments[0])
        if isinstance(ranged, RangeSelector) and ranged.offset is None and ranged.at is None:
            return Counter(selector_of(ranged.selector), labels)
    if isinstance(node, VectorSelector) and node.offset is None and node.at is None:
        return Counter(selector_of(node), labels)
    return None


def _is_zero(node: Node) -> bool:
    """Whether it is `vector(0)`, which stands for errors that have not happened yet."""
    node = unwrapped(node)
    if not (isinstance(node, Call) and node.function == "vector"):
        return False
    value = unwrapped(node.arguments[0])
    return isinstance(value, NumberLiteral) and value.value == 0


def _slow(total: Node, bad: Node) -> Counted | None:
    """Recognise bad events that are a count without one of its buckets."""
    bad = unwrapped(bad)
    if not (isinstance(bad, Binary) and bad.operator == "-"):
        return None
    count, bucket, whole = counter(bad.left), counter(bad.right), counter(total)
    return _fast(whole, bucket) if count == whole else None


def _fast(count: Counter | None, bucket: Counter | None) -> Counted | None:
    """Recognise good events that are one bucket of a histogram, with the same matchers as its count."""
    if count is None or bucket is None or count.labels != bucket.labels:
        return None
    histogram, threshold = histogram_of(bucket.selector)
    if threshold is None or _without_part(count.selector, "_count") != histogram:
        return None
    indicator = {"threshold": format_duration(threshold), "histogram": str(histogram)}
    return Counted({"latency": indicator}, count.labels)


def histogram_of(bucket: Selector) -> tuple[Selector, timedelta | None]:
    """Take the threshold out of a selector of one bucket; None when it names no single one."""
    ends = [each for each in bucket.matchers if each.label == "le"]
    others = tuple(each for each in bucket.matchers if each.label != "le")
    histogram = _without_part(replace(bucket, matchers=others), "_bucket")
    single = len(ends) == 1 and ends[0].operator is MatchOperator.EQUAL and histogram.metric != bucket.metric
    return histogram, _seconds(ends[0].value) if single else None


def _without_part(selector: Selector, part: str) -> Selector:
    return replace(selector, metric=selector.metric.removesuffix(part))


def _seconds(end: str) -> timedelta | None:
    """Read the end of a bucket; None for what is no duration of whole milliseconds."""
    try:
        length = Decimal(end) * _MILLISECONDS
    except InvalidOperation:
        return None
    whole = length.is_finite() and length > 0 and length == length.to_integral_value()
    return timedelta(milliseconds=int(length)) if whole else None


def per_second(query: Expression, remarks: Remarks) -> str:
    """Count events per second over a range that Bursar chooses, whatever the query does with its counter."""
    found = counter(query.root)
    if found is None:
        return windowed(query, remarks)
    return sum_by(found.labels, f"rate({found.selector}[{WINDOW}])")


def windowed(query: Expression, remarks: Remarks) -> str:
    """Let Bursar choose the range of an expression; raises Refusal where it has ranges of several lengths."""
    if windows(query):
        return query.text
    ranges = [node.range for node in walk(query.root) if isinstance(node, RangeSelector | Subquery)]
    if not ranges:
        return _summed(query, remarks)
    if len({query.part(each.span) for each in ranges}) > 1:
        raise Refusal(f"{query.text}: its ranges differ, so that {WINDOW} cannot stand for them")
    remarks.changed(f"the range [{query.part(ranges[0].span)}] of a query is chosen by Bursar")
    return query.spliced((each.span, WINDOW) for each in sorted(ranges, key=lambda each: each.span))


def _summed(query: Expression, remarks: Remarks) -> str:
    """Add up the samples of what has no range: each is taken for a number of events."""
    remarks.changed(f"every sample of {query.text} is taken for a number of events")
    if isinstance(unwrapped(query.root), VectorSelector):
        return f"sum(sum_over_time({query.text}[{WINDOW}]))"
    return f"sum_over_time(({query.text})[{WINDOW}:1m])"


def averaged(query: Expression) -> str:
    """Take the mean of what has no range of its own."""
    if windows(query):
        return query.text
    if isinstance(unwrapped(query.root), VectorSelector):
        return f"avg_over_time({query.text}[{WINDOW}])"
    return f"avg_over_time(({query.text})[{WINDOW}:30s])"


def mean_of_ratios(ratio: str) -> Raw:
    """Weigh every moment alike: the bad share of a moment is so many bad events of one."""
    return {"expression": {"bad": ratio, "total": f"({ratio}) * 0 + 1"}}


def _is_per_second(root: Node) -> bool:
    calls = [node.function for node in walk(root) if isinstance(node, Call)]
    return "rate" in calls and not any(name == "increase" or name.endswith("_over_time") for name in calls)


def _groups(*queries: Expression) -> tuple[str, ...]:
    """The labels that all results have, where they are known."""
    found = [output_labels(each.root) for each in queries]
    if not all(each.closed for each in found):
        return ()
    return tuple(sorted(frozenset.intersection(*(each.names for each in found))))
