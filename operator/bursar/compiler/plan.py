"""What a compile decides: the objects that shall exist, and the verdict about the resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, TypeAlias

from bursar.conventions import ChildKind, Kind, Reason

Manifest: TypeAlias = Mapping[str, Any]
"""A Kubernetes object as data, ready for server-side apply; treated as immutable."""


class Key(NamedTuple):
    """One resource of a user: what is queued; a tuple, because everything is looked up by it."""

    kind: Kind
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"


class ChildRef(NamedTuple):
    """One generated object."""

    kind: ChildKind
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The spec was compiled; the objects of the plan are all that shall exist."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that the spec refers to is not there yet; what exists stays as it is."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The spec is wrong and needs an edit; what exists stays as it is."""

    reason: Reason
    message: str


Verdict: TypeAlias = Accepted | Waiting | Rejected


@dataclass(frozen=True, slots=True)
class Condition:
    """A verdict about the world, without generation and time, which the engine adds. `status`: True, False, Unknown."""

    type: str
    status: str
    reason: Reason
    message: str


class Claim(NamedTuple):
    """A name that a generated object takes in a space that all namespaces share, such as a title in a folder.

    Two objects with one claim harm each other, and others beside them: the second of them is not written.
    """

    space: str
    name: str

    def __str__(self) -> str:
        return f'{self.space} "{self.name}"'


@dataclass(frozen=True, slots=True)
class RuleTests:
    """The tests that a user has written for generated rules: a rule file and a suite of promtool over it, as data."""

    rules: Mapping[str, Any]
    suite: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a compile decides, and nothing about how to do it.

    `apply` counts only with an Accepted verdict. `conditions` are verdicts that need no metrics (Selected).
    `facts` is what the observer of the same kind needs to read the books; the engine carries it unread.
    `tests` are to be run, where the platform allows it; their outcome is the condition TestsPassed.
    `claims` are what objects of `apply` may have only for themselves. `fields` are further fields of the status.
    """

    verdict: Verdict
    apply: tuple[Manifest, ...] = ()
    conditions: tuple[Condition, ...] = ()
    facts: Any = None
    wake_after: timedelta | None = None
    tests: RuleTests | None = None
    claims: Mapping[ChildRef, frozenset[Claim]] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
