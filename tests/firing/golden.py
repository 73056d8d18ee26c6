"""The files in tests/golden/firing, and what belongs into each."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bursar.domain.durations import format_duration

from .matrix import WINDOWS, Batch, batches
from .quick import QUICK
from .table import Row, filled, measurements, render

FOLDER: Final = Path(__file__).parents[1] / "golden" / "firing"


@dataclass(frozen=True, slots=True)
class Golden:
    """A file of tables and the replays that fill it."""

    name: str
    title: str
    batches: tuple[Batch, ...]

    @property
    def path(self) -> Path:
        """Where it is."""
        return FOLDER / f"{self.name}.md"

    def rows(self) -> list[Row]:
        """Return the theory of today beside what was measured when the file was written."""
        return filled(self.expected(), measurements(self.path.read_text()))

    def expected(self) -> list[Row]:
        """Return the theory of today alone."""
        return [row for batch in self.batches for row in batch.expected()]

    def rendered(self, rows: Iterable[Row]) -> str:
        """Write the file's text."""
        return render(self.title, rows)


QUICK_FILE: Final = Golden("quick", "When alerts fire: a few cases", tuple(QUICK.values()))
FILES: Final = (
    QUICK_FILE,
    *(
        Golden(name, f"When alerts fire: objectives over {name}", tuple(batches(window)))
        for window, name in ((window, format_duration(window)) for window in WINDOWS)
    ),
)
