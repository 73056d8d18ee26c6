"""The books of one objective: every rule that keeps them, compiled from its definition."""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from bursar.domain.burn_alerts import page_active, page_alert, ticket_alert
from bursar.domain.objective import ObjectiveDefinition
from bursar.domain.recordings import (
    LONGEST_RAW,
    base_rates,
    budget_balance,
    error_ratio,
    info,
    period_recordings,
)
from bursar.domain.rules import Rule, RuleGroup
from bursar.domain.tiers import Tier, Tiers, derive_tiers

_HOLD: Final = timedelta(hours=6)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Books:
    """The rules of one objective and what a reader of their results must know.

    `definition` identifies this version of all rules; `shown_windows` are those whose burn rate a status shows.
    """

    groups: tuple[RuleGroup, RuleGroup]
    definition: str
    tiers: Tiers
    shown_windows: tuple[timedelta, ...]


def open_books(objective: ObjectiveDefinition) -> Books:
    """Compile an objective into its two rule groups.

    The fast group holds rates, error ratios and alerts, in the order in which they read each other; the slow group
    counts the events of the whole window.
    """
    tiers = derive_tiers(target=objective.target, window=objective.window, sampling=objective.intervals.sampling)
    shown = _shown_windows(tiers)
    windows = tuple(sorted({*shown, *_alert_windows(objective, tiers)}))
    measured = (
        *base_rates(objective),
        *(error_ratio(objective, window) for window in windows),
        *budget_balance(objective),
    )
    alerts = _alerts(objective, tiers, _hold_window(objective, windows))
    slow = RuleGroup(f"{_group_name(objective)}/period", objective.intervals.slow, period_recordings(objective))
    definition = _digest(objective, slow, (*measured, *alerts))
    fast_rules = (*measured, info(objective, definition), *alerts)
    fast = RuleGroup(_group_name(objective), objective.intervals.fast, fast_rules)
    return Books((fast, slow), definition, tiers, shown)


def _alerts(objective: ObjectiveDefinition, tiers: Tiers, hold: timedelta) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    if objective.page and tiers.page:
        rules.append(page_active(objective, tiers.page, hold))
        rules.append(page_alert(objective, objective.page, tiers.page, hold))
    if objective.ticket and tiers.ticket:
        rules.append(ticket_alert(objective, objective.ticket, tiers.ticket))
    return tuple(rules)


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

    The shortest recorded window of at least that length which does not read raw series; else the longest there is.
    """
    least = _HOLD * min(1.0, objective.window / _WEEK)
    return min((window for window in windows if window >= least and window > LONGEST_RAW), default=windows[-1])


def _group_name(objective: ObjectiveDefinition) -> str:
    return f"sla/{objective.identity}"


def _digest(objective: ObjectiveDefinition, slow: RuleGroup, fast_rules: tuple[Rule, ...]) -> str:
    rules = [slow.as_data(), *(rule.as_data() for rule in (*fast_rules, info(objective, "")))]
    text = json.dumps([rules, objective.intervals.fast.total_seconds()], sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()
