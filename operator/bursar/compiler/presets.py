"""The alerts of a target: presets, tuned, on the target's signals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final, TypeVar

from bursar.api.alerting import WhenAbsent
from bursar.api.fields import Named
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.presets import Preset, PresetAlert
from bursar.compiler.dashboard.pages import target_page_url
from bursar.compiler.mentions import notices_of
from bursar.compiler.routed import escalation
from bursar.compiler.view import RulePolicy
from bursar.conventions import Kind, Severity
from bursar.domain.alert_conditions import AlertCondition, Bound, Share, Side
from bursar.domain.alert_rules import AlertDefinition, CompiledAlerts, compile_alerts
from bursar.domain.alerting import Incident
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.names import camel_case
from bursar.domain.objective import Audience
from bursar.domain.preset_conditions import Down, Full, Slow, Waiting
from bursar.domain.promql.selector import Selector

S = TypeVar("S", bound=Named)

_OVER: Final = timedelta(minutes=5)
_ENOUGH: Final = 20
_MOST_WAITING: Final = Decimal(1000)
_LEAST_HITS: Final = Decimal(80)
_QUANTILE: Final = Decimal("0.95")
_SLOW: Final = timedelta(seconds=1)
_PENDING: Final = timedelta(minutes=5)
_NO_SCRAPE: Final = "spec.scrape is not set, so that nobody knows its addresses"


@dataclass(frozen=True, slots=True)
class TargetAlerts:
    """The rules of a target's alerts, None without any, and why others cannot be: by the path of each.

    `severities` are those of the alerts that are there.
    """

    compiled: CompiledAlerts | None
    missing: Mapping[str, str]
    severities: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Given:
    """An alert as its user has tuned it, with what it may read; `up` None: nobody knows the target's addresses."""

    alert: PresetAlert
    target: MonitoringTarget
    up: Selector | None


@dataclass(frozen=True, slots=True)
class _Missing:
    """Why a preset has nothing to read."""

    why: str


_Resolver = Callable[[_Given], AlertCondition | _Missing]


def compile_presets(target: MonitoringTarget, up: Selector | None, policy: RulePolicy) -> TargetAlerts:
    """Compile the alerts of a target that are switched on and have their signal; `up` selects its addresses."""
    missing: dict[str, str] = {}
    definitions: list[AlertDefinition] = []
    for alert in target.spec.alerts:
        if not alert.enabled:
            continue
        condition = _RESOLVERS[alert.preset](_Given(alert, target, up))
        if isinstance(condition, _Missing):
            missing[f"spec.alerts[{alert.name}]"] = condition.why
        else:
            definitions.append(_definition(alert, target, condition, policy))
    group = f"mtgt/{target.metadata.name}"
    compiled = compile_alerts(group, policy.fast_interval, definitions) if definitions else None
    return TargetAlerts(compiled, missing, frozenset(each.audience.severity for each in definitions))


def _definition(
    alert: PresetAlert, target: MonitoringTarget, condition: AlertCondition, policy: RulePolicy
) -> AlertDefinition:
    meta, severity = target.metadata, alert.severity or _SEVERITIES.get(alert.preset, Severity.HIGH)
    return AlertDefinition(
        incident=Incident(
            namespace=meta.namespace,
            name=f"{Kind.MONITORING_TARGET}/{meta.name}/{alert.name}",
            team=target.spec.owner,
            severity_labels=policy.severity_labels,
        ),
        # Of one name, a less severe alert would be inhibited by a more severe one of quite another thing.
        name=camel_case(meta.name, alert.name),
        expression=condition.expression(policy.fast_interval),
        audience=Audience(
            severity.value,
            alert.labels,
            alert.annotations,
            escalation(notices_of(target.spec.notify), severity),
        ),
        annotations={
            "summary": alert.summary or f"{target.spec.title or meta.name}: {condition.words}",
            "description": alert.description,
            "runbook_url": target.spec.runbook_url,
            "dashboard_url": target_page_url(target, policy),
        },
        pending=alert.for_ or _PENDINGS.get(alert.preset, _PENDING),
        keep_firing=alert.keep_firing_for or timedelta(),
    )


def _down(given: _Given) -> AlertCondition | _Missing:
    if given.up is None:
        return _Missing(_NO_SCRAPE)
    return Down(given.up, _above(given, 10), absent_is_down=given.alert.when_absent is not WhenAbsent.OK)


def _errors(given: _Given) -> AlertCondition | _Missing:
    requests = given.target.spec.signals.requests
    if requests is None:
        return _unset("requests", "total and errors")
    return _share(given, requests.errors, requests.total, _above(given, 5), "of the requests fail")


def _limited(given: _Given) -> AlertCondition | _Missing:
    limit = given.target.spec.signals.rate_limit
    if limit is None:
        return _unset("rateLimit", "limited and total")
    return _share(given, limit.limited, limit.total, _above(given, 1), "of the requests are refused")


def _hits(given: _Given) -> AlertCondition | _Missing:
    cache, least = given.target.spec.signals.cache, given.alert.below_percent
    if cache is None:
        return _unset("cache", "hits and total")
    bound = Bound(Side.BELOW, _LEAST_HITS if least is None else least)
    return _share(given, cache.hits, cache.total, bound, "of the look-ups hit")


def _latency(given: _Given) -> AlertCondition | _Missing:
    latency = given.target.spec.signals.latency
    return _slow(given, latency.histogram, "the requests") if latency else _unset("latency", "histogram")


def _queries(given: _Given) -> AlertCondition | _Missing:
    queries = given.target.spec.signals.queries
    return _slow(given, queries.histogram, "the queries") if queries else _unset("queries", "histogram")


def _saturation(given: _Given) -> AlertCondition | _Missing:
    signal = _named(given, given.target.spec.signals.saturation, "saturation")
    if isinstance(signal, _Missing):
        return signal
    return Full(signal.used, signal.capacity, _above(given, 90), signal.name)


def _memory(given: _Given) -> AlertCondition | _Missing:
    memory = given.target.spec.signals.memory
    if memory is None:
        return _unset("memory", "used and limit")
    return Full(memory.used, memory.limit, _above(given, 90), "the memory")


def _backlog(given: _Given) -> AlertCondition | _Missing:
    queue, most = _named(given, given.target.spec.signals.queues, "queues"), given.alert.above
    if isinstance(queue, _Missing):
        return queue
    return Waiting(queue.depth, Bound(Side.ABOVE, _MOST_WAITING if most is None else most), queue.name)


def _above(given: _Given, default: int) -> Bound:
    percent = given.alert.above_percent
    return Bound(Side.ABOVE, Decimal(default) if percent is None else percent)


def _share(given: _Given, part: Selector, whole: Selector, bound: Bound, what: str) -> Share:
    return Share(part, whole, bound, given.alert.over or _OVER, min_events=_enough(given), what=what)


def _slow(given: _Given, histogram: Selector, what: str) -> AlertCondition:
    alert = given.alert
    slow = SlowOfHistogram(histogram, alert.slower_than or _SLOW)
    return Slow(slow, alert.quantile or _QUANTILE, alert.over or _OVER, _enough(given), what)


def _enough(given: _Given) -> int:
    return _ENOUGH if given.alert.min_events is None else given.alert.min_events


def _named(given: _Given, signals: tuple[S, ...], kind: str) -> S | _Missing:
    """Choose the signal that an alert names, or the only one that there is."""
    wanted, names = given.alert.signal, ", ".join(signal.name for signal in signals)
    if not signals:
        return _Missing(f"spec.signals.{kind} is empty; add what it shall watch")
    if wanted is None:
        return signals[0] if len(signals) == 1 else _Missing(f"signal is not set; choose one of {names}")
    found = next((signal for signal in signals if signal.name == wanted), None)
    return found or _Missing(f"there is no spec.signals.{kind}[{wanted}]; choose one of {names}")


def _unset(signal: str, fields: str) -> _Missing:
    return _Missing(f"spec.signals.{signal} is not set; add it, with {fields}")


_RESOLVERS: Final[Mapping[Preset, _Resolver]] = {
    Preset.TARGET_DOWN: _down,
    Preset.HIGH_ERROR_RATE: _errors,
    Preset.HIGH_LATENCY: _latency,
    Preset.SATURATION: _saturation,
    Preset.CACHE_HIT_RATE_LOW: _hits,
    Preset.MEMORY_HIGH: _memory,
    Preset.QUEUE_BACKLOG: _backlog,
    Preset.RATE_LIMIT_EXCEEDED: _limited,
    Preset.SLOW_QUERIES: _queries,
}
_SEVERITIES: Final[Mapping[Preset, Severity]] = {
    Preset.TARGET_DOWN: Severity.CRITICAL,
    Preset.HIGH_ERROR_RATE: Severity.CRITICAL,
    Preset.CACHE_HIT_RATE_LOW: Severity.MEDIUM,
    Preset.RATE_LIMIT_EXCEEDED: Severity.MEDIUM,
    Preset.SLOW_QUERIES: Severity.MEDIUM,
}
_PENDINGS: Final[Mapping[Preset, timedelta]] = {
    Preset.TARGET_DOWN: timedelta(minutes=2),
    Preset.HIGH_ERROR_RATE: timedelta(minutes=2),
    Preset.CACHE_HIT_RATE_LOW: timedelta(minutes=10),
    Preset.QUEUE_BACKLOG: timedelta(minutes=10),
}
