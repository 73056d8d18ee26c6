"""NotificationChannel -> one AlertmanagerConfig with its receiver, and one route for all alerts that name it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bursar.api.notification_channel import NotificationChannel
from bursar.compiler.mute_times import mute_time_intervals, muted
from bursar.compiler.objects import bounded_name, not_served, owned_object
from bursar.compiler.plan import Accepted, Condition, Manifest, Plan, Rejected, Waiting
from bursar.compiler.receivers import receiver, secrets
from bursar.compiler.secrets import secret_found, waits_for_secret
from bursar.compiler.selection import selected
from bursar.compiler.view import View
from bursar.conventions import NAMESPACE, ROUTE, ChildKind, Kind, Reason
from bursar.domain.durations import format_duration
from bursar.domain.mute_times import MutePlan
from bursar.domain.routes import expression, severity_expression

AHEAD: Final = timedelta(minutes=1)
"""How long before mute times change they are written: Alertmanager must have read them by then."""

MAX_BYTES: Final = 900_000  # etcd takes 1.5 MiB, and prometheus-operator puts all routes into one Secret of 1 MiB

Route = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A channel as it was compiled.

    `receiver` is its name in Alertmanager's configuration. `expression` is what its route matches `bursar_route` with:
    where both are found together, this version is loaded.
    """

    receiver: str
    expression: str


def object_name(name: str) -> str:
    """Name the AlertmanagerConfig of a channel."""
    return f"nchan-{name}"


def receiver_name(namespace: str, name: str) -> str:
    """Name the receiver of a channel as prometheus-operator does in Alertmanager's configuration."""
    return f"{namespace}/{bounded_name(object_name(name))}/{name}"


def compile_notification_channel(channel: NotificationChannel, view: View) -> Plan:
    """Decide the receiver and the route of a channel; waits for the CRD of AlertmanagerConfigs, and for Secrets.

    A channel that nobody names has a route as well, which matches nothing: so what is wrong with it is seen before it
    is needed.
    """
    meta = channel.metadata
    routes = expression(view.routes(meta.namespace, meta.name))
    facts = ChannelFacts(receiver_name(meta.namespace, meta.name), routes)
    found = secret_found(meta.namespace, secrets(channel.spec), view)
    if not view.serves(ChildKind.ALERTMANAGER_CONFIG):
        missing = Waiting(Reason.DEPENDENCY_NOT_READY, not_served(ChildKind.ALERTMANAGER_CONFIG))
        return Plan(missing, conditions=(found,), facts=facts)
    at = view.now + AHEAD
    silence = muted(channel.spec.mute_times, at)
    manifest = _alertmanager_config(channel, routes, silence, view)
    return Plan(
        waits_for_secret(found) or _judged(manifest),
        apply=(manifest,),
        conditions=(_selected(manifest, view), found),
        facts=facts,
        wake_after=silence.valid_until - at if silence.valid_until else None,
    )


def _judged(manifest: Manifest) -> Accepted | Rejected:
    size = len(json.dumps(manifest))
    return Rejected(Reason.INVALID_SPEC, _too_large(size)) if size > MAX_BYTES else Accepted()


def _selected(manifest: Manifest, view: View) -> Condition:
    metadata = manifest["metadata"]
    return selected(
        ChildKind.ALERTMANAGER_CONFIG,
        labels=metadata["labels"],
        namespace=metadata["namespace"],
        selectors=view.selectors,
    )


def _too_large(size: int) -> str:
    return (
        f"the receiver and the names of all resources that tell this channel take {size // 1000} kB, more than the "
        f"{MAX_BYTES // 1000} kB that an AlertmanagerConfig may have; name a second channel in some of them"
    )


def _alertmanager_config(channel: NotificationChannel, routes: str, silence: MutePlan, view: View) -> Manifest:
    spec, meta = channel.spec, channel.metadata
    intervals = mute_time_intervals(silence)
    return owned_object(
        ChildKind.ALERTMANAGER_CONFIG,
        owner=Kind.NOTIFICATION_CHANNEL,
        meta=meta,
        name=object_name(meta.name),
        labels=view.policy.labels,
        spec={
            "receivers": [receiver(spec, meta.name)],
            "route": {**_route(channel, routes), **_muted(silence.by_severity)},
            **({"muteTimeIntervals": intervals} if intervals else {}),
        },
    )


def _muted(by_severity: Mapping[str, tuple[str, ...]]) -> Route:
    """Silence the whole route where all severities have the same times, else one part of it for each that differ."""
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for severity, names in by_severity.items():
        alike[names].append(severity)
    if len(alike) > 1:
        return {"routes": [_muted_part(severities, names) for names, severities in alike.items() if names]}
    everywhere = next(iter(alike), ())
    return {"muteTimeIntervals": list(everywhere)} if everywhere else {}


def _muted_part(severities: Iterable[str], names: tuple[str, ...]) -> Route:
    return {
        "matchers": [matcher(ROUTE, "=~", severity_expression(severities))],
        "muteTimeIntervals": list(names),
    }


def _route(channel: NotificationChannel, routes: str) -> Route:
    """Build the route; it matches the namespace itself, because not every Alertmanager is set to add that."""
    spec, meta = channel.spec, channel.metadata
    return {
        "receiver": meta.name,
        "matchers": [matcher(NAMESPACE, "=", meta.namespace), matcher(ROUTE, "=~", routes)],
        "groupBy": _grouped_by(spec.group_by),
        "groupWait": format_duration(spec.group_wait),
        "groupInterval": format_duration(spec.group_interval),
        "repeatInterval": format_duration(spec.repeat_interval),
    }


def _grouped_by(labels: Sequence[str]) -> list[str]:
    """Name the labels; no label at all would mean what Alertmanager's root says, and the namespace is always one."""
    return list(labels) or [NAMESPACE]


def matcher(name: str, match_type: str, value: str) -> Mapping[str, str]:
    """Write one matcher in the form of an AlertmanagerConfig."""
    return {"name": name, "value": value, "matchType": match_type}
