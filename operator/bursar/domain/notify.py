"""Who is told about an alert, and who next while nobody has acknowledged it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

AT_ONCE = timedelta()


@dataclass(frozen=True, slots=True)
class Step:
    """Channels that are told once an alert has fired for `after`; the first step is told at once."""

    after: timedelta
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One way to be told: `severities` empty means all of them."""

    severities: frozenset[str]
    steps: tuple[Step, ...]


def steps_for(notices: Iterable[Notice], severity: str) -> tuple[Step, ...]:
    """Merge what all notices say about a severity, by time; empty when nobody is told.

    The position in the result, from 1 on, is the value of the label `bursar_step`.
    """
    told: dict[timedelta, dict[str, None]] = {}
    for notice in notices:
        if not notice.severities or severity in notice.severities:
            for step in notice.steps:
                told.setdefault(step.after, {}).update(dict.fromkeys(step.channels))
    return tuple(Step(after, tuple(told[after])) for after in sorted(told))
