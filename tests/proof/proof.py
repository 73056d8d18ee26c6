"""From cases to verdicts: traffic, a real Prometheus over it, the product's own rules, and the truth beside them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final

from sandbox.backfill import receiving_prometheus, served_blocks
from sandbox.progress import progress
from sandbox.remote_write import AnySeries, send

from .books import Objective, ms
from .case import Case
from .indicators import INDICATORS, Indicator
from .replay import replay
from .traffic import World, world
from .verdict import Row, verdicts
from .world import HOUR, SECOND, Stretch

END: Final = round(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * SECOND
_BEFORE: Final = 2 * HOUR  # so that a window can be covered as a whole


def prove(cases: Iterable[Case], folder: Path, indicators: Sequence[Indicator] = INDICATORS) -> Iterator[Row]:
    """Keep the books of every indicator in every case; yields a row for each group. `folder` takes all files."""
    with progress("traffic"):
        worlds = [world(case, _time(case)) for case in cases]
    objectives = [Objective(each, indicator, _time(each.case)) for each in worlds for indicator in indicators]
    blocks = folder / "blocks"
    with progress("scrapes"), receiving_prometheus(folder, blocks) as url:
        send(url, chain.from_iterable(exposed(each, indicators) for each in worlds))
    replay(chain.from_iterable(objective.jobs() for objective in objectives), folder, blocks)
    with served_blocks(folder, blocks) as url:
        yield from verdicts(url, objectives)


def exposed(of: World, indicators: Iterable[Indicator]) -> Iterator[AnySeries]:
    """Return everything that Prometheus has scraped in a world."""
    for exposition in dict.fromkeys(indicator.exposition for indicator in indicators):
        for instance in of.instances:
            yield from exposition(of.case, instance)


def _time(case: Case) -> Stretch:
    return Stretch(END - ms(case.window) - _BEFORE, END)
