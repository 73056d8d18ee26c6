"""OpenSLO v1: SLO with the Service, SLI, DataSource, AlertPolicy and AlertCondition that it names.

Source: https://github.com/OpenSLO/OpenSLO
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bursar.cli.foreign.openslo_alerts import alerting
from bursar.cli.foreign.openslo_metrics import Method, indicator
from bursar.cli.foreign.openslo_windows import rolling
from bursar.cli.foreign.parts import as_number, filled, items, left_out, mapping, name_of, number, prose, sla, text
from bursar.cli.foreign.remarks import Raw, Refusal, Remarks

VERSION: Final = "openslo/v1"
USED: Final = frozenset({"SLO", "SLI", "Service", "DataSource", "AlertPolicy", "AlertCondition"})

_FAMILY: Final = "openslo"
_KNOWN: Final = frozenset(
    {"description", "service", "indicator", "indicatorRef", "timeWindow", "budgetingMethod", "objectives",
     "alertPolicies"}
)  # fmt: skip
_KNOWN_OF_OBJECTIVE: Final = frozenset(
    {"displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow", "indicator",
     "indicatorRef"}
)  # fmt: skip


def is_openslo(document: Raw) -> bool:
    """Whether a document is one of OpenSLO's, of whatever version."""
    return text(document.get("apiVersion")).startswith(_FAMILY)


@dataclass(frozen=True, slots=True)
class Catalog:
    """What SLOs may name, by kind and name."""

    known: Mapping[tuple[str, str], Raw] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[Raw]) -> "Catalog":
        """Collect everything that has a name."""
        ours = (each for each in documents if each.get("apiVersion") == VERSION)
        return cls({(text(each.get("kind")), text(mapping(each.get("metadata")).get("name"))): each for each in ours})

    def find(self, kind: str, name: object) -> Raw:
        """Return the document of that name; raises Refusal when there is none."""
        found = self.known.get((kind, text(name)))
        if found is None:
            raise Refusal(f"{kind} {name} is not in these files")
        return found


def from_openslo(document: Raw, remarks: Remarks, catalog: Catalog) -> list[Raw]:
    """Make an SLA of an SLO; other kinds are what SLOs refer to, or lost."""
    kind = text(document.get("kind"))
    if document.get("apiVersion") != VERSION:
        raise Refusal(f"{document.get('apiVersion')} is not {VERSION}")
    if kind != "SLO":
        if kind not in USED:
            remarks.lost(f"{kind} has no counterpart here")
        return []
    return [_sla(document, remarks, catalog)]


def _sla(document: Raw, remarks: Remarks, catalog: Catalog) -> Raw:
    meta, spec = mapping(document.get("metadata")), mapping(document.get("spec"))
    left_out(spec, _KNOWN, remarks)
    left_out(meta, ("name", "displayName"), remarks.about("metadata"))
    objectives = items(spec.get("objectives"))
    names = _names(objectives, remarks)
    found = [
        objective
        for raw, name in zip(objectives, names, strict=True)
        if (objective := _objective(raw, name, document, remarks.about(name), catalog))
    ]
    if not found:
        raise Refusal("none of its objectives could be imported")
    told = alerting(spec.get("alertPolicies"), remarks, catalog)
    service = {"labels": {"service": text(spec.get("service"))}} if spec.get("service") else {}
    return sla(
        name_of(meta.get("name"), remarks, what="SLO"), "", {"objectives": found, "alerting": {**told, **service}}
    )


def _names(objectives: list[Raw], remarks: Remarks) -> list[str]:
    """Name objectives, which have no names of their own, after their display names."""
    names: list[str] = []
    for at, raw in enumerate(objectives, start=1):
        shown = text(raw.get("displayName"))
        name = name_of(shown, Remarks(remarks.place, ""), what="objective") if shown else f"objective-{at}"
        names.append(name if name not in names else f"{name[:60]}-{at}")
    return names


def _objective(raw: Raw, name: str, document: Raw, remarks: Remarks, catalog: Catalog) -> Raw | None:
    try:
        return _converted(raw, name, document, remarks, catalog)
    except Refusal as refusal:
        remarks.refused(str(refusal))
        return None


def _converted(raw: Raw, name: str, document: Raw, remarks: Remarks, catalog: Catalog) -> Raw:
    meta, spec = mapping(document.get("metadata")), mapping(document.get("spec"))
    left_out(raw, _KNOWN_OF_OBJECTIVE, remarks)
    source = raw if raw.get("indicator") or raw.get("indicatorRef") else spec
    sli = (
        catalog.find("SLI", source["indicatorRef"]) if source.get("indicatorRef") else mapping(source.get("indicator"))
    )
    method = Method.of(spec.get("budgetingMethod"), raw)
    counted = indicator(mapping(sli.get("spec")), raw, method, remarks, catalog)
    objective = {
        "name": name,
        "title": prose(_title(raw, meta), remarks, what="displayName"),
        "description": prose(spec.get("description"), remarks, what="description"),
        "target": as_number(_target(raw)),
        "window": {"rolling": rolling(items(spec.get("timeWindow")), remarks)},
        "indicator": counted.indicator,
        "groupBy": list(counted.group_by),
    }
    return filled(objective)


def _title(raw: Raw, meta: Raw) -> str:
    return ": ".join(filter(None, (text(meta.get("displayName")), text(raw.get("displayName")))))


def _target(raw: Raw) -> Decimal:
    if raw.get("target") is not None:
        return number(raw["target"], what="target") * 100
    return number(raw.get("targetPercent"), what="targetPercent")
