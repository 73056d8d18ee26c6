"""A View of a small world that a test writes down."""

from dataclasses import dataclass, field

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.view import RulePolicy, Selectors
from bursar.conventions import ChildKind

SELECTS_ALL: dict[str, dict[str, str]] = {"ruleSelector": {}, "ruleNamespaceSelector": {}}


@dataclass(frozen=True)
class World:
    """Everything is installed, and one Prometheus selects every rule."""

    targets: tuple[MonitoringTarget, ...] = ()
    slas: tuple[SLA, ...] = ()
    policy: RulePolicy = field(default=RulePolicy(labels={"release": "kps"}))
    served: frozenset[ChildKind] = frozenset(ChildKind)
    selectors: Selectors = field(
        default=Selectors(
            servers=(
                {"kind": "Prometheus", "metadata": {"namespace": "monitoring", "name": "k8s"}, "spec": SELECTS_ALL},
            ),
            namespaces={},
        )
    )

    def serves(self, kind: ChildKind) -> bool:
        return kind in self.served

    def target(self, namespace: str, name: str) -> MonitoringTarget | None:
        found = (each for each in self.targets if (each.metadata.namespace, each.metadata.name) == (namespace, name))
        return next(found, None)

    def sla(self, namespace: str, name: str) -> SLA | None:
        found = (each for each in self.slas if (each.metadata.namespace, each.metadata.name) == (namespace, name))
        return next(found, None)
