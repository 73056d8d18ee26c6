"""The world as files tell it, for everything that compiles without a cluster."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.parse import UserResource, parse_resource
from bursar.api.sla import SLA
from bursar.cli.documents import Document, Place, Problem, Read
from bursar.compiler.mentions import mentions
from bursar.compiler.plan import Key
from bursar.compiler.view import RulePolicy, SecretKeys, Selectors
from bursar.conventions import ChildKind, Kind
from bursar.domain.routes import Mention
from bursar.engine.mentions import MentionIndex
from bursar.errors import InvalidSpec

UNKNOWN: Final = Selectors(servers=None, namespaces=None, alertmanagers=None)


@dataclass(frozen=True, slots=True)
class Resources:
    """The valid resources of some files with their places, and what is wrong with the others."""

    valid: Mapping[Key, UserResource]
    places: Mapping[Key, Place]
    problems: tuple[Problem, ...]


def resources(read: Iterable[Read], *, namespace: str) -> Resources:
    """Validate documents; `namespace` is that of those which name none."""
    valid: dict[Key, UserResource] = {}
    places: dict[Key, Place] = {}
    problems: list[Problem] = []
    for each in read:
        try:
            document, resource = _validated(each, namespace)
            key = Key(document.kind, resource.metadata.namespace, resource.metadata.name)
            _refuse_second(document, key, places)
        except _Unusable as unusable:
            problems.append(unusable.problem)
        else:
            valid[key], places[key] = resource, document.place
    return Resources(valid, places, tuple(problems))


class _Unusable(Exception):
    """A document that is left out; carries why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _validated(read: Read, namespace: str) -> tuple[Document, UserResource]:
    if isinstance(read, Problem):
        raise _Unusable(read)
    meta = read.content.get("metadata")
    named = {"namespace": namespace, **meta} if isinstance(meta, Mapping) else meta
    try:
        return read, parse_resource(read.kind, {**read.content, "metadata": named})
    except InvalidSpec as error:
        raise _Unusable(Problem(read.place, f"{read.kind} {_name(meta)}: {error}")) from None


def _name(meta: object) -> str:
    return str(meta.get("name", "")) if isinstance(meta, Mapping) else ""


def _refuse_second(document: Document, key: Key, places: Mapping[Key, Place]) -> None:
    if key in places:
        raise _Unusable(Problem(document.place, f"{key} is already in {places[key]}; remove one of the two"))


@dataclass(frozen=True)
class FileView:
    """Implements compiler.view.View with the resources of files.

    Every CRD is taken to be installed. What only a cluster knows is unknown: who selects objects, what is in Secrets.
    """

    policy: RulePolicy
    now: datetime
    resources: Mapping[Key, UserResource]

    @property
    def selectors(self) -> Selectors:
        """Nothing is known of a cluster."""
        return UNKNOWN

    def serves(self, _: ChildKind) -> bool:
        """Every generated kind can be applied."""
        return True

    def target(self, namespace: str, name: str) -> MonitoringTarget | None:
        """The MonitoringTarget of the files, None when there is none."""
        found = self.resources.get(Key(Kind.MONITORING_TARGET, namespace, name))
        return found if isinstance(found, MonitoringTarget) else None

    def sla(self, namespace: str, name: str) -> SLA | None:
        """The SLA of the files, None when there is none."""
        found = self.resources.get(Key(Kind.SLA, namespace, name))
        return found if isinstance(found, SLA) else None

    def has_channel(self, namespace: str, name: str) -> bool:
        """Whether there is a NotificationChannel of that name in the files."""
        return Key(Kind.NOTIFICATION_CHANNEL, namespace, name) in self.resources

    def routes(self, namespace: str, channel: str) -> tuple[Mention, ...]:
        """Of which alerts of the files a channel is told."""
        return self._mentions.mentions(Key(Kind.NOTIFICATION_CHANNEL, namespace, channel))

    @cached_property
    def _mentions(self) -> MentionIndex:
        """Who names which channel: found out once, and only where there are channels."""
        index = MentionIndex()
        for key, resource in self.resources.items():
            if isinstance(resource, MonitoringTarget | SLA | AlertRule):
                index.put(key, mentions(resource))
        return index

    def secret_keys(self, _namespace: str, _name: str) -> SecretKeys:
        """Nothing is known of Secrets."""
        return SecretKeys(None, permitted=False)
