"""The status of an AlertRule: what Prometheus makes of it."""

from typing import Annotated, Literal

from pydantic import Field

from bursar.api.base import Model
from bursar.api.status import Acknowledged, Status, Time

AlertState = Literal["Inactive", "Pending", "Firing", "Unknown"]


class RuleFinding(Model):
    """Something about the rule that is probably not meant."""

    severity: Literal["warning", "info"] = Field(description="warning: it will not work as written; info: advice.")
    code: Annotated[str, Field(max_length=64)] = Field(description="What it is, as one word: rate-too-short.")
    message: Annotated[str, Field(max_length=2048)] = Field(description="What, where and what to do.")


class AlertRuleStatus(Status):
    """What was generated for the rule, and what Prometheus makes of it."""

    state: AlertState | None = Field(
        default=None,
        description="Firing: it fires. Pending: the condition holds, not yet for long enough. Inactive: neither. "
        "Unknown: the rule is not loaded, or Prometheus does not answer.",
    )
    instances: int | None = Field(
        default=None, ge=0, description="How many series fire or, while none fires, are pending."
    )
    active_since: Time | None = Field(default=None, description="Since when the condition holds for one of them.")
    last_fired: Time | None = Field(default=None, description="When it was last seen to begin to fire.")
    acknowledged: Acknowledged | None = Field(
        default=None, description="Who takes care of it: nobody else is told until then."
    )
    findings: tuple[RuleFinding, ...] | None = Field(
        default=None, max_length=32, description="What is probably not meant; none of it keeps the rule from its work."
    )
    as_of: Time | None = Field(
        default=None, description="Prometheus' time of these facts; it stands still while Prometheus is away."
    )
