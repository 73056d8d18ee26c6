"""What a Prometheus answers, as the observers read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from bursar.compiler.plan import Condition


class Sample(NamedTuple):
    """One series of an instant vector; a tuple, because there are some hundred thousand of them in a cycle."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one instant query; `at` is Prometheus' evaluation time, never our clock's."""

    at: datetime
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Observed:
    """One resource's share of its status that comes from Prometheus, as the API shows it.

    `fields` are camelCase names with JSON values.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
