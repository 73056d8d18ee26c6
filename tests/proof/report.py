"""Rows and their summary, for people."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from .verdict import MOST, Row

HEADER: Final = (
    f"{'case':<21} {'indicator':<14} {'group':<5} {'events':>9} {'bad':>7} {'ours':>11} {'bad':>9} {'off':>8}"
    f" {'coverage':>9} {'ours':>8} {'left':>9} {'ours':>9} {'ratio off':>10} {'mean of ratios':>14}"
)


def line(row: Row) -> str:
    """Write one row.

    `off` is in percent of the events, `left` in percent of the budget, the last two columns in percent of the true
    error ratio.
    """
    total, bad = row.truth.count
    return (
        f"{row.case:<21} {row.indicator:<14} {row.group:<5} {total:>9} {bad:>7} {row.total:>11.1f} {row.bad:>9.1f}"
        f" {row.off:>7.4f}% {100 * row.truth.coverage:>8.3f}% {100 * row.coverage:>7.3f}%"
        f" {100 * row.truly_left:>8.2f}% {100 * row.left:>8.2f}%"
        f" {row.ratio_off:>+9.3f}% {row.mean_off:>+13.1f}%{'' if row.holds else '  MISSED'}"
    )


def summary(rows: Sequence[Row], *, seconds: float) -> str:
    """Say what was proven, what was worst, and how the mean of ratios would have done."""
    cases, indicators = {row.case for row in rows}, {row.indicator for row in rows}
    missed = sum(not row.holds for row in rows)
    return "\n".join(
        (
            f"{len(cases)} cases x {len(indicators)} indicators: {len(rows)} budgets in {seconds / 60:.1f} minutes; "
            f"{missed} of them missed {MOST} % of the events, or the coverage",
            f"off, in % of the events: {_spread(rows, lambda row: row.off)}",
            f"error ratio off, in % of itself: {_spread(rows, lambda row: abs(row.ratio_off))}",
            f"the mean of ratios: {_spread(rows, lambda row: abs(row.mean_off))}",
        )
    )


def _spread(rows: Sequence[Row], error: Callable[[Row], float]) -> str:
    ordered = sorted(rows, key=lambda row: (math.isnan(error(row)), error(row)))
    half, most = (error(ordered[int(share * (len(ordered) - 1))]) for share in (0.5, 0.95))
    worst = ordered[-1]
    named = " ".join(filter(None, (f"{worst.case},", worst.indicator, worst.group)))
    return f"half of them within {half:.4f}, 95 % within {most:.4f}, worst {error(worst):.4f} ({named})"
