"""Which alerts guard the budgets of an SLA."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bursar.api.base import ExactNumber, Model, PromDuration
from bursar.api.fields import Annotations, Labels
from bursar.api.rules import Rule
from bursar.conventions import Severity
from bursar.domain.tiers import TierKind

A_BURN = Rule("self > 0.0", lambda factor: factor > 0, "a burn rate is above 0; at 1 the budget lasts one window")
A_SHARE = Rule(
    "self >= 0.0 && self <= 100.0", lambda percent: 0 <= percent <= 100, "a percentage of the budget is 0 to 100"
)
ONE_EACH = Rule(
    "self.all(a, self.exists_one(b, b.remainingBelow == a.remainingBelow))",
    lambda alerts: len({alert.remaining_below for alert in alerts}) == len(alerts),
    "two alerts have the same remainingBelow; keep one of them",
)

TWO_OF_A_KIND = Rule(
    "self.filter(t, t.kind == 'page').size() <= 2 && self.filter(t, t.kind == 'ticket').size() <= 2",
    lambda tiers: all([tier.kind for tier in tiers].count(kind) <= 2 for kind in TierKind),
    "a kind has at most two tiers, a fast and a slow one; remove the others",
)


class PageAlert(Model):
    """Burn-rate alerts that wake somebody."""

    enabled: bool = Field(default=True, description="Whether to page. Default true.")
    severity: Severity = Field(default=Severity.CRITICAL, description="Severity of a page. Default critical.")


class TicketAlert(Model):
    """Burn-rate alerts that can wait for the morning."""

    enabled: bool = Field(default=True, description="Whether to open tickets. Default true.")
    severity: Severity = Field(default=Severity.HIGH, description="Severity of a ticket. Default high.")


class BurnTier(Model):
    """A tier in place of the derived ones: it burns while the burn rates over both windows are above the factor."""

    kind: TierKind = Field(description="page or ticket; all derived tiers of the kind are replaced.")
    factor: Annotated[ExactNumber, A_BURN] = Field(
        description="Burn rate above which it fires: 14.4; at 1 the budget lasts exactly one window."
    )
    long: PromDuration = Field(description="Long window, as 1h: how much must have burned.")
    short: PromDuration | None = Field(
        default=None,
        description="Short window, as 5m: how soon it ends. Default: a twelfth of the long one, and what the intervals "
        "allow at least.",
    )


class LowBudgetAlert(Model):
    """An alert while little of the budget is left."""

    remaining_below: Annotated[ExactNumber, A_SHARE] = Field(
        description="Percentage of the budget, 0 to 100: 25. At 0 it fires when the budget is gone."
    )
    severity: Severity = Field(default=Severity.MEDIUM, description="Severity of the alert. Default medium.")


class Exhaustion(Model):
    """An alert that the budget will be gone soon."""

    within: PromDuration = Field(description="How soon, as 3d.")
    severity: Severity = Field(default=Severity.HIGH, description="Severity of the alert. Default high.")


class WhenAbsent(StrEnum):
    """What it means that there are no events at all."""

    ALERT = "alert"
    OK = "ok"


class NoData(Model):
    """An alert that nothing is known any more."""

    for_: PromDuration = Field(
        default=timedelta(minutes=10), alias="for", description="How long there must be no data. Default 10m."
    )
    severity: Severity = Field(default=Severity.HIGH, description="Severity of the alert. Default high.")
    when_absent: WhenAbsent = Field(
        default=WhenAbsent.ALERT,
        description="alert, or ok: it is scaled to zero on purpose; then no alert tells of it, no page is held while "
        "its telemetry is gone, and the state does not turn to NoData. Default alert.",
    )


class LowTraffic(StrEnum):
    """What is done with tiers that so few events cannot carry."""

    AUTO = "auto"
    IGNORE = "ignore"


class Alerting(Model):
    """Which alerts tell about a burning budget."""

    page: PageAlert = Field(default=PageAlert(), description="Alerts on a fast burn.")
    ticket: TicketAlert = Field(default=TicketAlert(), description="Alerts on a slow burn.")
    tiers: Annotated[tuple[BurnTier, ...], Field(max_length=4), TWO_OF_A_KIND] = Field(
        default=(),
        description="Tiers in place of the derived ones, for all objectives; up to two of a kind.",
    )
    budget: Annotated[tuple[LowBudgetAlert, ...], Field(max_length=5), ONE_EACH] = Field(
        default=(), description="Alerts while little of the budget is left, up to 5."
    )
    exhaustion: Exhaustion | None = Field(default=None, description="An alert that the budget will be gone soon.")
    no_data: NoData = Field(default=NoData(), description="An alert that nothing is known any more.")
    low_traffic: LowTraffic = Field(
        default=LowTraffic.AUTO,
        description="auto: no pages below 50 bad events that the budget allows, no tickets below 10; or ignore. "
        "Default auto.",
    )
    labels: Labels = Field(default_factory=dict, description="Labels for all alerts of the SLA.")
    annotations: Annotations = Field(default_factory=dict, description="Annotations for all alerts of the SLA.")
