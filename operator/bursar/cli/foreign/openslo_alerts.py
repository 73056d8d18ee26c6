"""Alert policies of OpenSLO -> tiers."""

from decimal import Decimal
from typing import Final, Protocol

from bursar.cli.foreign.openslo_windows import length
from bursar.cli.foreign.parts import as_number, filled, items, left_out, mapping, number, severity, text
from bursar.cli.foreign.remarks import Raw, Refusal, Remarks
from bursar.conventions import Severity
from bursar.domain.durations import format_duration

_MOST: Final = 2  # tiers of a kind
_PAGING: Final = frozenset({"page", "critical", "sev1", "p1"})
_KNOWN: Final = frozenset(
    {"description", "alertWhenBreaching", "alertWhenResolved", "alertWhenNoData", "conditions", "notificationTargets"}
)


class Documents(Protocol):
    """Where what is referred to is found."""

    def find(self, kind: str, name: object) -> Raw:
        """Return the document of that name; raises Refusal when there is none."""
        ...


def alerting(raw: object, remarks: Remarks, documents: Documents) -> Raw:
    """Return which alerts the policies of an SLO ask for; without a policy there are none."""
    policies = items(raw)
    if not policies:
        remarks.changed("without alertPolicies there are no burn alerts; remove enabled: false to have Bursar's own")
    tiers: dict[str, list[Raw]] = {"page": [], "ticket": []}
    told: dict[str, str] = {}
    no_data = False
    for each in policies:
        about = remarks.about("alert policy")
        try:
            policy = documents.find("AlertPolicy", each["alertPolicyRef"]) if each.get("alertPolicyRef") else each
            no_data |= _policy(mapping(policy.get("spec")), tiers, told, about, documents)
        except Refusal as refusal:
            about.lost(str(refusal))
    return filled(
        {
            **{kind: filled({"enabled": None if tiers[kind] else False, "severity": told.get(kind)}) for kind in tiers},
            "tiers": [*tiers["page"], *tiers["ticket"]],
            "noData": {} if no_data else {"whenAbsent": "ok"},
        }
    )


def _policy(
    spec: Raw, tiers: dict[str, list[Raw]], told: dict[str, str], remarks: Remarks, documents: Documents
) -> bool:
    """Add the tiers of one policy; returns whether it tells of missing data."""
    left_out(spec, _KNOWN, remarks)
    for target in items(spec.get("notificationTargets")):
        name = target.get("targetRef") or mapping(target.get("metadata")).get("name")
        remarks.lost(f"notification target {name}: routes are made by labels")
    if spec.get("alertWhenResolved") is False:
        remarks.lost("alertWhenResolved: false: whether a resolved alert is told is decided by the receiver")
    if spec.get("alertWhenBreaching") is not False:
        for each in items(spec.get("conditions")):
            found = documents.find("AlertCondition", each["conditionRef"]) if each.get("conditionRef") else each
            _condition(mapping(found.get("spec")), tiers, told, remarks)
    return spec.get("alertWhenNoData") is True


def _condition(spec: Raw, tiers: dict[str, list[Raw]], told: dict[str, str], remarks: Remarks) -> None:
    condition, urgent = mapping(spec.get("condition")), text(spec.get("severity"))
    if text(condition.get("kind") or "burnrate") != "burnrate":
        raise Refusal(f"condition {condition.get('kind')}: only burnrate is known")
    if text(condition.get("op")) in ("lt", "lte"):
        remarks.changed(f"op {condition['op']}: a burn above the threshold is alerted on, as is surely meant")
    kind = "page" if urgent.lower() in _PAGING else "ticket"
    if len(tiers[kind]) == _MOST:
        raise Refusal(f"there are more than {_MOST} {kind} conditions")
    after = condition.get("alertAfter")
    if after is not None and length(after, what="alertAfter"):
        remarks.changed(f"alertAfter {after}: a short window of a twelfth takes its place")
    long = format_duration(length(condition.get("lookbackWindow"), what="lookbackWindow"))
    tiers[kind].append({"kind": kind, "factor": as_number(_factor(condition)), "long": long})
    _tell(urgent, kind, told, remarks)


def _tell(urgent: str, kind: str, told: dict[str, str], remarks: Remarks) -> None:
    """Remember how urgent a kind of alert is; `page` is what every page is."""
    if urgent in list(Severity):
        told[kind] = urgent
    elif urgent.lower() not in _PAGING:
        severity(urgent, remarks, what="severity")


def _factor(condition: Raw) -> Decimal:
    factor = number(condition.get("threshold"), what="threshold")
    if factor <= 0:
        raise Refusal(f"threshold {factor} is not above 0")
    return factor
