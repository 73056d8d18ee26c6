"""Where messages go: the eight kinds of receivers, of which a channel has exactly one.

Credentials stand in Secrets of the channel's own namespace, never in a spec. The names of the fields follow what each
service calls them.
"""

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field

from bursar.api.base import Model
from bursar.api.fields import PLAIN, Line, SecretRef
from bursar.api.rules import Rule, at_most_one, exactly_one

_ADDRESS: Final = r'^[^@\s<>{},;:"]+@[^@\s<>{},;:"]+$'
_SMARTHOST: Final = r"^[^\s{}/@]+:[0-9]{1,5}$"
_URL: Final = r"^https?://[^\s/{}@]+(/[^\s{}]*)?$"

WITH_PASSWORD: Final = Rule(
    "has(self.username) == has(self.passwordSecretRef)",
    lambda email: (email.username is None) == (email.password_secret_ref is None),
    "username and passwordSecretRef belong together; set both or none",
)
A_CHAT: Final = Rule("self != 0", lambda chat: chat != 0, "a chat has a number other than 0; a group's is negative")

Address = Annotated[str, Field(min_length=3, max_length=254, pattern=_ADDRESS)]
Url = Annotated[str, Field(max_length=2048, pattern=_URL)]


class Email(Model):
    """Mail by SMTP."""

    RULES: ClassVar[tuple[Rule, ...]] = (WITH_PASSWORD,)

    to: Annotated[tuple[Address, ...], Field(min_length=1, max_length=20)] = Field(
        description="Who gets the mail: [team@example.com]; all of them are in one To header."
    )
    from_: Address = Field(alias="from", description="Sender: alerts@example.com.")
    smarthost: Annotated[str, Field(max_length=300, pattern=_SMARTHOST)] = Field(
        description="Mail server and port: smtp.example.com:587. Port 465 means TLS from the first byte."
    )
    username: Annotated[str, Field(min_length=1, max_length=254), PLAIN] | None = Field(
        default=None, description="User name at the mail server. Default: no authentication."
    )
    password_secret_ref: SecretRef | None = Field(default=None, description="Password at the mail server.")
    require_tls: bool = Field(
        default=True, alias="requireTLS", description="Send nothing without STARTTLS. Default true."
    )


class Slack(Model):
    """A channel of Slack, by incoming webhook."""

    url_secret_ref: SecretRef = Field(description="URL of the incoming webhook, which is a credential.")
    channel: Annotated[str, Field(min_length=1, max_length=80), PLAIN] | None = Field(
        default=None,
        description="Channel in place of the webhook's own: #alerts. Only webhooks of the older kind heed it.",
    )


class PagerDuty(Model):
    """A service of PagerDuty, by Events API v2."""

    routing_key_secret_ref: SecretRef = Field(description="Integration key of the service, for Events API v2.")
    url: Url | None = Field(
        default=None,
        description="Where events are sent. For accounts in the EU: https://events.eu.pagerduty.com/v2/enqueue. "
        "Default: what Alertmanager says, https://events.pagerduty.com/v2/enqueue.",
    )


class WebhookBasicAuth(Model):
    """HTTP basic authentication."""

    username_secret_ref: SecretRef = Field(description="User name.")
    password_secret_ref: SecretRef = Field(description="Password.")


class Webhook(Model):
    """Any HTTP endpoint that takes Alertmanager's webhook format."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        exactly_one("url", "url_secret_ref"),
        at_most_one("bearer_token_secret_ref", "basic_auth"),
    )

    url: Url | None = Field(
        default=None,
        description="Where to POST: http://ticketing.tools:8080/alerts. Whoever reads the channel reads it; a URL with "
        "a token in it belongs in urlSecretRef.",
    )
    url_secret_ref: SecretRef | None = Field(default=None, description="The same from a Secret.")
    bearer_token_secret_ref: SecretRef | None = Field(default=None, description="Token for the Authorization header.")
    basic_auth: WebhookBasicAuth | None = Field(default=None, description="HTTP basic authentication.")
    max_alerts: int = Field(
        default=0, ge=0, le=10_000, description="How many alerts one message holds at most. Default 0: all of them."
    )


class MsTeams(Model):
    """A channel of Microsoft Teams, by a workflow that posts cards."""

    url_secret_ref: SecretRef = Field(
        description="URL of the workflow's trigger, which is a credential. Not that of a connector, which Microsoft "
        "has retired. Needs Alertmanager 0.28."
    )


class OpsgenieResponder(Model):
    """Who is responsible for an alert in Opsgenie."""

    type: Literal["team", "user", "schedule", "escalation"] = Field(description="team, user, schedule or escalation.")
    name: Annotated[Line, Field(min_length=1)] = Field(description="Its name; of a user the user name.")


class Opsgenie(Model):
    """Opsgenie, by Alert API."""

    api_key_secret_ref: SecretRef = Field(description="API key of the integration.")
    url: Url | None = Field(
        default=None,
        description="Base of the API. For accounts in the EU: https://api.eu.opsgenie.com/. Default: what Alertmanager "
        "says, https://api.opsgenie.com/.",
    )
    responders: tuple[OpsgenieResponder, ...] = Field(
        default=(), max_length=20, description="Who is responsible. Default: what the integration says."
    )


class Discord(Model):
    """A channel of Discord, by webhook."""

    url_secret_ref: SecretRef = Field(description="URL of the webhook, which is a credential.")


class Telegram(Model):
    """A chat of Telegram, by bot."""

    bot_token_secret_ref: SecretRef = Field(description="Token of the bot.")
    chat_id: Annotated[int, Field(ge=-(2**53), le=2**53), A_CHAT] = Field(
        alias="chatID", description="Number of the chat: -1001234567890; that of a group is negative."
    )
    topic_id: Annotated[int, Field(ge=1, le=2**31)] | None = Field(
        default=None,
        alias="topicID",
        description="Number of the topic, in a group that has topics. Needs Alertmanager 0.28; an older one refuses "
        "its whole configuration for it.",
    )
    url: Url | None = Field(
        default=None, description="Base of the API. Default: what Alertmanager says, https://api.telegram.org."
    )


Receiver: TypeAlias = Email | Slack | PagerDuty | Webhook | MsTeams | Opsgenie | Discord | Telegram
