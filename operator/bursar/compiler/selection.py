"""Which server selects a generated object and, when none does, what is missing and who can add it.

prometheus-operator loads an object only if a Prometheus (or, for rules, a ThanosRuler; for routes, an Alertmanager)
selects both its labels and its namespace, and says nothing when none does. A selector that is not set selects no
object; `{}` selects all. A namespace selector that is not set means the server's own namespace.
Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusSpec
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bursar.compiler.label_selector import Requirement, unmet
from bursar.compiler.plan import Condition
from bursar.compiler.view import Selectors
from bursar.conventions import ChildKind, ConditionType, Reason

_SELECTOR_PREFIX: Final[Mapping[ChildKind, str]] = {
    ChildKind.SERVICE_MONITOR: "serviceMonitor",
    ChildKind.POD_MONITOR: "podMonitor",
    ChildKind.PROBE: "probe",
    ChildKind.SCRAPE_CONFIG: "scrapeConfig",
    ChildKind.PROMETHEUS_RULE: "rule",
    ChildKind.ALERTMANAGER_CONFIG: "alertmanagerConfig",
}
_READ: Final = "Prometheus and ThanosRuler resources"
_READ_FOR: Final = {ChildKind.ALERTMANAGER_CONFIG: "Alertmanager resources"}
_NAMESPACE_NAME_LABEL: Final = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True)
class _Gap:
    """What keeps one server from selecting an object; everything empty or False when it does select it.

    `namespaces` are the demands on the namespace's labels; `unknown` marks that those labels could not be
    read.
    """

    server: str
    nothing: bool = False
    labels: tuple[Requirement, ...] = ()
    foreign: bool = False
    namespaces: tuple[Requirement, ...] = ()
    unknown: bool = False

    @property
    def closed(self) -> bool:
        return not (self.nothing or self.labels or self.foreign or self.namespaces or self.unknown)

    @property
    def distance(self) -> tuple[bool, bool, int]:
        """How far away it is: what selects nothing is farthest, what wants only labels is nearest."""
        return self.nothing, self.foreign or bool(self.namespaces), len(self.labels) + len(self.namespaces)


def selected(kind: ChildKind, *, labels: Mapping[str, str], namespace: str, selectors: Selectors) -> Condition:
    """Say whether any server selects an object with these labels in this namespace.

    True names the server. False names the nearest server, what is missing and the cure. Unknown means that
    the operator may not read what decides it.
    """
    servers = _servers(kind, selectors)
    if servers is None:
        return _verdict("Unknown", Reason.NOT_PERMITTED, _not_permitted(_READ_FOR.get(kind, _READ)))
    gaps = tuple(_gap(server, kind, labels, namespace, selectors.namespaces) for server in servers)
    if not gaps:
        return _none(kind)
    match next((gap for gap in gaps if gap.closed), None):
        case _Gap(server=server):
            return _verdict("True", Reason.SELECTED, f"{server} selects it")
    if any(gap.unknown and not gap.labels for gap in gaps):
        return _verdict("Unknown", Reason.NOT_PERMITTED, _not_permitted("namespaces"))
    nearest = min(gaps, key=lambda gap: gap.distance)
    only_namespace = not nearest.labels and not nearest.nothing
    reason = Reason.NAMESPACE_NOT_SELECTED if only_namespace else Reason.LABEL_MISSING
    return _verdict("False", reason, _explain(nearest, kind, namespace))


def _verdict(status: str, reason: Reason, message: str) -> Condition:
    return Condition(ConditionType.SELECTED, status, reason, message)


def _servers(kind: ChildKind, selectors: Selectors) -> Sequence[Mapping[str, Any]] | None:
    """Choose the servers that may select a kind; None: reading them is not permitted."""
    if kind is ChildKind.ALERTMANAGER_CONFIG:
        return selectors.alertmanagers
    if kind is ChildKind.PROMETHEUS_RULE or selectors.servers is None:
        return selectors.servers
    return [server for server in selectors.servers if server["kind"] == "Prometheus"]


def _gap(
    server: Mapping[str, Any],
    kind: ChildKind,
    labels: Mapping[str, str],
    namespace: str,
    namespaces: Mapping[str, Mapping[str, str]] | None,
) -> _Gap:
    prefix, spec, metadata = _SELECTOR_PREFIX[kind], server.get("spec") or {}, server["metadata"]
    name = f"{server['kind']} {metadata['namespace']}/{metadata['name']}"
    selector = spec.get(f"{prefix}Selector")
    if selector is None:
        return _Gap(name, nothing=True)
    missing = unmet(selector, labels)
    where = spec.get(f"{prefix}NamespaceSelector")
    if where is None:
        return _Gap(name, labels=missing, foreign=metadata["namespace"] != namespace)
    known = {} if namespaces is None else namespaces.get(namespace, {})
    outside = unmet(where, {_NAMESPACE_NAME_LABEL: namespace, **known})
    if outside and namespaces is None:
        return _Gap(name, labels=missing, unknown=True)
    return _Gap(name, labels=missing, namespaces=outside)


def _explain(gap: _Gap, kind: ChildKind, namespace: str) -> str:
    prefix = _SELECTOR_PREFIX[kind]
    if gap.nothing:
        return (
            f"{gap.server} selects no {kind} at all: its spec.{prefix}Selector is not set; "
            f"set it to {{}} or to labels that the operator's setting objectLabels adds"
        )
    wants, cures = [], []
    if gap.labels:
        wants.append(f"with {_plural('label', gap.labels)} {_listed(gap.labels)}")
        cures.append(f"set {_them(gap.labels)} with the operator's setting objectLabels")
    if gap.foreign:
        wants.append("in its own namespace only")
        cures.append(f"set its spec.{prefix}NamespaceSelector so that it includes namespace {namespace}")
    if gap.namespaces:
        wants.append(f"in namespaces with {_plural('label', gap.namespaces)} {_listed(gap.namespaces)}")
        cures.append(f"label namespace {namespace} so, or widen its spec.{prefix}NamespaceSelector")
    return f"{gap.server} selects {kind}s {' and '.join(wants)}; {' and '.join(cures)}"


def _listed(wanted: tuple[Requirement, ...]) -> str:
    return ", ".join(map(str, wanted))


def _plural(noun: str, wanted: tuple[Requirement, ...]) -> str:
    return noun if len(wanted) == 1 else f"{noun}s"


def _them(wanted: tuple[Requirement, ...]) -> str:
    return "it" if len(wanted) == 1 else "them"


def _not_permitted(what: str) -> str:
    return f"the operator may not read {what}; grant it get, list and watch on them"


def _none(kind: ChildKind) -> Condition:
    if kind is ChildKind.ALERTMANAGER_CONFIG:
        message = f"the cluster has no Alertmanager resource, so nothing loads the {kind}; create one"
        return _verdict("False", Reason.NO_ALERTMANAGER, message)
    rulers = " and no ThanosRuler" if kind is ChildKind.PROMETHEUS_RULE else ""
    message = f"the cluster has no Prometheus resource{rulers}, so nothing loads the {kind}; create one"
    return _verdict("False", Reason.NO_PROMETHEUS, message)
