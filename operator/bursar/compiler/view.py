"""The read-only picture of the world that a compile may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bursar.api.monitoring_target import MonitoringTarget
from bursar.conventions import ChildKind
from bursar.domain.routes import Mention


@dataclass(frozen=True, slots=True)
class RulePolicy:
    """What the platform decides for every generated object; intervals are those of the rule groups.

    `slow_interval` None derives it from the window: 5 m for windows of 5 d and more, else 1 m.
    `severity_labels` maps a severity to what the label `severity` shall say; what is not in it is itself.
    `scrape_interval` counts where neither target nor endpoint says one; None: what the Prometheus resources say.
    """

    labels: Mapping[str, str]
    fast_interval: timedelta = timedelta(minutes=1)
    slow_interval: timedelta | None = None
    scrape_interval: timedelta | None = None
    severity_labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selectors:
    """All that decides whether a server selects an object.

    `servers` are the Prometheus and ThanosRuler resources as the API server returns them, `alertmanagers` the
    Alertmanager resources; None: reading them is not permitted.
    `namespaces` maps a namespace to its labels; None: reading them is not permitted.
    """

    servers: tuple[Mapping[str, Any], ...] | None
    namespaces: Mapping[str, Mapping[str, str]] | None
    alertmanagers: tuple[Mapping[str, Any], ...] | None = ()


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """What is known of a Secret: the names of its keys, never a value. `names` None: there is no such Secret.

    `permitted` False: the operator may not read it, and knows nothing of it.
    """

    names: frozenset[str] | None
    permitted: bool = True


class View(Protocol):
    """What a compile may ask; every answer is from memory."""

    @property
    def policy(self) -> RulePolicy:
        """The platform's settings for generated objects."""
        ...

    @property
    def selectors(self) -> Selectors:
        """The Prometheus and Alertmanager resources and the namespaces of the cluster."""
        ...

    @property
    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        ...

    def serves(self, kind: ChildKind) -> bool:
        """Whether the CRD of a generated kind is installed."""
        ...

    def target(self, namespace: str, name: str) -> MonitoringTarget | None:
        """The last valid version of a MonitoringTarget, None when there is none."""
        ...

    def has_channel(self, namespace: str, name: str) -> bool:
        """Whether there is a NotificationChannel of that name, whatever its state."""
        ...

    def routes(self, namespace: str, channel: str) -> tuple[Mention, ...]:
        """Of which alerts a channel is told, in no particular order."""
        ...

    def secret_keys(self, namespace: str, name: str) -> SecretKeys:
        """What is known of a Secret that the resource refers to."""
        ...
