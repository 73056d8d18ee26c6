"""Sloth: `prometheus/v1` and the CRD PrometheusServiceLevel.

Source: https://sloth.dev/specs/default/ and https://sloth.dev/specs/kubernetes/
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from bursar.cli.foreign.parts import (
    annotations,
    as_number,
    filled,
    items,
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
from bursar.cli.foreign.queries import Counted, averaged, counted, mean_of_ratios, read
from bursar.cli.foreign.remarks import Raw, Refusal, Remarks

VERSION: Final = "prometheus/v1"
GROUP: Final = "sloth.slok.dev/"
KIND: Final = "PrometheusServiceLevel"

# The file has snake_case where the CRD has camelCase.
_SPELLINGS: Final = {
    "error_query": "errorQuery",
    "total_query": "totalQuery",
    "error_ratio_query": "errorRatioQuery",
    "page_alert": "pageAlert",
    "ticket_alert": "ticketAlert",
    "slo_plugins": "sloPlugins",
}
_KNOWN: Final = frozenset({"version", "service", "labels", "slos"})
_KNOWN_OF_SLO: Final = frozenset({"name", "objective", "description", "labels", "sli", "alerting"})


def is_sloth(document: Raw) -> bool:
    """Whether a document is one of Sloth's."""
    return document.get("version") == VERSION or text(document.get("apiVersion")).startswith(GROUP)


def from_sloth(document: Raw, remarks: Remarks, *, window: str) -> list[Raw]:
    """Make SLAs of a service level; SLOs that alert alike share one. `window` is that of Sloth's settings."""
    if document.get("version") != VERSION and document.get("kind") != KIND:
        raise Refusal(f"{text(document.get('kind'))} has no counterpart; tiers are derived, see spec.alerting.tiers")
    meta = mapping(document.get("metadata"))
    spec = _spelled(document if document.get("version") == VERSION else mapping(document.get("spec")))
    left_out(spec, _KNOWN, remarks)
    service = name_of(spec.get("service"), remarks, what="service")
    shared = labels(spec.get("labels"), remarks, what="label")
    if shared or any(slo.get("labels") for slo in items(spec.get("slos"))):
        remarks.changed("labels are on alerts alone: a label on series would end their history when it is edited")
    parts = [part for slo in items(spec.get("slos")) if (part := _part(slo, remarks, window))]
    return [
        sla(name, text(meta.get("namespace")), {"objectives": found, "alerting": {**alerting, "labels": shared}})
        for name, alerting, found in _named(service, parts)
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """One SLO: an objective of ours, and the alerts that it wants."""

    objective: Raw
    alerting: Raw


def _spelled(raw: Any) -> Any:
    """Spell the names of fields as the CRD does; labels and annotations keep theirs."""
    if isinstance(raw, list):
        return [_spelled(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    kept = {"labels", "annotations"}
    return {_SPELLINGS.get(name, name): value if name in kept else _spelled(value) for name, value in raw.items()}


def _part(slo: Raw, remarks: Remarks, window: str) -> _Part | None:
    about = remarks.about(f"slo {text(slo.get('name'))}")
    try:
        return _slo(slo, about, window)
    except Refusal as refusal:
        about.refused(str(refusal))
        return None


def _slo(slo: Raw, remarks: Remarks, window: str) -> _Part:
    left_out(slo, _KNOWN_OF_SLO, remarks)
    alerting = mapping(slo.get("alerting"))
    found = _counted(mapping(slo.get("sli")), remarks)
    objective = {
        "name": name_of(slo.get("name"), remarks, what="slo"),
        "description": prose(slo.get("description"), remarks, what="description"),
        "target": as_number(number(slo.get("objective"), what="objective")),
        "window": {"rolling": window},
        "indicator": found.indicator,
        "groupBy": list(found.group_by),
        "labels": labels({**mapping(slo.get("labels")), **_labels(alerting)}, remarks, what="label"),
        "annotations": annotations(_annotations(alerting), remarks, what="annotation"),
    }
    return _Part(filled(objective), _alerting(alerting, remarks))


def _counted(sli: Raw, remarks: Remarks) -> Counted:
    events, raw = mapping(sli.get("events")), mapping(sli.get("raw"))
    if events:
        return counted(text(events.get("totalQuery")), bad=text(events.get("errorQuery")), remarks=remarks)
    if raw:
        remarks.changed(
            "a ratio without events weighs every moment alike, an idle night like a busy noon; so does Sloth"
        )
        return Counted(mean_of_ratios(averaged(read(text(raw.get("errorRatioQuery")), "errorRatioQuery"))))
    raise Refusal("an SLI of a plugin is code; write its queries as events")


def _labels(alerting: Raw) -> dict[str, Any]:
    """The labels that both alerts have; those of one alone are said to be lost elsewhere."""
    return {**mapping(alerting.get("labels")), **_in_both(alerting, "labels")}


def _annotations(alerting: Raw) -> dict[str, Any]:
    return {**mapping(alerting.get("annotations")), **_in_both(alerting, "annotations")}


def _in_both(alerting: Raw, field: str) -> dict[str, Any]:
    page, ticket = (mapping(mapping(alerting.get(alert)).get(field)) for alert in ("pageAlert", "ticketAlert"))
    return {name: value for name, value in page.items() if name != "severity" and ticket.get(name) == value}


def _alerting(alerting: Raw, remarks: Remarks) -> Raw:
    """Return which alerts an SLO wants, and how urgent they are."""
    if alerting.get("name"):
        remarks.lost(f"alert name {alerting['name']}: burn alerts are named ErrorBudgetBurnPage and -Ticket")
    left_out(alerting, ("name", "labels", "annotations", "pageAlert", "ticketAlert"), remarks.about("alerting"))
    return filled({kind: _alert(alerting, f"{kind}Alert", remarks) for kind in ("page", "ticket")})


def _alert(alerting: Raw, field: str, remarks: Remarks) -> Raw:
    raw, both = mapping(alerting.get(field)), {**_in_both(alerting, "labels"), **_in_both(alerting, "annotations")}
    for name in (*mapping(raw.get("labels")), *mapping(raw.get("annotations"))):
        if name not in both and name != "severity":
            remarks.lost(f"{field}: {name}: labels and annotations are those of all alerts of an objective")
    left_out(raw, ("disable", "labels", "annotations"), remarks.about(field))
    urgent = severity(mapping(raw.get("labels")).get("severity"), remarks, what=f"{field}: severity")
    return filled({"enabled": False if raw.get("disable") is True else None, "severity": urgent})


def _named(service: str, parts: Iterable[_Part]) -> list[tuple[str, Raw, list[Raw]]]:
    """Put SLOs that alert alike together; where there are several such groups, they are named by their first SLO."""
    groups: list[tuple[Raw, list[Raw]]] = []
    for part in parts:
        same = next((found for alerting, found in groups if alerting == part.alerting), None)
        if same is None:
            groups.append((part.alerting, [part.objective]))
        else:
            same.append(part.objective)
    if len(groups) == 1:
        return [(service, *groups[0])]
    return [(f"{service}-{found[0]['name']}", alerting, found) for alerting, found in groups]
