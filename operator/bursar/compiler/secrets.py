"""Whether the Secrets are there that a generated object refers to.

prometheus-operator leaves out a whole AlertmanagerConfig whose Secret or key is missing, and says so nowhere.
"""

from collections.abc import Iterable
from typing import Final

from bursar.api.fields import SecretRef
from bursar.api.notification_channel import NotificationChannel
from bursar.compiler.plan import Condition, Waiting
from bursar.compiler.receivers import secrets
from bursar.compiler.view import View
from bursar.conventions import ConditionType, Reason

_MOST_NAMES: Final = 5
_CONSEQUENCE: Final = "until then prometheus-operator leaves out the whole object, also one that has worked before"


def secrets_of_channel(channel: NotificationChannel) -> frozenset[str]:
    """Name the Secrets that a channel refers to, in its own namespace."""
    return frozenset(reference.name for reference in secrets(channel.spec))


def secret_found(namespace: str, references: Iterable[SecretRef], view: View) -> Condition:
    """Say whether every key is there; the first that is not decides, and how to make it."""
    wanted, unreadable = tuple(references), ""
    for reference in wanted:
        known = view.secret_keys(namespace, reference.name)
        if not known.permitted:
            unreadable = unreadable or reference.name
        elif known.names is None:
            return _verdict("False", Reason.SECRET_MISSING, _missing(namespace, reference))
        elif reference.key not in known.names:
            return _verdict("False", Reason.KEY_MISSING, _without_key(namespace, reference, known.names))
    if unreadable:
        return _verdict("Unknown", Reason.NOT_PERMITTED, _unreadable(unreadable))
    return _verdict("True", Reason.FOUND, "every key is there" if wanted else "no Secret is needed")


def waits_for_secret(found: Condition) -> Waiting | None:
    """Wait while a Secret is known to be missing; what may not be read holds nothing up."""
    return Waiting(Reason.DEPENDENCY_NOT_READY, found.message) if found.status == "False" else None


def _missing(namespace: str, reference: SecretRef) -> str:
    command = f"kubectl create secret generic {reference.name} -n {namespace} --from-literal={reference.key}=…"
    return f"there is no Secret {reference.name}; create it: {command}; {_CONSEQUENCE}"


def _without_key(namespace: str, reference: SecretRef, names: frozenset[str]) -> str:
    patch = f'{{"stringData":{{"{reference.key}":"…"}}}}'
    command = f"kubectl patch secret {reference.name} -n {namespace} -p '{patch}'"
    there = f"it has {', '.join(sorted(names)[:_MOST_NAMES])}" if names else "it is empty"
    return f"the Secret {reference.name} has no key {reference.key}, {there}; add it: {command}; {_CONSEQUENCE}"


def _unreadable(name: str) -> str:
    return (
        f"the operator may not read the Secret {name}, so that nobody says so when it is missing; "
        "the chart's value rbac.secrets gives the right"
    )


def _verdict(status: str, reason: Reason, message: str) -> Condition:
    return Condition(ConditionType.SECRET_FOUND, status, reason, message)
