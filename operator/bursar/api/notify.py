"""One way to say who is told, for everything that has alerts."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from bursar.api.base import Model, PromDuration
from bursar.api.fields import ObjectName
from bursar.api.rules import Rule
from bursar.conventions import Severity
from bursar.domain.notify import AT_ONCE, Notice, Step

_DAY: Final = timedelta(days=1)

WITHIN_A_DAY = Rule(
    "self.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$') && duration(self) <= duration('24h')"
    " && duration(self) >= duration('1m')",
    lambda after: timedelta(minutes=1) <= after <= _DAY,
    "an escalation comes after 1m to 24h; write h, m and s",
)
ONE_STEP_EACH = Rule(
    "self.all(a, self.exists_one(b, b.after == a.after))",
    lambda steps: len({step.after for step in steps}) == len(steps),
    "two steps come at the same time; put their channels into one",
)

Channels = Annotated[tuple[ObjectName, ...], Field(min_length=1, max_length=10)]


class EscalationStep(Model):
    """Whom to tell as well while nobody has acknowledged."""

    after: Annotated[PromDuration, WITHIN_A_DAY] = Field(
        description="How long the alert has fired, as 15m, counted from its beginning and not from the step before."
    )
    channels: Channels = Field(description="Names of NotificationChannels in the same namespace.")


class Notify(Model):
    """Which channels are told about alerts of some severities."""

    severities: tuple[Severity, ...] = Field(
        default=(), max_length=5, description="Severities that it counts for: [critical, high]. Default: all."
    )
    channels: Channels = Field(description="Names of NotificationChannels in the same namespace.")
    escalation: Annotated[tuple[EscalationStep, ...], ONE_STEP_EACH] = Field(
        default=(), max_length=5, description="Who is told next while nobody has acknowledged."
    )

    @property
    def notice(self) -> Notice:
        """The same without the words of the API."""
        later = (Step(step.after, step.channels) for step in self.escalation)
        return Notice(frozenset(self.severities), (Step(AT_ONCE, self.channels), *later))


NotifyList = Annotated[tuple[Notify, ...], Field(max_length=10)]
NOTIFY: Final = Field(
    default=(), description="Who is told: channels by severity. Default: what the target says, else the platform."
)
