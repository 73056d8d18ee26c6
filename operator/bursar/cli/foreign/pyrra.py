"""Pyrra: the CRD ServiceLevelObjective.

Source: https://github.com/pyrra-dev/pyrra
"""

from collections.abc import Mapping
from typing import Final

from bursar.cli.foreign.parts import (
    annotations,
    as_number,
    filled,
    labels,
    left_out,
    mapping,
    name_of,
    number,
    prose,
    severity,
    sla,
    text,
)
from bursar.cli.foreign.queries import Counted, counted
from bursar.cli.foreign.remarks import Raw, Refusal, Remarks
from bursar.domain.promql.selector import parse_selector

GROUP: Final = "pyrra.dev/"
KIND: Final = "ServiceLevelObjective"

_KNOWN: Final = frozenset({"target", "window", "description", "indicator", "alerting", "performanceOverAccuracy"})
_KNOWN_OF_ALERTING: Final = frozenset({"disabled", "burnrates", "absent", "severities"})
_PAGES: Final = ("fastBurn", "mediumBurn")
_TICKETS: Final = ("slowBurn", "longTermBurn")


def is_pyrra(document: Raw) -> bool:
    """Whether a document is one of Pyrra's."""
    return text(document.get("apiVersion")).startswith(GROUP)


def from_pyrra(document: Raw, remarks: Remarks) -> list[Raw]:
    """Make an SLA of an objective; raises Refusal."""
    if document.get("kind") != KIND:
        raise Refusal(f"{text(document.get('kind'))} has no counterpart")
    meta, spec = mapping(document.get("metadata")), mapping(document.get("spec"))
    left_out(spec, _KNOWN, remarks)
    name, found = _counted(mapping(spec.get("indicator")), remarks)
    objective = {
        "name": name,
        "description": prose(spec.get("description"), remarks, what="description"),
        "target": as_number(number(spec.get("target"), what="target")),
        "window": {"rolling": text(spec.get("window"))},
        "indicator": found.indicator,
        "groupBy": list(found.group_by),
        "annotations": annotations(_passed_on(meta.get("annotations")), remarks, what="annotation"),
        "labels": labels(_passed_on(meta.get("labels")), remarks, what="label"),
    }
    spec_of_ours = {"objectives": [filled(objective)], "alerting": _alerting(mapping(spec.get("alerting")), remarks)}
    return [sla(name_of(meta.get("name"), remarks, what="objective"), text(meta.get("namespace")), spec_of_ours)]


def _passed_on(raw: object) -> dict[str, str]:
    """The labels and annotations that Pyrra passes on to alerts; the others are the resource's own affair."""
    return {name.removeprefix(GROUP): text(value) for name, value in mapping(raw).items() if name.startswith(GROUP)}


def _counted(indicator: Raw, remarks: Remarks) -> tuple[str, Counted]:
    kind = next((name for name in _INDICATORS if indicator.get(name) is not None), "")
    if not kind:
        raise Refusal(f"there is none of the indicators {', '.join(_INDICATORS)}")
    raw = mapping(indicator[kind])
    name, make = _INDICATORS[kind]
    found = make(raw, remarks)
    grouping = raw.get("grouping")
    return name, Counted(found.indicator, tuple(map(text, grouping)) if isinstance(grouping, list) else ())


def _ratio(raw: Raw, remarks: Remarks) -> Counted:
    return counted(_metric(raw, "total"), bad=_metric(raw, "errors"), remarks=remarks)


def _latency(raw: Raw, remarks: Remarks) -> Counted:
    return counted(_metric(raw, "total"), good=_metric(raw, "success"), remarks=remarks)


def _native(raw: Raw, _: Remarks) -> Counted:
    return Counted({"latency": {"threshold": text(raw.get("latency")), "histogram": _metric(raw, "total")}})


def _gauge(raw: Raw, _: Remarks) -> Counted:
    return Counted({"gauge": {"selector": _selector(text(raw.get("metric")), "metric")}})


_INDICATORS: Final = {
    "ratio": ("availability", _ratio),
    "latency": ("latency", _latency),
    "latencyNative": ("latency", _native),
    "bool_gauge": ("up", _gauge),
}


def _metric(raw: Raw, field: str) -> str:
    return _selector(text(mapping(raw.get(field)).get("metric")), field)


def _selector(metric: str, field: str) -> str:
    if not metric:
        raise Refusal(f"{field}.metric is missing")
    try:
        return str(parse_selector(metric))
    except ValueError as error:
        raise Refusal(f"{field}.metric {metric}: {error}") from None


def _alerting(raw: Raw, remarks: Remarks) -> Raw:
    left_out(raw, _KNOWN_OF_ALERTING, remarks.about("alerting"))
    off, severities = raw.get("disabled") is True, mapping(raw.get("severities"))
    enabled = False if off or raw.get("burnrates") is False else None
    absent = {"whenAbsent": "ok"} if off or raw.get("absent") is False else {}
    told = severity(severities.get("absent"), remarks, what="severity of absent")
    return filled(
        {
            "page": filled({"enabled": enabled, "severity": _severity(severities, _PAGES, remarks)}),
            "ticket": filled({"enabled": enabled, "severity": _severity(severities, _TICKETS, remarks)}),
            "noData": filled({**absent, "severity": told}),
        }
    )


def _severity(severities: Mapping[str, object], names: tuple[str, ...], remarks: Remarks) -> str:
    """Take the severity of the first of two alerts, which are one here."""
    given = [text(severities.get(name)) for name in names]
    if given[0] and given[1] and given[0] != given[1]:
        remarks.lost(f"severity {given[1]} of {names[1]}: it is one alert with {names[0]}")
    return severity(given[0] or given[1], remarks, what=f"severity of {names[0]}")
