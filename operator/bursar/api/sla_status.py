"""The status of an SLA: the books as Prometheus keeps them.

Counts are integers; ratios and percentages are decimal strings; times are RFC 3339 in UTC.
"""

from typing import Annotated, Literal

from pydantic import Field

from bursar.api.base import Model
from bursar.api.fields import LIST_KEYS, LIST_TYPE
from bursar.api.status import Acknowledged, Decimal, Status, Time

State = Literal["Healthy", "Unknown", "AtRisk", "NoData", "Burning", "Exhausted"]
Firing = Literal["Firing", "Inactive"]
_STATES = (
    "Exhausted: the budget is gone. Burning: a page or a ticket fires. NoData: the series have vanished. "
    "AtRisk: less is left than an alert of spec.alerting.budget asks for. "
    "Unknown: no answer yet. Healthy: none of these."
)


class Period(Model):
    """The time that the books cover."""

    start: Time = Field(description="Its begin.")
    end: Time = Field(description="Its end: Prometheus' time of the answer.")


class Events(Model):
    """What was counted in the window."""

    total: int = Field(ge=0, description="All events.")
    bad: int = Field(ge=0, description="The bad ones among them.")


class Budget(Model):
    """What may still go wrong."""

    events: int | None = Field(
        default=None, description="Bad events that the target allows in the window, at its traffic so far."
    )
    remaining: Decimal | None = Field(
        default=None, description="Percentage of the budget that is left; negative when it is overdrawn."
    )
    remaining_time: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="How long a total outage the rest would bear, as 17m48s."
    )


class Burn(Model):
    """How fast the budget is spent, over one window."""

    window: Annotated[str, Field(max_length=32)] = Field(description="The window: 5m, 1h, 6h, 3d.")
    rate: Decimal = Field(description="Burn rate: at 1 the budget lasts exactly for the objective's window.")


class AlertStates(Model):
    """Which burn-rate alerts fire."""

    page: Firing | None = Field(default=None, description="The alert that wakes somebody.")
    ticket: Firing | None = Field(default=None, description="The alert that can wait for the morning.")
    since: Time | None = Field(default=None, description="Since when the more urgent one fires.")
    tier: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="The tier that burns, long/short window: 1h/5m."
    )
    acknowledged: Acknowledged | None = Field(
        default=None, description="Who takes care of them: nobody else is told until then."
    )


class Group(Model):
    """One group of a divided objective."""

    labels: Annotated[dict[str, Annotated[str, Field(max_length=1024)]], Field(max_length=16)] = Field(
        description="Values of the groupBy labels."
    )
    remaining: Decimal = Field(description="Percentage of the group's budget that is left.")


class ObjectiveStatus(Model):
    """The books of one objective; of a divided one, those of its worst group."""

    name: Annotated[str, Field(max_length=63)] = Field(description="Name of the objective.")
    state: State | None = Field(default=None, description=_STATES)
    target: Decimal | None = Field(default=None, description="Percentage that is promised.")
    sli: Decimal | None = Field(default=None, description="Percentage of good events that was reached.")
    window: Period | None = Field(default=None, description="The time that these numbers cover.")
    events: Events | None = Field(default=None, description="What was counted in the window.")
    budget: Budget | None = Field(default=None, description="What may still go wrong.")
    burn: tuple[Burn, ...] | None = Field(
        default=None, max_length=16, description="How fast the budget is spent, by window."
    )
    exhaustion: Time | None = Field(
        default=None,
        description="When the budget is gone at the burn of the last hour; absent when it lasts.",
    )
    coverage: Decimal | None = Field(default=None, description="Percentage of the window that was measured.")
    alerts: AlertStates | None = Field(default=None, description="Which burn-rate alerts fire.")
    worst_groups: tuple[Group, ...] | None = Field(
        default=None, max_length=16, description="The groups with the least budget, the worst first."
    )


class Worst(Model):
    """The objective with the least budget."""

    objective: Annotated[str, Field(max_length=63)] = Field(description="Name of the objective.")
    remaining: Decimal | None = Field(default=None, description="Percentage of its budget that is left.")
    burn: Decimal | None = Field(default=None, description="Its burn rate over the last hour.")
    exhaustion: Time | None = Field(default=None, description="When its budget is gone at that burn.")
    sli: Decimal | None = Field(default=None, description="Percentage of good events that it reached.")
    coverage: Decimal | None = Field(default=None, description="Percentage of its window that was measured.")


class SLAStatus(Status):
    """What was generated for the SLA, and the books as Prometheus keeps them."""

    state: State | None = Field(default=None, description=f"State of the worst objective. {_STATES}")
    worst: Worst | None = Field(default=None, description="The objective that decides the state.")
    objectives: tuple[ObjectiveStatus, ...] | None = Field(
        default=None,
        max_length=20,
        description="The books of every objective.",
        json_schema_extra={LIST_TYPE: "map", LIST_KEYS: ["name"]},
    )
    as_of: Time | None = Field(
        default=None, description="Prometheus' time of the books; it stands still while Prometheus is away."
    )
