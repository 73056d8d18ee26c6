"""MonitoringTarget -> the monitor that scrapes it, its alerts, and what an observer needs to look for its numbers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bursar.api.base import ObjectMeta
from bursar.api.monitoring_target import MonitoringTarget, Scrape, Signals
from bursar.compiler.mentions import notices_of
from bursar.compiler.monitors import monitor, monitor_name, scrape_pools
from bursar.compiler.objects import not_served, owned_object
from bursar.compiler.pace import scrape_interval
from bursar.compiler.plan import Accepted, Condition, Manifest, Plan, Rejected, Waiting
from bursar.compiler.presets import TargetAlerts, compile_presets
from bursar.compiler.routed import routed
from bursar.compiler.selection import selected
from bursar.compiler.sla import MAX_BYTES
from bursar.compiler.view import View
from bursar.conventions import (
    MONITORING_TARGET,
    NAMESPACE,
    ChildKind,
    ConditionType,
    Kind,
    Reason,
)
from bursar.domain.durations import format_duration
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector


@dataclass(frozen=True, slots=True)
class SignalCheck:
    """One thing to look for in Prometheus.

    `name` is where the finding belongs, such as `latency.buckets`; `path` is the field of the spec that
    asks for it. With `by_bucket` the series are counted per `le`. An `optional` one may be missing without
    anything being wrong.
    """

    name: str
    path: str
    selector: Selector
    by_bucket: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What the observer of a target needs.

    `scrape_pools` are empty for a target that somebody else scrapes. `probed` marks targets whose health is
    the outcome of a probe. `up` selects one series per scraped address, 1 when it is well. `group` is the rule group
    of its alerts, and `definitions` maps their incidents to what proves them loaded.
    """

    scrape_pools: tuple[str, ...]
    probed: bool
    up: Selector
    checks: tuple[SignalCheck, ...]
    group: str = ""
    definitions: Mapping[str, str] = field(default_factory=dict)


def compile_monitoring_target(target: MonitoringTarget, view: View) -> Plan:
    """Decide which monitor and which alerts a target gets; without `scrape` there is no monitor.

    Waits while the CRD of a generated kind is not installed; rejects a histogram whose name is not known, and a
    scrape that may take longer than the platform's interval, which prometheus-operator would leave out.
    """
    try:
        checks = tuple(_checks(target.spec.signals))
    except ValueError as error:
        return Plan(Rejected(Reason.INVALID_SPEC, str(error)))
    scrape = target.spec.scrape
    overlong = _overlong(scrape, scrape_interval(view)) if scrape else ""
    if overlong:
        return Plan(Rejected(Reason.INVALID_SPEC, overlong))
    return _planned(target, checks, view)


def _planned(target: MonitoringTarget, checks: tuple[SignalCheck, ...], view: View) -> Plan:
    built = _monitor(target, view)
    up = _up(target.metadata, None if built is None else built.kind)
    alerts = compile_presets(target, None if built is None else up, view.policy)
    specs = {} if built is None else {built.kind: built.spec}
    if alerts.compiled is not None:
        specs[ChildKind.PROMETHEUS_RULE] = {"groups": [alerts.compiled.group.as_data()]}
    facts = _facts(built, up, checks, alerts)
    unserved = next((kind for kind in specs if not view.serves(kind)), None)
    if unserved is not None:
        return Plan(Waiting(Reason.DEPENDENCY_NOT_READY, not_served(unserved)), facts=facts)
    manifests = tuple(_owned(kind, target.metadata, spec, view) for kind, spec in specs.items())
    if any(len(json.dumps(manifest)) > MAX_BYTES for manifest in manifests):
        return Plan(Rejected(Reason.INVALID_SPEC, _TOO_LARGE))
    told = routed(notices_of(target.spec.notify), alerts.severities, target.metadata.namespace, view)
    conditions = (_selected(manifests, view), *told, *_complete(target, alerts))
    return Plan(Accepted(), apply=manifests, conditions=conditions, facts=facts)


@dataclass(frozen=True, slots=True)
class _Monitor:
    """What scrapes a target."""

    kind: ChildKind
    spec: Mapping[str, Any]
    pools: tuple[str, ...]


def _monitor(target: MonitoringTarget, view: View) -> _Monitor | None:
    meta, scrape = target.metadata, target.spec.scrape
    if scrape is None:
        return None
    kind, spec = monitor(scrape, meta=meta, pace=scrape_interval(view))
    pools = scrape_pools(kind, namespace=meta.namespace, name=monitor_name(meta.name), spec=spec)
    return _Monitor(kind, spec, pools)


def _owned(kind: ChildKind, meta: ObjectMeta, spec: Mapping[str, Any], view: View) -> Manifest:
    return owned_object(
        kind,
        owner=Kind.MONITORING_TARGET,
        meta=meta,
        name=monitor_name(meta.name),
        labels=view.policy.labels,
        spec=spec,
    )


def _overlong(scrape: Scrape, platform: timedelta) -> str:
    """Say which timeout is longer than the interval that the platform sets; empty when none is."""
    for pace in scrape.paces:
        if pace.interval is None and pace.scrape_timeout and pace.scrape_timeout > platform:
            return (
                f"spec.scrape: scrapeTimeout {format_duration(pace.scrape_timeout)} is longer than the platform's "
                f"interval {format_duration(platform)}; shorten it, or set interval beside it"
            )
    return ""


_WORST_FIRST: Final = ("False", "Unknown", "True")
_TOO_LARGE: Final = (
    f"spec.alerts: their rules take more than the {MAX_BYTES // 1000} kB that a PrometheusRule may have; shorten "
    "labels, annotations and selectors, or move some to AlertRules"
)
_NOTHING_TO_SELECT: Final = Condition(
    ConditionType.SELECTED,
    "True",
    Reason.NOTHING_TO_SELECT,
    "spec.scrape is not set: somebody else scrapes this target, and no monitor is generated",
)


def _selected(manifests: tuple[Manifest, ...], view: View) -> Condition:
    """Say whether a server selects all of the objects; the first that none selects speaks for the others."""
    found = [
        selected(
            ChildKind(manifest["kind"]),
            labels=manifest["metadata"]["labels"],
            namespace=manifest["metadata"]["namespace"],
            selectors=view.selectors,
        )
        for manifest in manifests
    ]
    return min(found, key=lambda condition: _WORST_FIRST.index(condition.status), default=_NOTHING_TO_SELECT)


def _complete(target: MonitoringTarget, alerts: TargetAlerts) -> tuple[Condition, ...]:
    """Say which alerts have nothing to read; nothing when there are no alerts."""
    if not target.spec.alerts:
        return ()
    if not alerts.missing:
        return (Condition(ConditionType.ALERTS_COMPLETE, "True", Reason.COMPLETE, "every alert has its signal"),)
    message = "; ".join(f"{path}: {why}" for path, why in alerts.missing.items())
    return (Condition(ConditionType.ALERTS_COMPLETE, "False", Reason.SIGNAL_MISSING, message),)


def _up(meta: ObjectMeta, kind: ChildKind | None) -> Selector:
    up = Selector("probe_success" if kind is ChildKind.PROBE else "up")
    up = up.where(NAMESPACE, MatchOperator.EQUAL, meta.namespace)
    return up.where(MONITORING_TARGET, MatchOperator.EQUAL, meta.name)


def _facts(built: _Monitor | None, up: Selector, checks: tuple[SignalCheck, ...], alerts: TargetAlerts) -> TargetFacts:
    compiled = alerts.compiled
    return TargetFacts(
        scrape_pools=() if built is None else built.pools,
        probed=built is not None and built.kind is ChildKind.PROBE,
        up=up,
        checks=checks,
        group="" if compiled is None else compiled.group.name,
        definitions={} if compiled is None else compiled.definitions,
    )


def _checks(signals: Signals) -> Iterator[SignalCheck]:
    path = "spec.signals"
    if signals.requests is not None:
        yield SignalCheck("requests.total", f"{path}.requests.total", signals.requests.total)
        yield SignalCheck("requests.errors", f"{path}.requests.errors", signals.requests.errors, optional=True)
    if signals.latency is not None:
        yield from _histogram_checks("latency", signals.latency.histogram)
    for item in signals.saturation:
        field = f"{path}.saturation[{item.name}]"
        yield SignalCheck(f"saturation.{item.name}.used", f"{field}.used", item.used)
        yield SignalCheck(f"saturation.{item.name}.capacity", f"{field}.capacity", item.capacity)
    yield from _checks_of_presets(signals)


def _checks_of_presets(signals: Signals) -> Iterator[SignalCheck]:
    """Look for what only alerts read; a counter of hits or refusals may be missing and counts none."""
    path = "spec.signals"
    if signals.cache is not None:
        yield SignalCheck("cache.total", f"{path}.cache.total", signals.cache.total)
        yield SignalCheck("cache.hits", f"{path}.cache.hits", signals.cache.hits, optional=True)
    if signals.memory is not None:
        yield SignalCheck("memory.used", f"{path}.memory.used", signals.memory.used)
        yield SignalCheck("memory.limit", f"{path}.memory.limit", signals.memory.limit)
    for item in signals.queues:
        yield SignalCheck(f"queues.{item.name}", f"{path}.queues[{item.name}].depth", item.depth)
    if signals.rate_limit is not None:
        yield SignalCheck("rateLimit.total", f"{path}.rateLimit.total", signals.rate_limit.total)
        yield SignalCheck("rateLimit.limited", f"{path}.rateLimit.limited", signals.rate_limit.limited, optional=True)
    if signals.queries is not None:
        yield from _histogram_checks("queries", signals.queries.histogram)


def _histogram_checks(signal: str, histogram: Selector) -> Iterator[SignalCheck]:
    """Look for both kinds; a series of the base name with a quantile is a summary, which is neither."""
    path = f"spec.signals.{signal}.histogram"
    try:
        buckets, native = histogram.histogram_part("bucket"), histogram.histogram_part("")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    yield SignalCheck(f"{signal}.buckets", path, buckets, by_bucket=True, optional=True)
    yield SignalCheck(f"{signal}.native", path, native.where("quantile", MatchOperator.EQUAL, ""), optional=True)
