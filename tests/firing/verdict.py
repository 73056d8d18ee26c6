"""Where what is measured is not what ought to happen."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import zip_longest
from typing import Final

from bursar.domain.books import open_books
from bursar.domain.tiers import TierKind

from .alerts import AlertName, objective
from .table import Row
from .theory import Episode, minutes

EVALUATIONS: Final = 2
SCRAPE: Final = 0.5
"""Minutes. A range holds up to a scrape less than its length, and a single sample in it is of no use: it may fill one
scrape earlier, and run empty two."""
_LONGEST_OF_RATES: Final = timedelta(hours=6)


def flaws(row: Row) -> Iterator[str]:
    """Compare a row's episodes one by one; yields what is wrong."""
    for theory, measured in zip_longest(row.theory, row.measured):
        if theory is None or measured is None:
            yield f"{_subject(row)} fires {len(row.measured)} times, not {len(row.theory)}"
            return
        yield from _flaws_of_an_episode(row, theory, measured)


def evaluation(row: Row) -> float:
    """Return the minutes of one evaluation, of both groups where the alert reads what the slow one sums up.

    Those sums lag by an interval of the fast group, so that they do not miss its newest sample.
    """
    intervals = objective(row.target, row.window, grouped=False).intervals
    fast, slow = minutes(intervals.fast), minutes(intervals.slow)
    return fast + slow if _reads_sums(row) else fast


def _reads_sums(row: Row) -> bool:
    match row.alert:
        case AlertName.NO_DATA:
            return False
        case AlertName.PAGE | AlertName.TICKET:
            kind = TierKind.PAGE if row.alert is AlertName.PAGE else TierKind.TICKET
            tiers = open_books(objective(row.target, row.window, grouped=False)).tiers.of(kind)
            return any(tier.long > _LONGEST_OF_RATES for tier in tiers)
        case _:
            return True


def _flaws_of_an_episode(row: Row, theory: Episode, measured: Episode) -> Iterator[str]:
    latest = EVALUATIONS * evaluation(row)
    for what, due, found, early in (
        ("onset", theory.onset, measured.onset, SCRAPE),
        ("clearance", theory.clearance, measured.clearance, 2 * SCRAPE),
    ):
        if due is None and found is None:
            continue
        if due is None or found is None or not due - early <= found <= due + latest:
            yield f"{_subject(row)}: {what} at {found}, due at {due}, at most {latest:g} later"


def _subject(row: Row) -> str:
    return f"{row.incident}, {row.target} % over {row.window.days}d: {row.alert}"
