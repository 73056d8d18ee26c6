"""Who is told of an outage and when: the page of an objective with two later steps, over every shape of incident."""

from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from bursar.domain.objective import Audience
from rules.escalations import STEPS, Spans, spans
from rules.objectives import groups, objective, traffic
from rules.promtool import Phase, assert_replay

RULES: Final = Path(__file__).parents[2] / "docs" / "rules.md"
HOUR: Final = 60
HISTORY: Final = 7 * HOUR
"""Healthy minutes before an incident."""


class Shape(NamedTuple):
    """What happens, and the minutes from its beginning in which each step of the page fires."""

    name: str
    phases: tuple[Phase, ...]
    steps: Spans
    rest: int = HOUR


SHAPES: Final = (
    Shape("100 % for a minute", (Phase(1, errors=1),), {1: (1, 11), 2: (), 3: ()}),
    Shape("100 % for 10 minutes", (Phase(10, errors=1),), {1: (1, 45), 2: (), 3: ()}),
    Shape("100 % for 20 minutes", (Phase(20, errors=1),), {1: (1, 55), 2: (16, 55), 3: ()}),
    Shape("100 % for an hour", (Phase(HOUR, errors=1),), {1: (1, 95), 2: (16, 95), 3: (46, 95)}),
    Shape("2 % for 3 hours", (Phase(3 * HOUR, errors=0.02),), {1: (44, 206), 2: (59, 206), 3: (89, 206)}),
    Shape("1 % for 12 hours", (Phase(12 * HOUR, errors=0.01),), {1: (217, 737), 2: (232, 737), 3: (262, 737)}),
    Shape("0.4 % for 7 hours", (Phase(7 * HOUR, errors=0.004),), {1: (), 2: (), 3: ()}),
    Shape(
        "50 % for 20 minutes, then telemetry is lost",
        (Phase(20, errors=0.5), Phase(7 * HOUR, lost=True)),
        {1: (2, 386), 2: (17, 386), 3: (47, 386)},
    ),
    Shape(
        "100 % for a minute, every quarter of an hour",
        (Phase(1, errors=1), Phase(14)) * 12,
        {1: (1, 11, 16, 26, 31, 201), 2: (46, 201), 3: (76, 201)},
    ),
)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_each_step_of_a_page_comes_in_its_time_and_ends_with_the_page(shape: Shape, tmp_path: Path) -> None:
    rules = groups(replace(objective(), page=Audience("critical", escalation=STEPS), ticket=None))
    length = sum(phase.minutes for phase in shape.phases)
    wanted = {step: tuple(HISTORY + minute for minute in edges) for step, edges in shape.steps.items()}
    series = traffic([Phase(HISTORY), *shape.phases, Phase(shape.rest)])
    assert_replay(tmp_path, rules, series, spans(wanted, until=HISTORY + length + shape.rest - 1))


def test_the_minutes_in_the_documentation_are_these() -> None:
    lines = RULES.read_text().splitlines()
    assert [shape.name for shape in SHAPES if _line(shape) not in lines] == []


def _line(shape: Shape) -> str:
    return f"| {' | '.join((shape.name, *map(_episodes, shape.steps.values())))} |"


def _episodes(edges: tuple[int, ...]) -> str:
    return ", ".join(f"{begin}–{end}" for begin, end in zip(edges[::2], edges[1::2], strict=True)) or "–"
