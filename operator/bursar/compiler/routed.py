"""Whether anybody is told by name of a resource's alerts, and who."""

from collections.abc import Iterable
from datetime import timedelta

from bursar.compiler.plan import Condition
from bursar.compiler.view import View
from bursar.conventions import ConditionType, Reason, Severity
from bursar.domain.durations import format_duration
from bursar.domain.notify import AT_ONCE, Notice, Step, steps_for

_ORDER = tuple(Severity)
_NOBODY = "only the platform's own routes"


def escalation(notices: Iterable[Notice], severity: str) -> tuple[timedelta, ...]:
    """Say when the steps after the first come, counted from the moment the alert fires."""
    return tuple(step.after for step in steps_for(notices, severity)[1:])


def routed(notices: tuple[Notice, ...], severities: Iterable[str], namespace: str, view: View) -> tuple[Condition, ...]:
    """Say who is told of alerts of these severities; nothing where there are no alerts.

    A channel counts when it exists: whether it works is said by the channel itself.
    """
    told = {severity: steps_for(notices, severity) for severity in sorted(set(severities), key=_rank)}
    if not told:
        return ()
    channels = {channel for steps in told.values() for step in steps for channel in step.channels}
    missing = sorted(channel for channel in channels if not view.has_channel(namespace, channel))
    if missing:
        return (_verdict("False", Reason.CHANNEL_NOT_FOUND, _not_found(missing, namespace)),)
    if not channels:
        return (_verdict("False", Reason.NO_CHANNEL, _UNNAMED),)
    message = "; ".join(f"{severity}: {_who(steps)}" for severity, steps in told.items())
    return (_verdict("True", Reason.ROUTED, message),)


_UNNAMED = (
    "nobody is told by name: the alerts reach the platform's own routes only; name channels in spec.notify, or in that "
    "of the target"
)


def _not_found(missing: list[str], namespace: str) -> str:
    return (
        f"spec.notify, or that of the target: there is no NotificationChannel {', '.join(missing)} in namespace "
        f"{namespace}; create it or correct the name. What it would be told reaches the other channels that are named "
        "beside it or, without any, the platform's own routes"
    )


def _who(steps: tuple[Step, ...]) -> str:
    return ", ".join(_at(step) for step in steps) or _NOBODY


def _at(step: Step) -> str:
    channels = " and ".join(step.channels)
    return channels if step.after == AT_ONCE else f"after {format_duration(step.after)} {channels}"


def _rank(severity: str) -> int:
    return _ORDER.index(Severity(severity))


def _verdict(status: str, reason: Reason, message: str) -> Condition:
    return Condition(ConditionType.ROUTED, status, reason, message)
