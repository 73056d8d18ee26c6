"""The engine's answer to a compile's questions: live views of the stores."""

from dataclasses import dataclass

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.plan import Key
from bursar.compiler.view import RulePolicy, Selectors
from bursar.conventions import ChildKind, Kind
from bursar.engine.availability import Availability
from bursar.engine.selectors import SelectorStore
from bursar.engine.store import ResourceStore


@dataclass(frozen=True, slots=True)
class StoreView:
    """Implements compiler.view.View from memory."""

    policy: RulePolicy
    store: ResourceStore
    selector_store: SelectorStore
    availability: Availability

    @property
    def selectors(self) -> Selectors:
        """The Prometheus resources and namespaces of the cluster."""
        return self.selector_store.snapshot

    def serves(self, kind: ChildKind) -> bool:
        """Whether the CRD of a generated kind is installed."""
        return kind in self.availability

    def target(self, namespace: str, name: str) -> MonitoringTarget | None:
        """The last valid version of a MonitoringTarget."""
        live = self.store.get(Key(Kind.MONITORING_TARGET, namespace, name))
        resource = None if live is None else live.resource
        return resource if isinstance(resource, MonitoringTarget) else None

    def sla(self, namespace: str, name: str) -> SLA | None:
        """The last valid version of an SLA."""
        live = self.store.get(Key(Kind.SLA, namespace, name))
        resource = None if live is None else live.resource
        return resource if isinstance(resource, SLA) else None
