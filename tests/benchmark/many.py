"""Many resources at once, and how that compares with what the API server can do at all."""

import os
import time
from collections.abc import Mapping
from typing import Any, Final

from sandbox.operator import OperatorProcess

from .load import BURSAR, PARALLEL, RULES, Manifest, apply_all, collection, names, path_of, send_all
from .place import NAMESPACE, Place
from .report import Figure, at_least, at_most
from .usage import Meter, peak_memory_mib
from .watching import Watching, is_ready, is_settled

RULE_PATH: Final = collection(RULES, NAMESPACE, "PrometheusRule")
PATIENCE_SECONDS: Final = 300.0


def applied_at_once(place: Place, operator: OperatorProcess, resources: tuple[Manifest, ...]) -> list[Figure]:
    """Apply everything while the operator is idle, until the last resource is Ready; returns once all is quiet."""
    wanted, mark, paths = names(resources), place.mark(), _paths(resources)
    meter = meter_of(place, operator)
    with Watching(place.server, paths) as watching:
        began = time.monotonic()
        apply_all(place.server, resources)
        applied = time.monotonic()
        ready = watching.until_all(wanted, is_ready, seconds=PATIENCE_SECONDS)
    used = costs("applied at once", meter)
    with Watching(place.server, paths) as watching:
        watching.until_all(wanted, is_settled, seconds=PATIENCE_SECONDS)
    writes = len(place.writes_since(mark)) / len(resources)
    return [
        Figure("applied at once: the applying itself", applied - began, "s"),
        Figure("applied at once: first apply to all Ready", ready - began, "s"),
        Figure("applied at once: last apply to all Ready", ready - applied, "s"),
        Figure(
            "applied at once: rate, first apply to all Ready", len(resources) / (ready - began), "/s", at_least(120)
        ),
        Figure("applied at once: writes per resource, books included", writes, ""),
        Figure("applied at once: peak memory", peak_memory_mib(operator.process.pid), "MiB", at_most(160)),
        *used,
    ]


def found_at_start(place: Place, resources: tuple[Manifest, ...]) -> list[Figure]:
    """Start an operator where everything has been applied before, until the last resource is Ready."""
    apply_all(place.server, resources)
    mark = place.mark()
    with Watching(place.server, _paths(resources)) as watching:
        began = time.monotonic()
        with place.operator() as operator:
            operator.wait_ready()
            working, meter = time.monotonic(), meter_of(place, operator)
            ready = watching.until_all(names(resources), is_ready, seconds=PATIENCE_SECONDS)
            used = costs("found at start", meter)
            writes = len(place.writes_since(mark)) / (ready - working)
            peak = peak_memory_mib(operator.process.pid)
    one, many = bare_rate(place, parallel=1), bare_rate(place, parallel=PARALLEL)
    return [
        Figure("found at start: process start to all Ready", ready - began, "s"),
        Figure("found at start: rate, start-up included", len(resources) / (ready - began), "/s"),
        Figure("found at start: rate from /readyz on", len(resources) / (ready - working), "/s", at_least(120)),
        Figure("found at start: peak memory", peak, "MiB", at_most(160)),
        *used,
        Figure("bare loop: rules applied one at a time", one, "/s"),
        Figure(f"bare loop: rules applied {PARALLEL} at a time", many, "/s"),
        Figure("found at start: writes of the operator", writes, "/s"),
        Figure("found at start: writes of the operator, bare loop = 1", writes / many, ""),
    ]


def _paths(resources: tuple[Manifest, ...]) -> tuple[str, ...]:
    return tuple(sorted({collection(BURSAR, NAMESPACE, resource["kind"]) for resource in resources}))


def meter_of(place: Place, operator: OperatorProcess) -> Meter:
    """Count from now on what all parts use."""
    programs = ("kube-apiserver", "etcd", "kube-controller-manager")
    pids = {name: place.plane.programs[name].pid for name in programs}
    return Meter({**pids, "operator": operator.process.pid, "benchmark": os.getpid()})


def costs(scenario: str, meter: Meter) -> list[Figure]:
    """Tell what was used until now, and how much was disturbed."""
    return [
        Figure(f"{scenario}: processor time of the operator", meter.used("operator"), "s"),
        Figure(f"{scenario}: processor time of the API server", meter.used("kube-apiserver"), "s"),
        Figure(f"{scenario}: taken by others on this machine", meter.others(), "%"),
    ]


def bare_rate(place: Place, *, parallel: int, most: int | None = None, statuses: str = "") -> float:
    """How often a second a bare loop applies a rule of the operator's anew, with no operator running.

    `statuses` is the path of resources: then their statuses are applied as well, one for each rule.
    """
    namespace = f"bare-{parallel}"
    place.namespace(namespace)
    rules = [_bare(rule, namespace) for rule in _first(place, RULE_PATH, most)]
    written = [(path_of(rule), rule) for rule in rules]
    if statuses:
        written += [_status(found) for found in _first(place, statuses, most)]
    began = time.monotonic()
    send_all(place.server, written, parallel=parallel)
    return len(rules) / (time.monotonic() - began)


def _first(place: Place, path: str, most: int | None) -> list[Manifest]:
    found: list[Manifest] = place.api.get(path if most is None else f"{path}?limit={most}")["items"]
    return found


def _status(resource: Mapping[str, Any]) -> tuple[str, Manifest]:
    metadata = {name: resource["metadata"][name] for name in ("name", "namespace")}
    identity = {"apiVersion": resource["apiVersion"], "kind": resource["kind"], "metadata": metadata}
    return f"{path_of(resource)}/status", {**identity, "status": resource["status"]}


def _bare(rule: Mapping[str, Any], namespace: str) -> Manifest:
    return {
        "apiVersion": rule["apiVersion"],
        "kind": rule["kind"],
        "metadata": {"name": rule["metadata"]["name"], "namespace": namespace, "labels": rule["metadata"]["labels"]},
        "spec": rule["spec"],
    }
