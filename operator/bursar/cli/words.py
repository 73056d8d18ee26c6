"""An explained objective in plain words."""

from textwrap import fill, indent
from typing import Final

from bursar.cli.explained import Explained, TierExplained

_COLUMNS: Final = "  {:<7} {:<10} {:>7} {:>10} {:>9}   {:>9} {:>9} {:>9} {:>9}  {:>9}\n"
_WIDTH: Final = 110


def in_words(objective: Explained) -> str:
    """Say what is promised, what is counted, how the budget is computed, and when whom is told."""
    parts = (_promise, _counted, _computed, _alerts, _limits, _status)
    told = "\n".join(text for part in parts if (text := part(objective)))
    return f"SLA {objective.sla}, objective {objective.objective}\n\n{told}"


def _paragraph(*sentences: str) -> str:
    text = fill(" ".join(filter(None, sentences)), _WIDTH, break_long_words=False, break_on_hyphens=False)
    return f"{text}\n" if text else ""


def _promise(objective: Explained) -> str:
    window = objective.window
    return _paragraph(
        f"Promised are {objective.target} % good events over the last {window}, at any time. The error budget is the",
        f"other {objective.budget} %, of all events of those {window}, whenever they were. At even traffic that is",
        f"{objective.outage} of total outage.",
        *(f"Of {int(events):,} events {bad:,} may be bad." for events, bad in objective.allowed.items()),
        _each_group(objective),
    )


def _each_group(objective: Explained) -> str:
    labels = ", ".join(objective.group_by)
    return f"Every combination of {labels} has a budget of its own." if labels else ""


def _counted(objective: Explained) -> str:
    return (
        f"Counted are, every {objective.evaluated_every}, as rates over {objective.rated_over}:\n"
        f"  all events\n{indent(objective.total, '    ')}\n"
        f"  bad events\n{indent(objective.bad, '    ')}\n"
    )


def _computed(objective: Explained) -> str:
    return _paragraph(
        f"Every {objective.summed_every} the rates become events, and those of the last {objective.window} are added",
        f"up. What is left of the budget is 1 - (bad / all) / {objective.budget} %; below 0 it is overdrawn. That is",
        "one ratio of sums: a busy hour weighs more than an idle night.",
    )


def _alerts(objective: Explained) -> str:
    if not objective.tiers:
        return _paragraph("No alert on a burning budget can fire.")
    shares = [f"{share} %" for share in objective.tiers[0].fires_after]
    return "".join(
        (
            _paragraph(
                "Alerts on a burning budget: a tier fires while the error ratios over both of its windows are above",
                "its threshold. With so many bad events, after good times, it fires in:",
            ),
            "\n",
            _COLUMNS.format("", "windows", "burn", "threshold", "spent", *shares, "clears"),
            *map(_tier, objective.tiers),
            "\n",
            _paragraph(
                f"Rules are evaluated every {objective.evaluated_every}: add up to that, and a scrape. Spent: how much",
                "of the budget a burn just above the threshold has taken when it fires. Clears: how long after the",
                f"end of a total outage at the latest; the alert is kept for {objective.kept_for} more.",
            ),
        )
    )


def _limits(objective: Explained) -> str:
    return _paragraph(
        _smallest(objective) if objective.tiers else "",
        *(f"There is no {tier}: {reason}." for tier, reason in objective.missing.items()),
        _few(objective.events_for_pages, "page", objective),
        _few(objective.events_for_tickets, "ticket", objective),
        f"Further alerts: {', '.join(objective.other_alerts)}." if objective.other_alerts else "",
    )


def _smallest(objective: Explained) -> str:
    return (
        f"The smallest total outage that is sure to be noticed lasts {objective.smallest_outage}, and takes "
        f"{objective.spent_by_then} % of the budget."
    )


def _few(events: int | None, what: str, objective: Explained) -> str:
    if events is None:
        return ""
    return f"Below {events:,} events in {objective.window} no {what} fires: single failures would decide."


def _tier(tier: TierExplained) -> str:
    times = (after or "never" for after in tier.fires_after.values())
    windows, threshold = f"{tier.long}/{tier.short}", f"{tier.error_percent} %"
    return _COLUMNS.format(
        tier.kind, windows, f"{tier.factor}x", threshold, f"{tier.budget_gone} %", *times, tier.clears_after
    )


def _status(objective: Explained) -> str:
    """Say how the books stood when the resource was read from a cluster."""
    row = objective.status
    events, budget = row.get("events") or {}, row.get("budget") or {}
    if not budget:
        return ""
    burns = ", ".join(f"{burn['rate']}x over {burn['window']}" for burn in row.get("burn") or ())
    return _paragraph(
        f"When this was read, {events.get('bad', 0):,} of {events.get('total', 0):,} events were bad, where",
        f"{budget.get('events', 0):,} may be. Left are {budget.get('remaining', '?')} % of the budget,",
        f"{budget.get('remainingTime', '?')} of total outage.",
        f"It burns {burns}." if burns else "",
        f"At the burn of the last hour it is gone at {row['exhaustion']}." if "exhaustion" in row else "",
        f"Measured were {row['coverage']} % of the window." if "coverage" in row else "",
    )
