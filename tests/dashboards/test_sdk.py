"""Grafana's published SDK, which Bursar does not use, reads every expected dashboard without losing anything."""

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from bursar.domain.units import UNITS
from dashboards.documents import golden_documents, template_documents

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it prefers the newer format, which few can read yet
    from grafana_foundation_sdk.cog import encoder, plugins
    from grafana_foundation_sdk.models import dashboard, units

plugins.register_default_plugins()

DOCUMENTS: Final = golden_documents() | template_documents()
NEWER_THAN_THE_SDK: Final = frozenset(
    {
        *("gauge.barShape", "gauge.barWidthFactor", "gauge.effects", "gauge.segmentCount", "gauge.segmentSpacing"),
        *("gauge.shape", "piechart.sort"),
    }
)


def read_by_the_sdk(document: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(dashboard.Dashboard.from_json(dict(document)), cls=encoder.JSONEncoder))


def lost(given: Any, kept: Any, path: str = "") -> Iterator[str]:
    """Name everything that was given and is not there any more, or differs."""
    if isinstance(given, Mapping) and isinstance(kept, Mapping):
        for name, value in given.items():
            yield from lost(value, kept.get(name), f"{path}.{name}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for number, (before, after) in enumerate(zip(given, kept, strict=True)):
            yield from lost(before, after, f"{path}[{number}]")
    elif given != kept:
        yield path


def panels(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in document["panels"]:
        yield panel
        yield from panel.get("panels", ())


def without_newer_options(document: Mapping[str, Any]) -> Mapping[str, Any]:
    copied = json.loads(json.dumps(document))
    for panel in panels(copied):
        for name in [name for name in panel.get("options", ()) if f"{panel['type']}.{name}" in NEWER_THAN_THE_SDK]:
            del panel["options"][name]
    return dict(copied)


@pytest.mark.parametrize("case", DOCUMENTS)
def test_the_sdk_reads_every_expected_dashboard_without_loss(case: str) -> None:
    given = without_newer_options(DOCUMENTS[case])
    assert list(lost(given, read_by_the_sdk(given))) == []


def test_what_the_sdk_does_not_know_is_noticed() -> None:
    document = {**DOCUMENTS["layout"], "titel": "Layout"}
    assert list(lost(document, read_by_the_sdk(document))) == [".titel"]


def test_the_units_are_those_that_grafana_knows() -> None:
    known = {value for name, value in vars(units).items() if name[0].isupper() and isinstance(value, str)}
    assert known == UNITS
