"""An acknowledgement: a silence over the escalation of one incident, and over nothing else.

It is known by its matchers alone, so that one made by hand in Alertmanager counts as well.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bursar.conventions import INCIDENT, INCIDENT_GROUP, NAMESPACE, STEP
from bursar.domain.alerting import FIRST_STEP


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a label must be, or with `equal` False must not be, for a silence to hold; `regex` matches all of it.

    A label that is absent is the empty string.
    """

    name: str
    value: str
    equal: bool = True
    regex: bool = False

    def __str__(self) -> str:
        sign = ("=~" if self.equal else "!~") if self.regex else ("=" if self.equal else "!=")
        value = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{sign}"{value}"'


CLOCKS_APART: Final = timedelta(minutes=5)
ESCALATIONS: Final = Matcher(STEP, str(FIRST_STEP), equal=False)


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence of an Alertmanager; times are UTC. `id` empty: it is to be created. `active`: it holds now."""

    matchers: frozenset[Matcher]
    starts_at: datetime
    ends_at: datetime
    by: str
    comment: str
    id: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """An incident in one of its groups: what is acknowledged at once. `group` empty: it is not divided."""

    namespace: str
    incident: str
    group: str = ""

    def __str__(self) -> str:
        return f"{self.incident} {self.group}".rstrip()

    @property
    def matchers(self) -> frozenset[Matcher]:
        """All its escalations, but never its first message, another group, incident or namespace."""
        labels = {NAMESPACE: self.namespace, INCIDENT: self.incident, INCIDENT_GROUP: self.group}
        return frozenset({*(Matcher(name, value) for name, value in labels.items()), ESCALATIONS})

    @classmethod
    def of_alert(cls, labels: Mapping[str, str]) -> "Occurrence":
        """Say what an alert belongs to."""
        return cls(labels.get(NAMESPACE, ""), labels.get(INCIDENT, ""), labels.get(INCIDENT_GROUP, ""))

    @classmethod
    def of_silence(cls, matchers: frozenset[Matcher]) -> "Occurrence | None":
        """Say what a silence acknowledges; None when it is any other silence."""
        occurrence = cls.of_alert({matcher.name: matcher.value for matcher in matchers})
        return occurrence if occurrence.incident and occurrence.matchers == matchers else None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a person acknowledges: a resource with all its parts, or one `part`; one group, or with None all of them."""

    namespace: str
    resource: str
    part: str = ""
    group: str | None = None

    def __str__(self) -> str:
        where = f"{self.resource}/{self.part}".rstrip("/") + f" {self.group or ''}".rstrip()
        return f"{where} in namespace {self.namespace}"

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """What the labels of its alerts fit."""
        parts = re.escape(f"/{self.part}") if self.part else "(/.+)?"
        incident = Matcher(INCIDENT, re.escape(self.resource) + parts, regex=True)
        return Matcher(NAMESPACE, self.namespace), incident

    def covers(self, occurrence: Occurrence) -> bool:
        """Tell whether an occurrence belongs to it."""
        incident = occurrence.incident
        whole, one = f"{incident}/".startswith(f"{self.resource}/"), incident == f"{self.resource}/{self.part}"
        here = occurrence.namespace == self.namespace and self.group in (None, occurrence.group)
        return here and (one if self.part else whole)


def acknowledgements(silences: Iterable[Silence]) -> Iterator[tuple[Occurrence, Silence]]:
    """Pick the silences that acknowledge something now, and say what."""
    for silence in silences:
        occurrence = Occurrence.of_silence(silence.matchers)
        if silence.active and occurrence is not None:
            yield occurrence, silence


def standing(silences: Iterable[Silence]) -> dict[Occurrence, Silence]:
    """Find what is acknowledged now; of several silences over the same, the one that ends last."""
    return dict(sorted(acknowledgements(silences), key=lambda found: found[1].ends_at))


def acknowledging(
    occurrence: Occurrence, known: Silence | None, *, now: datetime, until: datetime, by: str, comment: str
) -> Silence:
    """Write down an acknowledgement.

    One that is `known` keeps its begin, for that is how Alertmanager keeps its id. A new one begins a little early,
    which Alertmanager takes for now, so that it counts at once however the clocks differ.
    """
    if known is None:
        return Silence(occurrence.matchers, starts_at=now - CLOCKS_APART, ends_at=until, by=by, comment=comment)
    return replace(known, ends_at=until, by=by, comment=comment)
