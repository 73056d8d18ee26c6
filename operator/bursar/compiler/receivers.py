"""A channel's receiver, in the form of AlertmanagerConfig v1alpha1.

Nothing is left to a default of the API server, so that its answer equals what was asked for. What Alertmanager itself
defaults and nobody overrides is left out.
Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1alpha1.Receiver
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from bursar.api.fields import SecretRef
from bursar.api.notification_channel import RECEIVERS, NotificationChannelSpec
from bursar.api.receivers import (
    Discord,
    Email,
    MsTeams,
    Opsgenie,
    OpsgenieResponder,
    PagerDuty,
    Receiver,
    Slack,
    Telegram,
    Webhook,
)
from bursar.compiler import messages

Spec: TypeAlias = Mapping[str, Any]

_PRIORITY: Final = messages.by_severity(critical="P1", high="P2", medium="P3", low="P4", info="P5")
_PAGERDUTY_SEVERITY: Final = messages.by_severity(
    critical="critical", high="error", medium="warning", low="info", info="info"
)
_COLOR: Final = messages.by_severity(
    critical="#d40e0d", high="#e8710a", medium="#f2c744", low="#439fe0", info="#439fe0"
)
_SLACK_COLOR: Final = f"{{{{ if eq .Status `firing` }}}}{_COLOR}{{{{ else }}}}#2eb886{{{{ end }}}}"
_INCIDENT: Final = "{{ or .CommonLabels.bursar_incident `several incidents` }}"
_WHERE: Final = "{{ or .CommonLabels.namespace `several namespaces` }}"


def receiver(channel: NotificationChannelSpec, name: str) -> Spec:
    """Build the receiver of a channel under a name."""
    chosen = _chosen(channel)
    kind, build = _INTEGRATIONS[type(chosen)]
    return {"name": name, kind: [{"sendResolved": channel.send_resolved, **build(chosen)}]}


def secrets(channel: NotificationChannelSpec) -> tuple[SecretRef, ...]:
    """Name the Secrets that the receiver needs; without one of them prometheus-operator drops the whole object."""
    return tuple(_references(_chosen(channel)))


def _chosen(channel: NotificationChannelSpec) -> Receiver:
    receivers: Iterator[Receiver | None] = (getattr(channel, name) for name in RECEIVERS)
    return next(receiver for receiver in receivers if receiver is not None)


def _references(model: BaseModel) -> Iterator[SecretRef]:
    for _, value in model:
        if isinstance(value, SecretRef):
            yield value
        elif isinstance(value, BaseModel):
            yield from _references(value)


def _email(email: Email) -> Spec:
    return _without_nulls(
        to=", ".join(email.to),
        smarthost=email.smarthost,
        authUsername=email.username,
        # Whichever way of authentication the server offers: one takes a password, the other calls it a secret.
        authPassword=_key(email.password_secret_ref),
        authSecret=_key(email.password_secret_ref),
        requireTLS=email.require_tls,
        headers=[{"key": "Subject", "value": messages.PLAIN.title}],
        text=f"{messages.PLAIN.title}\n\n{messages.PLAIN.body}",
        html=f"<h3>{messages.HTML.title}</h3>\n{messages.HTML.body}",
        **{"from": email.from_},
    )


def _slack(slack: Slack) -> Spec:
    return _without_nulls(
        apiURL=_key(slack.url_secret_ref),
        channel=slack.channel,
        color=_SLACK_COLOR,
        title=messages.SLACK.title,
        fallback=messages.SLACK.title,
        text=messages.SLACK.body,
        mrkdwnIn=["text"],
    )


def _pagerduty(pagerduty: PagerDuty) -> Spec:
    return _without_nulls(
        routingKey=_key(pagerduty.routing_key_secret_ref),
        url=pagerduty.url,
        description=messages.PLAIN.subject,
        severity=_PAGERDUTY_SEVERITY,
        source=f"{_WHERE}/{_INCIDENT}",
        group=_WHERE,
        component=_INCIDENT,
        details=[
            {"key": "firing", "value": messages.PLAIN.listed("Firing")},
            {"key": "resolved", "value": messages.PLAIN.listed("Resolved")},
        ],
        pagerDutyLinkConfigs=[{"alt": text, "href": href} for text, href in _PAGERDUTY_LINKS.items()],
    )


# Alertmanager leaves out a link without an address.
_PAGERDUTY_LINKS: Final = {
    "Runbook": messages.bare_link(".CommonAnnotations.runbook_url"),
    "Dashboard": messages.bare_link(".CommonAnnotations.dashboard_url"),
    "Source": messages.bare_source(),
}


def _webhook(webhook: Webhook) -> Spec:
    return _without_nulls(
        url=webhook.url,
        urlSecret=_key(webhook.url_secret_ref),
        maxAlerts=webhook.max_alerts or None,
        httpConfig=_credentials(webhook) or None,
    )


def _credentials(webhook: Webhook) -> Spec:
    if webhook.bearer_token_secret_ref:
        return {"authorization": {"type": "Bearer", "credentials": _key(webhook.bearer_token_secret_ref)}}
    if basic := webhook.basic_auth:
        return {"basicAuth": {"username": _key(basic.username_secret_ref), "password": _key(basic.password_secret_ref)}}
    return {}


def _msteams(teams: MsTeams) -> Spec:
    return {
        "webhookURL": _key(teams.url_secret_ref),
        "title": messages.TEAMS.title,
        "text": messages.TEAMS.body,
    }


def _opsgenie(opsgenie: Opsgenie) -> Spec:
    return _without_nulls(
        apiKey=_key(opsgenie.api_key_secret_ref),
        apiURL=opsgenie.url,
        message=messages.PLAIN.subject,
        description=messages.SHORT.body,
        priority=_PRIORITY,
        entity=_INCIDENT,
        responders=[_responder(responder) for responder in opsgenie.responders] or None,
    )


def _responder(responder: OpsgenieResponder) -> Spec:
    return {"type": responder.type, "username" if responder.type == "user" else "name": responder.name}


def _discord(discord: Discord) -> Spec:
    return {
        "apiURL": _key(discord.url_secret_ref),
        "title": messages.DISCORD.title,
        "message": messages.DISCORD.body,
    }


def _telegram(telegram: Telegram) -> Spec:
    return _without_nulls(
        apiURL=telegram.url,
        botToken=_key(telegram.bot_token_secret_ref),
        chatID=telegram.chat_id,
        messageThreadID=telegram.topic_id,
        parseMode="HTML",
        message=f"<b>{messages.TELEGRAM.title}</b>\n{messages.TELEGRAM.body}",
    )


def _key(reference: SecretRef | None) -> Spec | None:
    return None if reference is None else {"name": reference.name, "key": reference.key}


def _without_nulls(**fields: Any) -> Spec:
    return {name: value for name, value in fields.items() if value is not None}


_INTEGRATIONS: Final[Mapping[type[Receiver], tuple[str, Callable[[Any], Spec]]]] = {
    Email: ("emailConfigs", _email),
    Slack: ("slackConfigs", _slack),
    PagerDuty: ("pagerdutyConfigs", _pagerduty),
    Webhook: ("webhookConfigs", _webhook),
    MsTeams: ("msteamsv2Configs", _msteams),
    Opsgenie: ("opsgenieConfigs", _opsgenie),
    Discord: ("discordConfigs", _discord),
    Telegram: ("telegramConfigs", _telegram),
}
