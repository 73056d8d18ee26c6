"""What a namespace with alerts has in common: the rules by which one alert keeps another one quiet."""

from collections.abc import Mapping
from typing import Any

from bursar.compiler.notification_channel import matcher
from bursar.compiler.objects import common_object
from bursar.compiler.plan import Manifest
from bursar.compiler.view import View
from bursar.conventions import INCIDENT, INCIDENT_GROUP, INHIBITION, NAMESPACE, PAGE_ALERT, TICKET_ALERT, ChildKind


def inhibition(namespace: str, view: View) -> tuple[Manifest, ...]:
    """Build the rules of a namespace; nothing while the CRD of AlertmanagerConfigs is not installed.

    A page keeps the ticket of the same incident and group quiet. Steps of an escalation never keep each other quiet:
    whoever was told at step 1 would not hear that it is over.
    """
    if not view.serves(ChildKind.ALERTMANAGER_CONFIG):
        return ()
    rules = [_over(namespace, PAGE_ALERT, TICKET_ALERT)]
    return (
        common_object(
            ChildKind.ALERTMANAGER_CONFIG,
            namespace=namespace,
            name=INHIBITION,
            labels=view.policy.labels,
            spec={"inhibitRules": rules},
        ),
    )


def _over(namespace: str, graver: str, lesser: str) -> Mapping[str, Any]:
    return {
        "sourceMatch": [matcher(NAMESPACE, "=", namespace), matcher("alertname", "=", graver)],
        "targetMatch": [matcher(NAMESPACE, "=", namespace), matcher("alertname", "=", lesser)],
        "equal": [NAMESPACE, INCIDENT, INCIDENT_GROUP],
    }
