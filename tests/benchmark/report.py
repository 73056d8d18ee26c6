"""What was measured, against what was promised."""

import json
import math
import operator
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HOLDS: Final[dict[str, Callable[[float, float], bool]]] = {"≤": operator.le, "≥": operator.ge, "=": operator.eq}


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise; `relation` is ≤, ≥ or =."""

    relation: str
    bound: float

    def met_by(self, value: float) -> bool:
        """Whether a value keeps it."""
        return _HOLDS[self.relation](value, self.bound)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; without a goal it only explains another."""

    what: str
    value: float
    unit: str
    goal: Goal | None = None

    @property
    def verdict(self) -> str:
        """Yes, no, or nothing where nothing was promised."""
        if self.goal is None:
            return ""
        return "yes" if self.goal.met_by(self.value) else "NO"


def at_most(bound: float) -> Goal:
    """No more than this."""
    return Goal("≤", bound)


def at_least(bound: float) -> Goal:
    """No less than this."""
    return Goal("≥", bound)


def exactly(bound: float) -> Goal:
    """Neither more nor less."""
    return Goal("=", bound)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """Render for people."""
    rows = [("what", "goal", "measured", "met"), *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{what:<{widths[0]}}  {goal:>{widths[1]}}  {measured:>{widths[2]}}  {met}".rstrip()
        for what, goal, measured, met in rows
    )


def write_json(figures: Sequence[Figure], path: Path, *, resources: int) -> None:
    """Write for machines."""
    document = {
        "resources": resources,
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "figures": [
            {
                "what": figure.what,
                "value": round(figure.value, 4),
                "unit": figure.unit,
                "goal": None if figure.goal is None else f"{figure.goal.relation} {figure.goal.bound:g}",
                "met": None if figure.goal is None else figure.goal.met_by(figure.value),
            }
            for figure in figures
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _row(figure: Figure) -> tuple[str, str, str, str]:
    goal = "" if figure.goal is None else f"{figure.goal.relation} {figure.goal.bound:g} {figure.unit}"
    return figure.what, goal.rstrip(), f"{_shown(figure.value)} {figure.unit}".rstrip(), figure.verdict


def _shown(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.2f}"
