"""The engine's answer to a compile's questions: live views of the stores."""

from dataclasses import dataclass
from datetime import datetime

from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.plan import Key
from bursar.compiler.view import RulePolicy, SecretKeys, Selectors
from bursar.conventions import ChildKind, Kind
from bursar.domain.routes import Mention
from bursar.engine.availability import Availability
from bursar.engine.mentions import MentionIndex
from bursar.engine.ports import Clock
from bursar.engine.secrets import SecretStore
from bursar.engine.selectors import SelectorStore
from bursar.engine.store import ResourceStore


@dataclass(frozen=True, slots=True)
class StoreView:
    """Implements compiler.view.View from memory."""

    policy: RulePolicy
    store: ResourceStore
    selector_store: SelectorStore
    availability: Availability
    mentions: MentionIndex
    clock: Clock
    secrets: SecretStore

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

    @property
    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        return self.clock.now()

    def has_channel(self, namespace: str, name: str) -> bool:
        """Whether there is a NotificationChannel of that name, whatever its state."""
        return self.store.get(Key(Kind.NOTIFICATION_CHANNEL, namespace, name)) is not None

    def routes(self, namespace: str, channel: str) -> tuple[Mention, ...]:
        """Of which alerts a channel is told."""
        return self.mentions.mentions(Key(Kind.NOTIFICATION_CHANNEL, namespace, channel))

    def secret_keys(self, namespace: str, name: str) -> SecretKeys:
        """What is known of a Secret that the resource refers to."""
        return self.secrets.keys(namespace, name)
