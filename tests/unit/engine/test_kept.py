"""Resources that are kept as text."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from bursar.api.parse import parse_resource
from bursar.api.sla import SLA
from bursar.conventions import Kind
from bursar.engine.kept import MODELS_AT_HAND, as_kept, keep
from bursar.errors import InvalidSpec

PARSE = partial(parse_resource, Kind.SLA)


def raw(name: str = "x", *, target: float = 99.95, **metadata: Any) -> dict[str, Any]:
    indicator = {"ratio": {"bad": "bad_total", "total": "all_total"}}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "SLA",
        "metadata": {"name": name, "namespace": "ns", "uid": "u", "generation": 3, **metadata},
        "spec": {"objectives": [{"name": "o", "target": target, "indicator": indicator}]},
        "status": {"observedGeneration": 3},
    }


def test_what_is_kept_is_the_resource_that_came() -> None:
    kept = keep(PARSE, raw(annotations={"a": "b"}))
    assert kept.resource == PARSE(raw(annotations={"a": "b"}))
    assert isinstance(kept.resource, SLA)
    assert kept.resource.spec.objectives[0].target == Decimal("99.95")


def test_another_status_or_version_is_the_same_wish_and_another_generation_is_not() -> None:
    kept = as_kept(PARSE, raw())
    later = raw(resourceVersion="9", managedFields=[{"manager": "kubectl"}])
    assert as_kept(PARSE, {**later, "status": {}}) == kept
    assert as_kept(PARSE, raw(generation=4)) != kept
    assert as_kept(PARSE, raw(target=99.9)) != kept


def test_what_is_not_valid_is_not_kept() -> None:
    with pytest.raises(InvalidSpec, match=r"spec\.objectives\[0\]\.target"):
        keep(PARSE, raw(target=200))


def test_only_what_was_read_lately_is_at_hand() -> None:
    parsed: list[str] = []

    def parse(given: Mapping[str, Any]) -> Any:
        parsed.append(given["metadata"]["name"])
        return json.dumps(given)

    first, *_ = [keep(parse, raw(f"r{number}")) for number in range(MODELS_AT_HAND + 1)]
    last = keep(parse, raw("last"))
    parsed.clear()
    assert (last.resource, last.resource) == (last.resource, last.resource)
    assert parsed == []
    assert first.resource == first.resource
    assert parsed == ["r0"]
