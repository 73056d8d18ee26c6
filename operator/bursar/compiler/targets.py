"""The target that a resource refers to."""

from bursar.api.base import ObjectMeta
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import TargetRef
from bursar.compiler.plan import Waiting
from bursar.compiler.view import View
from bursar.conventions import Reason


def referenced_target(meta: ObjectMeta, reference: TargetRef | None, view: View) -> MonitoringTarget | Waiting | None:
    """Look up the target in the resource's own namespace; waits for one that is not there, or not valid."""
    if reference is None:
        return None
    return view.target(meta.namespace, reference.name) or Waiting(
        Reason.DEPENDENCY_NOT_READY,
        f"spec.targetRef.name: there is no valid MonitoringTarget {reference.name} in namespace {meta.namespace}; "
        "create it or correct the name",
    )
