"""Timeslices: time is cut into slices, and each slice as a whole is good or bad.

Source: the budgeting method Timeslices of OpenSLO, https://github.com/OpenSLO/OpenSLO
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bursar.conventions import SLICE_GOOD, SLICE_MEASURED
from bursar.domain.events import Gauge, over
from bursar.domain.objective import Identity
from bursar.domain.promql.build import aggregate, over_time, sum_by
from bursar.domain.promql.comparison import comparison
from bursar.domain.promql.expression import parse
from bursar.domain.promql.nodes import ValueType
from bursar.domain.rules import Recording

_KNOWN: Final = timedelta(days=1)


class Missing(StrEnum):
    """What a slice counts as of which nothing is known; ignored ones lower the coverage."""

    IGNORE = "ignore"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Timeslices:
    """One event per slice and group.

    `value` is PromQL that is 1 for a good slice and 0 for a bad one, with {{.window}} for the slice's length; a group
    is good when all of its series are. The slices are recorded in a group of their own, and then read like a gauge
    with one sample per slice.
    """

    identity: Identity
    value: str
    slice: timedelta
    missing: Missing = Missing.IGNORE

    def recordings(self, by: tuple[str, ...]) -> tuple[Recording, ...]:
        """Return what is recorded once per slice."""
        measured = aggregate("min", by, over(self.value, self.slice))
        if self.missing is Missing.IGNORE:
            return (self._recording(SLICE_GOOD, measured),)
        assumed = 1 if self.missing is Missing.GOOD else 0
        if not by:
            return (self._recording(SLICE_GOOD, f"{measured} or vector({assumed})"),)
        return (
            self._recording(SLICE_MEASURED, measured),
            self._recording(SLICE_GOOD, f"{self._measured(by)} or {self._seen(by)} * 0 + {assumed}"),
        )

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return self._gauge.judged(by, max(window, self.slice))

    def bad(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return self._gauge.bad(by, max(window, self.slice), judged=judged)

    def error_ratio(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return self._gauge.error_ratio(by, max(window, self.slice), judged=judged)

    def spacing(self, _: timedelta) -> timedelta | None:
        """See EventSource."""
        return self.slice

    def expected(self, window: timedelta) -> int | None:
        """See EventSource."""
        return window // self.slice

    @property
    def _gauge(self) -> Gauge:
        return Gauge(self.identity.series(SLICE_GOOD))

    def _measured(self, by: tuple[str, ...]) -> str:
        return sum_by(by, str(self.identity.series(SLICE_MEASURED)))

    def _seen(self, by: tuple[str, ...]) -> str:
        """Every group that was measured within a day: one that is gone for longer is not missed any more."""
        return aggregate("max", by, over_time("last", self.identity.series(SLICE_MEASURED), _KNOWN))

    def _recording(self, metric: str, expression: str) -> Recording:
        return Recording(metric, expression, self.identity.labels)


def slice_value(good: str) -> str:
    """Make a comparison that says when a slice is good return 1 or 0, and nothing where nothing is known.

    With `bool` it does not only filter. What is no number is taken out before, for it would compare as false. Raises
    PromqlError for anything but one comparison.
    """
    sides = comparison(parse(good, windows_allowed=True))
    operator = f"{sides.operator} bool {sides.matching}".rstrip()
    return f"{_numbers_of(sides.left)} {operator} {_numbers_of(sides.right)}"


def _numbers_of(operand: str) -> str:
    if parse(operand, windows_allowed=True).type is ValueType.SCALAR:
        return f"({operand})"
    return f"(({operand}) >= -Inf)"
