"""Where each kind lives in the Kubernetes API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bursar.conventions import GROUP, MONITORING_GROUP, VERSION, ChildKind, Kind
from bursar.engine.ports import AnyKind, ServerKind


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Group, version and plural of a kind; the core group is empty."""

    group: str
    version: str
    plural: str
    namespaced: bool = True

    @property
    def root(self) -> str:
        """The path of the group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path of a collection, an object, or a part of it."""
        place = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        parts = [self.root + place, self.plural, name, subresource]
        return "/".join(part for part in parts if part)


ENDPOINTS: Final[Mapping[AnyKind, Endpoint]] = {
    Kind.MONITORING_TARGET: Endpoint(GROUP, VERSION, "monitoringtargets"),
    Kind.SLA: Endpoint(GROUP, VERSION, "slas"),
    Kind.ALERT_RULE: Endpoint(GROUP, VERSION, "alertrules"),
    Kind.NOTIFICATION_CHANNEL: Endpoint(GROUP, VERSION, "notificationchannels"),
    ChildKind.SERVICE_MONITOR: Endpoint(MONITORING_GROUP, "v1", "servicemonitors"),
    ChildKind.POD_MONITOR: Endpoint(MONITORING_GROUP, "v1", "podmonitors"),
    ChildKind.PROBE: Endpoint(MONITORING_GROUP, "v1", "probes"),
    ChildKind.SCRAPE_CONFIG: Endpoint(MONITORING_GROUP, "v1alpha1", "scrapeconfigs"),
    ChildKind.PROMETHEUS_RULE: Endpoint(MONITORING_GROUP, "v1", "prometheusrules"),
    ChildKind.ALERTMANAGER_CONFIG: Endpoint(MONITORING_GROUP, "v1alpha1", "alertmanagerconfigs"),
    ServerKind.PROMETHEUS: Endpoint(MONITORING_GROUP, "v1", "prometheuses"),
    ServerKind.THANOS_RULER: Endpoint(MONITORING_GROUP, "v1", "thanosrulers"),
    ServerKind.ALERTMANAGER: Endpoint(MONITORING_GROUP, "v1", "alertmanagers"),
    ServerKind.NAMESPACE: Endpoint("", "v1", "namespaces", namespaced=False),
}
