"""Time in slices, judged by the samples that were there: a slice ends when it is evaluated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bursar.domain.timeslices import Missing

from .case import REGION
from .world import DAY, Count, Instance, Sight, Stretch

_GOOD, _BAD = 1, 0
_KNOWN: Final = DAY
"""For so long after its last slice with data, a group is missed."""


@dataclass(frozen=True, slots=True)
class Slices:
    """The slices of one group. While Prometheus was down there were none."""

    evaluations: Sequence[range]
    instances: Sequence[Instance]
    missing: Missing

    @property
    def length(self) -> int:
        return self.evaluations[0].step

    def count(self, window: Stretch) -> Count:
        """Count the slices that ended in a window."""
        values = [value for at, value in self.judged() if window.start < at <= window.end]
        return Count(len(values), values.count(_BAD))

    def judged(self) -> Iterator[tuple[int, int]]:
        """Judge every slice that is not ignored."""
        measured = self._measured()
        known_until = 0 if self.instances[0].labels.get(REGION) else self.evaluations[-1].stop
        for at in (at for span in self.evaluations for at in span):
            value = measured.get(at)
            if value is not None:
                known_until = max(known_until, at + _KNOWN)
                yield at, value
            elif self.missing is not Missing.IGNORE and at < known_until:
                yield at, _GOOD if self.missing is Missing.GOOD else _BAD

    def _measured(self) -> dict[int, int]:
        """Judge the slices with data, by the end of the slice in which each sample lies."""
        measured: dict[int, int] = {}
        phase, length = self.evaluations[0].start, self.length
        for instance in self.instances:
            for at, sight, well in zip(instance.scrapes, instance.sights, instance.well, strict=True):
                if sight == Sight.SEEN:
                    end = at + (phase - at) % length
                    measured[end] = measured.get(end, _GOOD) and well
        return measured
