"""MonitoringTarget -> the monitor that scrapes it, and what an observer needs to look for its numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bursar.api.base import ObjectMeta
from bursar.api.monitoring_target import MonitoringTarget, Scrape, Signals
from bursar.compiler.monitors import monitor, monitor_name, scrape_pools
from bursar.compiler.objects import not_served, owned_object
from bursar.compiler.pace import scrape_interval
from bursar.compiler.plan import Accepted, Condition, Manifest, Plan, Rejected, Waiting
from bursar.compiler.selection import selected
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
    the outcome of a probe. `up` selects one series per scraped address, 1 when it is well.
    """

    scrape_pools: tuple[str, ...]
    probed: bool
    up: Selector
    checks: tuple[SignalCheck, ...]


def compile_monitoring_target(target: MonitoringTarget, view: View) -> Plan:
    """Decide which monitor a target gets; a target without `scrape` gets none.

    Waits while the CRD of the monitor's kind is not installed; rejects a histogram whose name is not known, and a
    scrape that may take longer than the platform's interval, which prometheus-operator would leave out.
    """
    try:
        checks = tuple(_checks(target.spec.signals))
    except ValueError as error:
        return Plan(Rejected(Reason.INVALID_SPEC, f"spec.signals.latency.histogram: {error}"))
    meta, scrape = target.metadata, target.spec.scrape
    if scrape is None:
        return Plan(Accepted(), conditions=(_NOTHING_TO_SELECT,), facts=_facts(meta, None, (), checks))
    pace = scrape_interval(view)
    overlong = _overlong(scrape, pace)
    if overlong:
        return Plan(Rejected(Reason.INVALID_SPEC, overlong))
    kind, spec = monitor(scrape, meta=meta, pace=pace)
    pools = scrape_pools(kind, namespace=meta.namespace, name=monitor_name(meta.name), spec=spec)
    facts = _facts(meta, kind, pools, checks)
    if not view.serves(kind):
        return Plan(Waiting(Reason.DEPENDENCY_NOT_READY, not_served(kind)), facts=facts)
    manifest = owned_object(
        kind,
        owner=Kind.MONITORING_TARGET,
        meta=meta,
        name=monitor_name(meta.name),
        labels=view.policy.labels,
        spec=spec,
    )
    return Plan(Accepted(), apply=(manifest,), conditions=(_selected(kind, manifest, view),), facts=facts)


def _overlong(scrape: Scrape, platform: timedelta) -> str:
    """Say which timeout is longer than the interval that the platform sets; empty when none is."""
    for pace in scrape.paces:
        if pace.interval is None and pace.scrape_timeout and pace.scrape_timeout > platform:
            return (
                f"spec.scrape: scrapeTimeout {format_duration(pace.scrape_timeout)} is longer than the platform's "
                f"interval {format_duration(platform)}; shorten it, or set interval beside it"
            )
    return ""


_NOTHING_TO_SELECT = Condition(
    ConditionType.SELECTED,
    "True",
    Reason.NOTHING_TO_SELECT,
    "spec.scrape is not set: somebody else scrapes this target, and no monitor is generated",
)


def _selected(kind: ChildKind, manifest: Manifest, view: View) -> Condition:
    metadata = manifest["metadata"]
    return selected(kind, labels=metadata["labels"], namespace=metadata["namespace"], selectors=view.selectors)


def _facts(
    meta: ObjectMeta, kind: ChildKind | None, pools: tuple[str, ...], checks: tuple[SignalCheck, ...]
) -> TargetFacts:
    probed = kind is ChildKind.PROBE
    up = Selector("probe_success" if probed else "up").where(NAMESPACE, MatchOperator.EQUAL, meta.namespace)
    return TargetFacts(
        scrape_pools=pools,
        probed=probed,
        up=up.where(MONITORING_TARGET, MatchOperator.EQUAL, meta.name),
        checks=checks,
    )


def _checks(signals: Signals) -> Iterator[SignalCheck]:
    path = "spec.signals"
    if signals.requests is not None:
        yield SignalCheck("requests.total", f"{path}.requests.total", signals.requests.total)
        yield SignalCheck("requests.errors", f"{path}.requests.errors", signals.requests.errors, optional=True)
    if signals.latency is not None:
        yield from _histogram_checks(signals.latency.histogram, f"{path}.latency.histogram")
    for item in signals.saturation:
        field = f"{path}.saturation[{item.name}]"
        yield SignalCheck(f"saturation.{item.name}.used", f"{field}.used", item.used)
        yield SignalCheck(f"saturation.{item.name}.capacity", f"{field}.capacity", item.capacity)


def _histogram_checks(histogram: Selector, path: str) -> Iterator[SignalCheck]:
    """Look for both kinds; a series of the base name with a quantile is a summary, which is neither."""
    buckets = histogram.histogram_part("bucket")
    native = histogram.histogram_part("")
    yield SignalCheck("latency.buckets", path, buckets, by_bucket=True, optional=True)
    yield SignalCheck("latency.native", path, native.where("quantile", MatchOperator.EQUAL, ""), optional=True)
