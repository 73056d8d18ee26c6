"""Specs as a user writes them, changed in one place, and what is found wrong with them."""

from copy import deepcopy
from typing import Any

import pytest

from bursar.api.parse import parse_resource
from bursar.conventions import Kind
from bursar.errors import InvalidSpec

SLA_SPEC: dict[str, Any] = {
    "targetRef": {"name": "checkout"},
    "objectives": [{"name": "availability", "target": 99.9, "indicator": {"availability": {}}}],
}
TARGET_SPEC: dict[str, Any] = {
    "scrape": {"service": {"selector": {"matchLabels": {"app": "checkout"}}, "endpoints": [{"port": "http"}]}},
    "signals": {"requests": {"total": "requests_total", "errors": "errors_total"}},
}


def raw(kind: Kind, spec: Any) -> dict[str, Any]:
    """A whole resource as the API server returns it."""
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": kind.value,
        "metadata": {"name": "checkout", "namespace": "shop", "uid": "u", "generation": 3, "labels": {"a": "b"}},
        "spec": spec,
        "status": {"observedGeneration": -1},
    }


def changed(spec: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the spec with one field set; numbers in the path are list indices."""
    copy = deepcopy(spec)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = copy
    for step in parents:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[last] = value
    return copy


def findings(kind: Kind, spec: Any) -> list[str]:
    """What the refusal of a spec says; fails when it is not refused."""
    with pytest.raises(InvalidSpec) as refusal:
        parse_resource(kind, raw(kind, spec))
    return [str(finding) for finding in refusal.value.findings]
