"""The tables: what ought to happen beside what happens, for people to review."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import zip_longest
from typing import Final, TypeAlias

from bursar.domain.durations import format_duration, parse_duration

from .alerts import AlertName
from .theory import Episode

Key: TypeAlias = tuple[str, timedelta, str, AlertName]

COLUMNS: Final = (
    "window",
    "target",
    "history",
    "alert",
    "onset: theory",
    "measured",
    "clearance: theory",
    "measured",
)
NEVER, OPEN = "never", "open"
INTRODUCTION: Final = """\
Minutes from the beginning of the incident, by `python -m tests.firing --update-golden`. Theory: the tiers' definition
in continuous time, without scraping and evaluation. Measured: the finished rules in promtool, at the default intervals;
onset is the first minute in which the alert fires, clearance the first in which it does not any more, which includes
`keep_firing_for` in both. `open`: it still fires when the replay ends. `history`: healthy minutes before; 0 is a cold
start. All alerts begin with `ErrorBudget`; `Low 25` is one at `remainingBelow: 25`, `Exhaustion` at `within: 3d`,
`NoData` after 10m. Burn alerts have a line even when they are quiet, others only when they fire.

Measured is at most two evaluations later than theory: 2 minutes, and two of both groups for what reads the sums of the
slow one (windows above 6h and budgets), which are 12 minutes, or 4 for windows below 5d, summed up every minute. It is
never earlier by more than a scrape, nor over by more than two, 30s each.
"""
_ALWAYS_SHOWN: Final = (AlertName.PAGE, AlertName.TICKET)
_LINE: Final = re.compile(r"\|" + r"\s*([^|]*?)\s*\|" * len(COLUMNS))


@dataclass(frozen=True, slots=True)
class Row:
    """One alert in one incident; `history`: healthy minutes before it."""

    incident: str
    window: timedelta
    target: str
    history: int
    alert: AlertName
    theory: tuple[Episode, ...]
    measured: tuple[Episode, ...]

    @property
    def key(self) -> Key:
        """What makes it different from all others."""
        return self.incident, self.window, self.target, self.alert

    @property
    def shown(self) -> bool:
        """Whether it is worth a line: burn alerts always are, the others when there is something to say."""
        return bool(self.alert in _ALWAYS_SHOWN or self.theory or self.measured)


def render(title: str, rows: Iterable[Row]) -> str:
    """Write a file of tables, one for each incident in the order in which they come."""
    in_order: dict[str, list[Row]] = {}
    for row in rows:
        in_order.setdefault(row.incident, []).append(row)
    sections = (_section(incident, found) for incident, found in in_order.items())
    return "\n".join([f"# {title}\n", INTRODUCTION, *sections])


def measurements(text: str) -> dict[Key, tuple[Episode, ...]]:
    """Read what was measured from a file of tables; what is not shown never fired."""
    found: dict[Key, tuple[Episode, ...]] = {}
    for section in text.split("\n## ")[1:]:
        incident = section.partition("\n")[0]
        for window, target, _, alert, _, onset, _, clearance in _lines(section):
            key = (incident, parse_duration(window), target, AlertName(alert))
            episode = () if onset == NEVER else (Episode(int(onset), None if clearance == OPEN else int(clearance)),)
            found[key] = found.get(key, ()) + episode
    return found


def filled(rows: Iterable[Row], measured: dict[Key, tuple[Episode, ...]]) -> list[Row]:
    """Add to rows what was measured at another time."""
    return [replace(row, measured=measured.get(row.key, ())) for row in rows]


def _section(incident: str, rows: Iterable[Row]) -> str:
    order = list(AlertName)
    by_target = sorted(rows, key=lambda row: (row.window, float(row.target), order.index(row.alert)))
    lines = [_line(COLUMNS), "|" + "---|" * len(COLUMNS)]
    lines += [_line(cells) for row in by_target if row.shown for cells in _cells(row)]
    return f"## {incident}\n\n" + "\n".join(lines) + "\n"


def _cells(row: Row) -> Iterator[tuple[str, ...]]:
    said = (format_duration(row.window), row.target, str(row.history), row.alert.value)
    for theory, measured in list(zip_longest(row.theory, row.measured)) or [(None, None)]:
        yield *said, _onset(theory, 1), _onset(measured, 0), _clearance(theory, 1), _clearance(measured, 0)


def _onset(episode: Episode | None, places: int) -> str:
    return NEVER if episode is None else f"{episode.onset:.{places}f}"


def _clearance(episode: Episode | None, places: int) -> str:
    if episode is None:
        return ""
    return OPEN if episode.clearance is None else f"{episode.clearance:.{places}f}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _lines(section: str) -> Iterator[tuple[str, ...]]:
    found = (match.groups() for match in _LINE.finditer(section))
    return (cells for cells in found if cells != COLUMNS and not cells[0].startswith("---"))
