"""All that is recorded of all SLAs in one cycle, as a table of numbers.

Ten thousand SLAs have more than a hundred thousand series. As objects of their own, with their labels, they would take
more memory and more time to make and to drop than everything else that is done with them.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Final, TypeAlias

from bursar.conventions import NAMESPACE, OBJECTIVE, SLA_LABEL
from bursar.observer.figures import sensible
from bursar.observer.samples import Sample

Identity: TypeAlias = tuple[str, str, str]
"""Namespace, SLA and objective: what every series of an objective carries."""

Series: TypeAlias = tuple[str, Mapping[str, str], float]
"""Metric, or name of an alert that fires, with the labels of a series and its value.

The labels are left out where they are no more than the metric and the identity.
"""

METRIC_LABEL: Final = "__name__"
OWN_LABELS: Final = frozenset({METRIC_LABEL, NAMESPACE, SLA_LABEL, OBJECTIVE})
ABSENT: Final = -1e300
"""Stands in a column where an objective has no such series; no reading can be that small."""

_ALERTS_METRIC: Final = "ALERTS"
_NO_LABELS: Final[Mapping[str, str]] = {}
_OWN_IDENTITY: Final = itemgetter(NAMESPACE, SLA_LABEL, OBJECTIVE)


def identity_of(labels: Mapping[str, str]) -> Identity:
    """Read whose series it is; a label that is missing is empty, as in PromQL."""
    return labels.get(NAMESPACE, ""), labels.get(SLA_LABEL, ""), labels.get(OBJECTIVE, "")


class SeriesTable:
    """A line for each objective, and a column for each metric.

    Beside it stand the series that have other labels than the metric and the identity, and those that come twice.
    """

    def __init__(self) -> None:
        self._lines: dict[Identity, int] = {}
        self._columns: dict[str, array[float]] = {}
        self._others: dict[Identity, list[Series]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that have a column, in the order of `numbers`."""
        return tuple(self._columns)

    def add(self, samples: Iterable[Sample]) -> None:
        """Take in the samples of one answer; NaN and infinities are left out, they are no readings."""
        metric, column = "", array("d")
        for labels, value in samples:
            if not sensible(value):
                continue
            try:
                name, identity = labels[METRIC_LABEL], _OWN_IDENTITY(labels)
            except KeyError:
                self._put_other(labels, value)
                continue
            if len(labels) > len(OWN_LABELS):
                self._put_other(labels, value)
                continue
            if name != metric:
                metric, column = name, self._column(name)
            line = self._lines.setdefault(identity, len(self._lines))
            if line == len(column):
                column.append(value)
            elif column[line] == ABSENT:
                column[line] = value
            else:
                self._others.setdefault(identity, []).append((name, _NO_LABELS, value))

    def numbers(self, identity: Identity) -> Sequence[float]:
        """Return an objective's line: its value of each metric, ABSENT where it has none."""
        line = self._lines.get(identity)
        if line is None:
            return [ABSENT] * len(self._columns)
        return [column[line] if line < len(column) else ABSENT for column in self._columns.values()]

    def others(self, identity: Identity) -> Sequence[Series]:
        """Return what stands beside an objective's line."""
        return self._others.get(identity, ())

    def series(self, identity: Identity) -> Sequence[Series]:
        """Return all series of an objective."""
        line = zip(self._columns, self.numbers(identity), strict=True)
        return [*((name, _NO_LABELS, value) for name, value in line if value != ABSENT), *self.others(identity)]

    def has(self, identity: Identity, metric: str) -> bool:
        """Tell whether an objective has any series of a metric."""
        line, column = self._lines.get(identity, 0), self._columns.get(metric)
        if identity in self._lines and column is not None and line < len(column) and column[line] != ABSENT:
            return True
        return any(name == metric for name, _, _ in self.others(identity))

    def _column(self, metric: str) -> "array[float]":
        """Return a column that reaches to the last line; each further line comes with its own number."""
        column = self._columns.setdefault(metric, array("d"))
        column.extend([ABSENT] * (len(self._lines) - len(column)))
        return column

    def _put_other(self, labels: Mapping[str, str], value: float) -> None:
        metric = labels.get(METRIC_LABEL, "")
        name = labels.get("alertname", "") if metric == _ALERTS_METRIC else metric
        self._others.setdefault(identity_of(labels), []).append((name, labels, value))
