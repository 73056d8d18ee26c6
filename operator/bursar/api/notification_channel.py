"""NotificationChannel: where messages go, and how often."""

from datetime import timedelta
from typing import Annotated, ClassVar, Final

from pydantic import Field

from bursar.api.base import PromDuration, Resource, Spec
from bursar.api.mute_times import MUTE_TIMES, MuteTimes
from bursar.api.receivers import Discord, Email, MsTeams, Opsgenie, PagerDuty, Slack, Telegram, Webhook
from bursar.api.rules import Rule, exactly_one

RECEIVERS: Final = ("email", "slack", "pagerduty", "webhook", "msteams", "opsgenie", "discord", "telegram")
ALL_LABELS: Final = "..."

_GROUPED_BY: Final = r"^([a-zA-Z_][a-zA-Z0-9_]*|\.\.\.)$"
_DAY: Final = timedelta(days=1)

ALL_ALONE = Rule(
    f"!('{ALL_LABELS}' in self) || self.size() == 1",
    lambda labels: ALL_LABELS not in labels or len(labels) == 1,
    f"{ALL_LABELS} means all labels and stands alone; remove the others",
)
WITHIN_A_DAY = Rule(
    "self.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$') && duration(self) <= duration('24h')",
    lambda wait: wait <= _DAY,
    "a wait is at most 24h; write h, m and s",
)
WITHIN_FIVE_DAYS = Rule(
    "self.matches('^[1-5]d$') || (self.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$')"
    " && duration(self) <= duration('120h'))",
    lambda wait: wait <= 5 * _DAY,
    "Alertmanager forgets after 120h what it has sent; repeat within that time, in h, m and s or in whole days",
)

GroupLabel = Annotated[str, Field(min_length=1, max_length=128, pattern=_GROUPED_BY)]
"""A label, or `...` for all of them."""


class NotificationChannelSpec(Spec):
    """One receiver, and how its messages are put together."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one(*RECEIVERS),)

    email: Email | None = Field(default=None, description="Mail by SMTP.")
    slack: Slack | None = Field(default=None, description="A channel of Slack.")
    pagerduty: PagerDuty | None = Field(default=None, description="A service of PagerDuty.")
    webhook: Webhook | None = Field(default=None, description="An HTTP endpoint that takes Alertmanager's messages.")
    msteams: MsTeams | None = Field(default=None, description="A channel of Microsoft Teams.")
    opsgenie: Opsgenie | None = Field(default=None, description="Opsgenie.")
    discord: Discord | None = Field(default=None, description="A channel of Discord.")
    telegram: Telegram | None = Field(default=None, description="A chat of Telegram.")
    send_resolved: bool = Field(default=True, description="Say as well when an alert is over. Default true.")
    group_by: Annotated[tuple[GroupLabel, ...], Field(max_length=16), ALL_ALONE] = Field(
        default=("alertname", "bursar_incident"),
        description="Alerts that have these labels in common come in one message; [...] gives each its own, [] puts "
        "all of them into one. Default [alertname, bursar_incident].",
    )
    group_wait: Annotated[PromDuration, WITHIN_A_DAY] = Field(
        default=timedelta(seconds=30),
        description="How long the first message of a group waits for more alerts. Default 30s.",
    )
    group_interval: Annotated[PromDuration, WITHIN_A_DAY] = Field(
        default=timedelta(minutes=5),
        description="How soon after a message another one tells what has changed in the group. Default 5m.",
    )
    repeat_interval: Annotated[PromDuration, WITHIN_FIVE_DAYS] = Field(
        default=timedelta(hours=4), description="How often it is said again while nothing changes. Default 4h."
    )
    mute_times: MuteTimes = MUTE_TIMES


class NotificationChannel(Resource):
    """Where messages go, and how often."""

    spec: NotificationChannelSpec
