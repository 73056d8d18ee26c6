"""A View of a small world that a test writes down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.view import RulePolicy, SecretKeys, Selectors
from bursar.conventions import ChildKind
from bursar.domain.routes import Mention

SELECTS_ALL: dict[str, dict[str, str]] = {"ruleSelector": {}, "ruleNamespaceSelector": {}}
TAKES_ALL: dict[str, dict[str, str]] = {"alertmanagerConfigSelector": {}, "alertmanagerConfigNamespaceSelector": {}}


@dataclass(frozen=True)
class World:
    """Everything is installed; one Prometheus selects every rule, one Alertmanager every route.

    `channels` are the names of those that exist, in every namespace; `mentions` is what names the one that is compiled.
    `secrets` are the keys of every Secret, in every namespace; None: they may not be read.
    """

    targets: tuple[MonitoringTarget, ...] = ()
    policy: RulePolicy = field(default=RulePolicy(labels={"release": "kps"}))
    served: frozenset[ChildKind] = frozenset(ChildKind)
    selectors: Selectors = field(
        default=Selectors(
            servers=(
                {"kind": "Prometheus", "metadata": {"namespace": "monitoring", "name": "k8s"}, "spec": SELECTS_ALL},
            ),
            namespaces={},
            alertmanagers=(
                {"kind": "Alertmanager", "metadata": {"namespace": "monitoring", "name": "main"}, "spec": TAKES_ALL},
            ),
        )
    )
    channels: frozenset[str] = frozenset()
    mentions: tuple[Mention, ...] = ()
    now: datetime = datetime(2026, 11, 21, tzinfo=UTC)
    secrets: Mapping[str, frozenset[str]] | None = None

    def serves(self, kind: ChildKind) -> bool:
        return kind in self.served

    def target(self, namespace: str, name: str) -> MonitoringTarget | None:
        found = (each for each in self.targets if (each.metadata.namespace, each.metadata.name) == (namespace, name))
        return next(found, None)

    def has_channel(self, namespace: str, name: str) -> bool:
        return name in self.channels

    def routes(self, namespace: str, channel: str) -> tuple[Mention, ...]:
        return self.mentions

    def secret_keys(self, namespace: str, name: str) -> SecretKeys:
        return SecretKeys(None, permitted=False) if self.secrets is None else SecretKeys(self.secrets.get(name))
