"""A target's share of the status that comes from Prometheus: is it scraped, is it well, are its signals there."""

from collections.abc import Mapping
from typing import Any, Final

from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.monitoring_target import SignalCheck, TargetFacts
from bursar.compiler.plan import Condition
from bursar.conventions import ConditionType, Reason
from bursar.observer.checks import Findings, bucket_bounds
from bursar.observer.figures import time_text
from bursar.observer.freshness import AS_OF, FRESH, not_fresh, verdicts_changed
from bursar.observer.samples import Observed
from bursar.observer.target_books import SignalFindings, TargetBooks

_NAMED: Final = 3
_MOST_BUCKETS: Final = 512
_NO_SCRAPE: Final = Condition(
    ConditionType.TARGETS_UP, "Unknown", Reason.NO_SCRAPE, "spec.scrape is not set: somebody else scrapes this target"
)
_NO_SIGNALS: Final = Condition(
    ConditionType.SIGNALS_FOUND, "True", Reason.NO_SIGNALS, "spec.signals is empty: there is nothing to look for"
)
_NOT_LOOKED: Final = Condition(
    ConditionType.SIGNALS_FOUND, "Unknown", Reason.PROGRESSING, "the signals were not looked for yet"
)


def observe_target(
    target: MonitoringTarget,
    facts: TargetFacts,
    books: TargetBooks,
    signals: SignalFindings,
    previous: Observed | None,
) -> Observed:
    """Read one target out of the books.

    Signals are looked for less often than targets are counted; where they were not, what `previous` says stays.
    """
    found = signals.get((target.metadata.namespace, target.metadata.name))
    health, targets_up = _health(target, facts, books)
    if found is None:
        shown, signals_found = _seen_before(previous)
    else:
        shown, signals_found = _signals(target, found), _signals_found(facts, found)
    fields = {"targets": health, "signals": shown, AS_OF: time_text(books.at)}
    return Observed({name: value for name, value in fields.items() if value}, (targets_up, FRESH, signals_found))


def stale(previous: Observed | None, at_failure: str) -> Observed:
    """Keep what was last seen of a target when Prometheus gives no answer; `at_failure` says why it does not."""
    return not_fresh(previous, failure=at_failure, unread={})


def changed(previous: Observed, new: Observed) -> bool:
    """Tell whether more or fewer addresses are well, another signal is there, or a condition moved."""
    return verdicts_changed(previous, new) or _meaning(previous.fields) != _meaning(new.fields)


def missing_signals(facts: TargetFacts, found: Findings) -> tuple[SignalCheck, ...]:
    """List what should be there and is not; a histogram is there when either kind of it is."""
    missing = [check for check in facts.checks if not check.optional and check.name not in found]
    for signal in ("latency", "queries"):
        kinds = [check for check in facts.checks if check.name in (f"{signal}.buckets", f"{signal}.native")]
        if kinds and not any(check.name in found for check in kinds):
            missing.append(kinds[0])
    return tuple(missing)


def _health(target: MonitoringTarget, facts: TargetFacts, books: TargetBooks) -> tuple[Mapping[str, Any], Condition]:
    if not facts.scrape_pools:
        return {}, _NO_SCRAPE
    identity = (target.metadata.namespace, target.metadata.name)
    active, up = books.active.get(identity, 0), books.well(identity, facts)
    error = books.errors.get(identity, "") if up < active else ""
    health = {
        "active": active,
        "up": up,
        "summary": f"{up}/{active}",
        "lastError": error,
        "selector": str(facts.up),
    }
    return health, _targets_up(active, up, error)


def _targets_up(active: int, up: int, error: str) -> Condition:
    if active == 0:
        message = (
            "Prometheus scrapes nothing for this target; look whether Selected is True, whether spec.scrape selects "
            "something that exists in this namespace, and whether its port has that name"
        )
        return Condition(ConditionType.TARGETS_UP, "False", Reason.NO_TARGETS, message)
    if up < active:
        message = f"{active - up} of {active} are down" + (f": {error}" if error else "")
        return Condition(ConditionType.TARGETS_UP, "False", Reason.SOME_DOWN, message)
    return Condition(ConditionType.TARGETS_UP, "True", Reason.ALL_UP, f"all {active} are up")


def _seen_before(previous: Observed | None) -> tuple[Mapping[str, Any], Condition]:
    if previous is None:
        return {}, _NOT_LOOKED
    said = (c for c in previous.conditions if c.type == ConditionType.SIGNALS_FOUND)
    return previous.fields.get("signals", {}), next(said, _NOT_LOOKED)


def _signals(target: MonitoringTarget, found: Findings) -> Mapping[str, Any]:
    signals = target.spec.signals
    shown: dict[str, Any] = {}
    if signals.requests is not None:
        shown["requests"] = {"series": _series(found, "requests.total")}
    if signals.latency is not None:
        shown["latency"] = _latency(found)
    if signals.saturation:
        shown["saturation"] = [
            {"name": item.name, "series": _series(found, f"saturation.{item.name}.used")} for item in signals.saturation
        ]
    return shown


def _series(found: Findings, check: str) -> int:
    return sum(found.get(check, {}).values())


def _latency(found: Findings) -> Mapping[str, Any]:
    buckets = bucket_bounds(found.get("latency.buckets", {}))
    if buckets:
        return {"kind": "classic", "buckets": list(buckets[:_MOST_BUCKETS])}
    return {"kind": "native"} if "latency.native" in found else {}


def _signals_found(facts: TargetFacts, found: Findings) -> Condition:
    if not facts.checks:
        return _NO_SIGNALS
    missing = missing_signals(facts, found)
    if not missing:
        return Condition(ConditionType.SIGNALS_FOUND, "True", Reason.FOUND, "every signal has series")
    named = "; ".join(f"{check.path}: Prometheus has no series {check.selector}" for check in missing[:_NAMED])
    more = f"; +{len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return Condition(ConditionType.SIGNALS_FOUND, "False", Reason.NOT_FOUND, named + more)


def _meaning(fields: Mapping[str, Any]) -> tuple[object, ...]:
    """What of the fields is news: the number of series and the wording of an error are not."""
    targets, signals = fields.get("targets", {}), fields.get("signals", {})
    return targets.get("active"), targets.get("up"), targets.get("selector"), signals.get("latency"), signals.keys()
