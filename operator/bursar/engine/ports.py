"""What the engine needs of the world; the edge provides it, tests may stand in for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bursar.api.base import Resource
from bursar.compiler.mentions import Mentions
from bursar.compiler.plan import ChildRef, Key, Manifest, Plan, RuleTests
from bursar.compiler.view import View
from bursar.conventions import ChildKind, Kind, Reason
from bursar.domain.acknowledgement import Matcher, Silence
from bursar.observer.route_books import ActiveAlert
from bursar.observer.samples import Answer, Observed


class ServerKind(StrEnum):
    """The kinds that decide which server selects an object."""

    PROMETHEUS = "Prometheus"
    THANOS_RULER = "ThanosRuler"
    ALERTMANAGER = "Alertmanager"
    NAMESPACE = "Namespace"


AnyKind = Kind | ChildKind | ServerKind


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a metadata-only LIST."""

    namespace: str
    name: str
    uid: str
    resource_version: str


@dataclass(frozen=True, slots=True)
class EventNote:
    """A Kubernetes Event to be recorded on a resource. `severity` is Normal or Warning."""

    key: Key
    uid: str
    severity: str
    reason: Reason
    message: str


class Cluster(Protocol):
    """The API server. Every call raises the transient errors of `bursar.errors`, or Refused."""

    async def served(self) -> frozenset[AnyKind]:
        """Tell which of our, the generated and the selecting kinds the server knows."""
        ...

    async def list_metadata(self, kind: AnyKind) -> tuple[Listed, ...]:
        """List a kind without bodies; generated kinds only where they carry our label. Empty when not served."""
        ...

    async def get(self, kind: AnyKind, namespace: str, name: str) -> Manifest | None:
        """Read one object; None when there is none."""
        ...

    async def secret_keys(self, namespace: str, name: str) -> frozenset[str] | None:
        """Read which keys a Secret has; None when there is none. Raises Forbidden where that right is not given."""
        ...

    async def apply(self, manifest: Manifest) -> Manifest:
        """Server-side apply of the full intent; returns the server's answer."""
        ...

    async def create(self, manifest: Manifest) -> Manifest | None:
        """Apply what does not exist yet; None, and nothing is written, when an object of that name does."""
        ...

    async def replace(self, manifest: Manifest) -> Manifest:
        """PUT; the manifest carries the resourceVersion that it replaces."""
        ...

    async def apply_status(
        self, key: Key, *, manager: str, resource_version: str, status: Mapping[str, Any]
    ) -> Manifest:
        """Server-side apply of one manager's full part of a status, on exactly this version of the object.

        Returns its metadata at least.
        """
        ...

    async def delete(self, ref: ChildRef, *, uid: str, resource_version: str) -> None:
        """Delete exactly this version of this object; gone already is fine."""
        ...

    async def record(self, note: EventNote) -> None:
        """Record a Kubernetes Event."""
        ...


class Books(Protocol):
    """A Prometheus-compatible query API."""

    async def query(self, promql: str) -> Answer:
        """Evaluate one instant query now. Raises Unavailable for everything that is not a complete answer."""
        ...

    async def read(self, path: str, parameters: Mapping[str, str | tuple[str, ...]]) -> Any:
        """Read another endpoint below /api/v1, such as rules or targets; returns its `data`."""
        ...


class Routes(Protocol):
    """An Alertmanager. Every call raises Unavailable for everything that is not a complete answer."""

    async def configuration(self) -> str:
        """Read the configuration that runs, as YAML, its secrets masked."""
        ...

    async def alerts(self, matchers: Iterable[Matcher], *, receivers: str = "") -> tuple[ActiveAlert, ...]:
        """List what fires and fits all matchers; `receivers` is a regular expression of their names."""
        ...

    async def silences(self, matchers: Iterable[Matcher]) -> tuple[Silence, ...]:
        """List the silences that have exactly these matchers among their own; those that are over as well."""
        ...


class Source(StrEnum):
    """What observers ask; the operator's setting for it is its name and `Url`."""

    __hash__ = str.__hash__

    PROMETHEUS = "Prometheus"
    ALERTMANAGER = "Alertmanager"


@dataclass(frozen=True, slots=True)
class Sources:
    """The servers that observers ask; None: not configured."""

    prometheus: Books | None = None
    alertmanager: Routes | None = None

    def server(self, source: Source) -> Books | Routes | None:
        """Return the one that a kind asks."""
        return self.prometheus if source is Source.PROMETHEUS else self.alertmanager


class RuleTester(Protocol):
    """Runs the tests that users write for their rules."""

    async def run(self, tests: RuleTests) -> str:
        """Run them; returns what failed, empty when nothing did. Raises Unavailable when they could not be run."""
        ...


class Election(Protocol):
    """Decides which of several replicas writes; all of them watch."""

    async def won(self) -> None:
        """Return once this replica may write; workers and books wait for it."""
        ...


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> datetime:
        """Wall-clock time in UTC, for what people read."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards, for what machines decide."""
        ...


class Observer(Protocol):
    """How one kind's share of the status is read from its source; pure but for the server it is given."""

    async def survey(self, server: Any, facts: Mapping[Key, Any], /) -> Any:
        """Ask everything for one cycle: Books or Routes, as the kind's source is; `facts` are those of each plan."""
        ...

    def observe(self, key: Key, resource: Resource, facts: Any, survey: Any, previous: Observed | None) -> Observed:
        """Read one resource's books out of the survey; `survey` None: nothing was asked yet."""
        ...

    def stale(self, resource: Resource, previous: Observed | None, failure: str) -> Observed:
        """Say that the books could not be read; the last values stay."""
        ...

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell whether the meaning changed enough to be written."""
        ...

    def quiet(self, key: Key, facts: Any, survey: Any, written: Observed) -> Any:
        """Take what must hold of later surveys so that none of them differs from what was written.

        Called when this one did not differ. None: nothing is known to hold.
        """
        ...

    def is_quiet(self, quiet: Any, key: Key, facts: Any, survey: Any) -> bool:
        """Tell whether what was taken still holds: then no `observe` is worth its time."""
        ...


@dataclass(frozen=True, slots=True)
class KindSpec:
    """All that the engine knows of a kind.

    `references` names the resources that a resource depends on, `mentions` says whom its alerts tell. `secrets` names
    the Secrets of its namespace that it refers to. `source` is what its observer asks.
    """

    kind: Kind
    parse: Callable[[Mapping[str, Any]], Resource]
    compile: Callable[[Any, View], Plan]
    references: Callable[[Any], frozenset[Key]]
    observer: Observer
    mentions: Callable[[Any], Mentions | None] = lambda _: None
    secrets: Callable[[Any], frozenset[str]] = lambda _: frozenset()
    source: Source = Source.PROMETHEUS
