"""What could not be carried over as it was: nothing of it is left unsaid."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from bursar.cli.documents import Place

Raw: TypeAlias = Mapping[str, Any]
"""A map of YAML that nobody has looked at yet."""


class Fate(StrEnum):
    """What became of something."""

    REFUSED = "refused"  # it is not imported at all
    LOST = "lost"  # it is left out
    CHANGED = "changed"  # it is imported, and means something else


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is not as it was."""

    place: Place
    fate: Fate
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fate}: {self.subject}: {self.message}"


@dataclass(frozen=True, slots=True)
class Remarks:
    """Collects remarks about a document, or a part of it."""

    place: Place
    subject: str
    made: list[Remark] = field(default_factory=list)

    def about(self, part: str) -> "Remarks":
        """Return the same collection, for a part."""
        return replace(self, subject=f"{self.subject} {part}")

    def refused(self, message: str) -> None:
        """Say that something is not imported."""
        self.made.append(Remark(self.place, Fate.REFUSED, self.subject, message))

    def lost(self, message: str) -> None:
        """Say that something is left out."""
        self.made.append(Remark(self.place, Fate.LOST, self.subject, message))

    def changed(self, message: str) -> None:
        """Say that something means something else now."""
        self.made.append(Remark(self.place, Fate.CHANGED, self.subject, message))


@dataclass(frozen=True, slots=True)
class Imported:
    """Resources of ours made of one document, and what is to be said about them."""

    place: Place
    resources: tuple[Raw, ...]
    remarks: tuple[Remark, ...]


class Refusal(Exception):
    """A part that cannot be imported; the message says why."""
