"""Whom the alerts of a resource tell: read off its spec, so that it is known before anything is compiled."""

from dataclasses import dataclass
from functools import lru_cache

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.notify import Notify
from bursar.api.sla import SLA
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.notify import Notice


@dataclass(frozen=True, slots=True)
class Mentions:
    """The list of a resource. Where it is empty, that of `inherits` counts, whether that exists or not.

    `speaks` False: the resource has no alerts itself, and its list is there for others.
    """

    notices: tuple[Notice, ...] = ()
    inherits: Key | None = None
    speaks: bool = True


def mentions(resource: MonitoringTarget | SLA | AlertRule) -> Mentions:
    """Read the list of a resource, and where to look when it is empty."""
    notices = notices_of(resource.spec.notify)
    if isinstance(resource, MonitoringTarget):
        return Mentions(notices, speaks=any(alert.enabled for alert in resource.spec.alerts))
    target = resource.spec.target_ref
    if target is None:
        return Mentions(notices)
    return Mentions(notices, Key(Kind.MONITORING_TARGET, resource.metadata.namespace, target.name))


@lru_cache(maxsize=1024)
def notices_of(notify: tuple[Notify, ...]) -> tuple[Notice, ...]:
    """Read a list without the words of the API; equal lists are one object, for ten thousand resources have a few."""
    return tuple(item.notice for item in notify)


def nearest(own: tuple[Notify, ...], target: MonitoringTarget | None) -> tuple[Notice, ...]:
    """Choose the list that counts: the resource's own or, where that is empty, its target's; never a part of each."""
    return notices_of(own or (target.spec.notify if target else ()))
