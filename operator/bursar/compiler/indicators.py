"""Indicators -> event sources: what an objective counts, with the signals of its target filled in."""

from typing import TypeAlias

from bursar.api.indicators import ExpressionIndicator, LatencyIndicator, RatioIndicator, TimesliceIndicator
from bursar.api.monitoring_target import MonitoringTarget, Signals
from bursar.api.sla import Objective
from bursar.compiler.facts import LatencyBucket, Watched
from bursar.compiler.plan import Rejected, Waiting
from bursar.conventions import Reason
from bursar.domain.events import BadOfTotal, EventSource, Expressions, Gauge, GoodOfTotal, closed
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.objective import Identity
from bursar.domain.promql.selector import Selector
from bursar.domain.timeslices import Timeslices, slice_value

_BUCKET_LABEL = "le"

Resolved: TypeAlias = EventSource | Waiting | Rejected


def resolve(objective: Objective, target: MonitoringTarget | None, identity: Identity) -> Resolved:
    """Find out what an objective counts.

    Waits for a target that lacks the signal, because GitOps applies in any order; rejects what only an edit of the
    objective can cure.
    """
    indicator = objective.indicator
    if indicator.ratio is not None:
        return _ratio(indicator.ratio)
    if indicator.expression is not None:
        return _expressions(indicator.expression)
    if indicator.gauge is not None:
        return Gauge(indicator.gauge.selector)
    if indicator.timeslice is not None:
        return _timeslices(indicator.timeslice, identity)
    return _of_signals(objective, target)


def _of_signals(objective: Objective, target: MonitoringTarget | None) -> Resolved:
    path = f"spec.objectives[{objective.name}]"
    if objective.indicator.latency is not None:
        return _latency(objective.indicator.latency, target, objective.group_by, path)
    requests = _signals(target).requests
    if requests is None:
        return _without_signal(f"{path}.indicator.availability", target, "requests", "total and errors")
    return BadOfTotal(requests.errors, requests.total)


def _ratio(indicator: RatioIndicator) -> EventSource:
    if indicator.good is not None:
        return GoodOfTotal(indicator.good, indicator.total)
    assert indicator.bad is not None  # the model demands exactly one of the two
    return BadOfTotal(indicator.bad, indicator.total)


def _expressions(indicator: ExpressionIndicator) -> EventSource:
    total = closed(indicator.total)
    if indicator.good is not None:
        return Expressions(total, closed(indicator.good), part_is_good=True)
    assert indicator.bad is not None  # the model demands exactly one of the two
    return Expressions(total, closed(indicator.bad))


def _timeslices(indicator: TimesliceIndicator, identity: Identity) -> EventSource:
    return Timeslices(identity, slice_value(indicator.good), indicator.slice, indicator.missing)


def _latency(
    indicator: LatencyIndicator, target: MonitoringTarget | None, group_by: tuple[str, ...], path: str
) -> Resolved:
    if _BUCKET_LABEL in group_by:
        return Rejected(Reason.INVALID_SPEC, f"{path}.groupBy: le divides the histogram itself; remove it")
    where = f"{path}.indicator.latency"
    if indicator.histogram is not None:
        flaw = _flaw(indicator.histogram)
        if flaw:
            return Rejected(Reason.INVALID_SPEC, f"{where}.histogram: {flaw}")
        return SlowOfHistogram(indicator.histogram, indicator.threshold)
    latency = _signals(target).latency
    if latency is None:
        return _without_signal(where, target, "latency", "histogram")
    flaw = _flaw(latency.histogram)
    if flaw:
        message = f"{where}: spec.signals.latency.histogram of {_named(target)}: {flaw}"
        return Waiting(Reason.DEPENDENCY_NOT_READY, message)
    return SlowOfHistogram(latency.histogram, indicator.threshold)


def _flaw(histogram: Selector) -> str:
    """Say what keeps a selector from naming one histogram; empty when nothing does."""
    if not histogram.metric:
        return f"{histogram} names no metric; a histogram needs its name, such as http_request_duration_seconds"
    if _BUCKET_LABEL in histogram.labels:
        return "the bucket follows from the threshold; remove the matcher on le"
    return ""


def _without_signal(path: str, target: MonitoringTarget | None, signal: str, fields: str) -> Waiting:
    message = f"{path}: {_named(target)} has no spec.signals.{signal}; add it, with {fields}"
    return Waiting(Reason.DEPENDENCY_NOT_READY, message)


def _signals(target: MonitoringTarget | None) -> Signals:
    return Signals() if target is None else target.spec.signals


def _named(target: MonitoringTarget | None) -> str:
    return "no MonitoringTarget" if target is None else f"MonitoringTarget {target.metadata.name}"


def watched(events: EventSource) -> Watched:
    """Say what of an event source can be looked for in Prometheus; PromQL of a user is not taken apart."""
    match events:
        case BadOfTotal():
            return Watched(total=events.total_events, bad=events.bad_events)
        case GoodOfTotal():
            return Watched(total=events.total_events)
        case Gauge():
            return Watched(total=events.selector)
        case SlowOfHistogram():
            buckets = LatencyBucket(events.histogram.histogram_part("bucket"), events.spellings)
            return Watched(bucket=buckets, native=events.histogram.histogram_part(""))
        case _:
            return Watched()
