"""The rules by which kstatus, Flux and Argo CD read a status, as a check of one resource.

https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
"""

from collections.abc import Iterator, Mapping
from typing import Any

Resource = Mapping[str, Any]
PROMISED = ("observedGeneration", "lastTransitionTime", "reason")


def violations(resource: Resource, *, being_edited: bool = False) -> list[str]:
    """Say which rules a resource breaks; none in a status that was never written.

    `being_edited`: somebody may have edited the spec a moment ago, so that an older Ready may still stand there. Its
    observedGeneration tells readers so.
    """
    status = resource.get("status", {})
    generation, observed = resource["metadata"]["generation"], status.get("observedGeneration", -1)
    conditions = {condition["type"]: condition for condition in status.get("conditions", ())}
    if observed == -1 and not conditions:
        return []
    seen = {kind: condition.get("observedGeneration", 0) for kind, condition in conditions.items()}
    current = conditions.get("Ready", {}).get("status") == "True" and not (being_edited and observed < generation)
    return [
        *_states(conditions),
        *_completeness(conditions),
        *_generations({"the status": observed, **seen}, generation, ready=current),
    ]


def _states(conditions: Mapping[str, Any]) -> Iterator[str]:
    status = {kind: condition["status"] for kind, condition in conditions.items()}
    if "Ready" not in status:
        yield "Ready is missing"
    abnormal = [kind for kind in ("Reconciling", "Stalled") if kind in status]
    for kind in abnormal:
        if status[kind] != "True":
            yield f"{kind} is {status[kind]}: it is to be present only while True"
        if status.get("Ready") == "True":
            yield f"Ready is True beside {kind}"
    if len(abnormal) > 1:
        yield "Reconciling and Stalled stand side by side"


def _completeness(conditions: Mapping[str, Any]) -> Iterator[str]:
    for kind, condition in conditions.items():
        for name in PROMISED:
            if condition.get(name) in (None, ""):
                yield f"{kind} has no {name}"


def _generations(seen: Mapping[str, int], generation: int, *, ready: bool) -> Iterator[str]:
    for what, number in seen.items():
        if number > generation:
            yield f"{what} has observed generation {number} of {generation}"
        if ready and number < generation:
            yield f"Ready is True while {what} has observed generation {number} of {generation}"
