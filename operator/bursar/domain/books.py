"""The books of one objective: every rule that keeps them, compiled from its definition."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from bursar.domain.budget_alerts import budget_alert, exhaustion_alert, no_data_alert
from bursar.domain.burn_alerts import (
    page_active,
    page_alert,
    page_burning,
    ticket_alert,
    ticket_burning,
    weighs_traffic,
)
from bursar.domain.escalation import with_steps
from bursar.domain.objective import Identity, ObjectiveDefinition
from bursar.domain.recordings import (
    LONGEST_RAW,
    base_rates,
    budget_balance,
    error_ratio,
    info,
    low_traffic,
    period_recordings,
)
from bursar.domain.rules import Rule, RuleGroup
from bursar.domain.tiers import Tier, Tiers, derive_tiers
from bursar.domain.timeslices import Timeslices

_HOLD: Final = timedelta(hours=6)
_WEEK: Final = timedelta(days=7)
_PERIOD: Final = "/period"
_SLICES: Final = "/slices"


@dataclass(frozen=True, slots=True)
class Books:
    """The rules of one objective and what a reader of their results must know.

    `definition` identifies this version of all rules; `shown_windows` are those whose burn rate a status shows.
    """

    groups: tuple[RuleGroup, ...]
    definition: str
    tiers: Tiers
    shown_windows: tuple[timedelta, ...]


def open_books(objective: ObjectiveDefinition) -> Books:
    """Compile an objective into its rule groups.

    The fast group holds rates, error ratios and alerts, in the order in which they read each other; the slow group
    counts the events of the whole window, and guards the budget. Slices, where there are some, are measured before.
    """
    tiers = derive_tiers(
        target=objective.target,
        window=objective.window,
        sampling=objective.intervals.sampling,
        overrides=objective.tiers,
    )
    shown = _shown_windows(tiers)
    windows = tuple(sorted({*shown, *_alert_windows(objective, tiers)}))
    measured = (
        *base_rates(objective),
        *(error_ratio(objective, window) for window in windows),
        *budget_balance(objective),
        *((low_traffic(objective),) if weighs_traffic(objective) else ()),
    )
    alerts = tuple(_alerts(objective, tiers, _hold_window(objective, windows)))
    before = _slices(objective)
    slow = (*period_recordings(objective), *_budget_alerts(objective, shown))
    definition = _digest(objective, (*before, _slow_group(objective, slow)), (*measured, *alerts))
    fast = RuleGroup(
        _group_name(objective), objective.intervals.fast, (*measured, info(objective, definition), *alerts)
    )
    return Books((*before, fast, _slow_group(objective, slow)), definition, tiers, shown)


def group_names(identity: Identity) -> tuple[str, ...]:
    """Return every name that a rule group of an objective may have."""
    return tuple(f"sla/{identity}{part}" for part in ("", _PERIOD, _SLICES))


def _slices(objective: ObjectiveDefinition) -> tuple[RuleGroup, ...]:
    events = objective.events
    if not isinstance(events, Timeslices):
        return ()
    return (RuleGroup(f"{_group_name(objective)}{_SLICES}", events.slice, events.recordings(objective.group_by)),)


def _slow_group(objective: ObjectiveDefinition, rules: tuple[Rule, ...]) -> RuleGroup:
    return RuleGroup(f"{_group_name(objective)}{_PERIOD}", objective.intervals.slow, rules)


def _alerts(objective: ObjectiveDefinition, tiers: Tiers, hold: timedelta) -> Iterator[Rule]:
    fast = objective.intervals.fast
    if (page := objective.page) and tiers.page:
        yield page_active(objective, tiers.page, hold)
        alert, burning = page_alert(objective, page, tiers.page, hold), page_burning(objective, tiers)
        yield from with_steps(alert, page, fast, burning=burning)
    if (ticket := objective.ticket) and tiers.ticket:
        alert, burning = ticket_alert(objective, ticket, tiers.ticket), ticket_burning(objective, tiers)
        yield from with_steps(alert, ticket, fast, burning=burning)
    if no_data := objective.no_data:
        yield from with_steps(no_data_alert(objective, no_data), no_data.alert, fast)


def _budget_alerts(objective: ObjectiveDefinition, windows: tuple[timedelta, ...]) -> Iterator[Rule]:
    slow = objective.intervals.slow
    for wanted in objective.budget_alerts:
        yield from with_steps(budget_alert(objective, wanted), wanted.alert, slow)
    if exhaustion := objective.exhaustion:
        yield from with_steps(exhaustion_alert(objective, exhaustion, windows), exhaustion.alert, slow)


def _shown_windows(tiers: Tiers) -> tuple[timedelta, ...]:
    """Choose what a status shows: the fastest short window, and every long one."""
    longs = {tier.long for tier in (tiers.fastest, *tiers.page, *tiers.ticket)}
    return tuple(sorted({tiers.fastest.short, *longs}))


def _alert_windows(objective: ObjectiveDefinition, tiers: Tiers) -> set[timedelta]:
    """Choose what the alerts read; the windows of an alert that is switched off are not worth recording."""
    read: tuple[Tier, ...] = (*(tiers.page if objective.page else ()), *(tiers.ticket if objective.ticket else ()))
    return {window for tier in read for window in (tier.long, tier.short)}


def _hold_window(objective: ObjectiveDefinition, windows: tuple[timedelta, ...]) -> timedelta:
    """Choose how long a page may outlive its telemetry: 6 h, and less where the objective's window is below 7 d.

    The recorded window that comes nearest, of those that do not read raw series; else the longest there is.
    """
    wanted = _HOLD * min(1.0, objective.window / _WEEK)
    staged = [window for window in windows if window > LONGEST_RAW]
    return min(staged, key=lambda window: abs(window - wanted), default=windows[-1])


def _group_name(objective: ObjectiveDefinition) -> str:
    return group_names(objective.identity)[0]


def _digest(objective: ObjectiveDefinition, others: tuple[RuleGroup, ...], fast_rules: tuple[Rule, ...]) -> str:
    rules = [group.as_data() for group in others]
    rules += [rule.as_data() for rule in (*fast_rules, info(objective, ""))]
    text = json.dumps([rules, objective.intervals.fast.total_seconds()], sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()
