"""The tables of docs/how-budgets-work.md: every number in them comes from the rules or from a replay of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.objective import Intervals
from bursar.domain.recordings import ENOUGH_FOR_PAGES, ENOUGH_FOR_TICKETS
from bursar.domain.tiers import Sampling, Tier, Tiers, derive_tiers, error_budget
from pictures.counters import Counter
from pictures.month import NIGHT, NOON, Month
from pictures.replay import Replay
from pictures.scenes import EVALUATION, SCRAPE, TARGET, WARM, WINDOW, Stretch, minutes, objective, steady

TARGETS: Final = tuple(map(Decimal, ("80", "90", "95", "99", "99.9", "99.99")))
WINDOWS: Final = tuple(timedelta(days=days) for days in (1, 7, 30, 90))
SLICES: Final = (("night", 100, 50), ("noon", 10_000, 10))
INCIDENTS: Final[Sequence[tuple[float, timedelta]]] = (
    (1, timedelta(minutes=1)),
    (1, timedelta(minutes=10)),
    (0.5, timedelta(minutes=20)),
    (0.04, timedelta(hours=1)),
    (0.02, timedelta(hours=3)),
    (0.01, timedelta(hours=12)),
    (0.004, timedelta(days=2)),
)
PACES: Final = ((60, 30), (30, 15), (15, 15), (15, 5))  # seconds

_MINUTE: Final = timedelta(minutes=1)


def tables(month: Month) -> Mapping[str, str]:
    """Return every table by its name."""
    return {
        "slices": _slices(),
        "month": _month(month),
        "bursts": _bursts(),
        **{f"tiers {format_duration(window)}": _tiers(window) for window in WINDOWS},
        "pages": _pages(),
        "traffic": _traffic(),
        "coarse": _coarse(),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _percent(share: float, places: int = 1) -> str:
    return f"{plain(rounded(Decimal(repr(100 * share)), places))} %"


def _slices() -> str:
    rows = [(name, f"{total:,}", f"{bad:,}", _percent(bad / total)) for name, total, bad in SLICES]
    total, bad = sum(total for _, total, _ in SLICES), sum(bad for *_, bad in SLICES)
    mean = sum(bad / total for _, total, bad in SLICES) / len(SLICES)
    return _table(
        ("five minutes", "requests", "failed", "ratio"),
        [
            *rows,
            ("**ratio of sums**", f"{total:,}", f"{bad:,}", f"**{_percent(bad / total, 2)}**"),
            ("mean of ratios", "", "", _percent(mean, 2)),
        ],
    )


def _month(month: Month) -> str:
    """Look at the month before, between and after its outages."""
    moments = {
        "before": NOON.start - timedelta(days=1),
        f"after {format_duration(NOON.length)} at noon": NOON.start + timedelta(days=1),
        f"after {format_duration(NIGHT.length)} at midnight": NIGHT.start + timedelta(days=1),
    }
    rows = (
        (when, *(_percent(left(moment), 2) for left in (month.exact, month.rules, month.mean)))
        for when, moment in moments.items()
    )
    return _table(("budget left", "exact, by the counters", "ratio of sums", "mean of ratios"), rows)


def _bursts() -> str:
    """Count events that all happen between two scrapes, wherever these are between two evaluations."""
    rows = []
    for scrape in (timedelta(seconds=60), SCRAPE, SCRAPE / 2, SCRAPE / 3):
        intervals = Intervals.derive(window=WINDOW, scrape=scrape, fast=EVALUATION, slow=None)
        counted = [_counted_once(intervals, tick) for tick in range(EVALUATION // scrape)]
        lengths = (format_duration(length) for length in (scrape, EVALUATION, intervals.rate_window))
        rows.append((*lengths, _percent(min(counted), 0), _percent(max(counted), 0)))
    return _table(("scraped every", "evaluated every", "range of the rate", "counted at least", "at most"), rows)


def _counted_once(intervals: Intervals, tick: int) -> float:
    """Return how often events between two scrapes are counted; 1 is right."""
    every, step = intervals.scrape.total_seconds(), intervals.fast.total_seconds()
    middle = 60 * EVALUATION // intervals.scrape + tick
    growth = [1 if number in (0, middle) else 0 for number in range(2 * middle)]
    counter = Counter.scraped(growth, [True] * len(growth), every=every)
    window = intervals.rate_window.total_seconds()
    instants = range(int(30 * step), int(len(growth) * every), int(step))
    return sum(counter.rate(instant, window) or 0.0 for instant in instants) * step


def _tiers(window: timedelta) -> str:
    rows = []
    for target in TARGETS:
        tiers = derive_tiers(target=target, window=window, sampling=Sampling(SCRAPE, EVALUATION))
        named = ("<br>".join(map(_tier, kind)) or "none" for kind in (tiers.page, tiers.ticket))
        rows.append((f"{plain(target)} %", *named, _outage(tiers), _percent(float(tiers.spent), 0)))
    return _table(("target", "page", "ticket", "smallest outage", "of the budget"), rows)


def _tier(tier: Tier) -> str:
    return f"{plain(rounded(tier.factor, 2))} × {tier} ({_percent(float(tier.share))})"


def _outage(tiers: Tiers) -> str:
    return format_duration(timedelta(seconds=round(tiers.smallest_outage.total_seconds())))


def _pages() -> str:
    return _table(("of all requests fail", "for", "page from", "until", "budget spent by then"), map(_page, INCIDENTS))


def _page(incident: tuple[float, timedelta]) -> Sequence[str]:
    errors, length = incident
    replay = Replay(objective(), steady(Stretch(length, errors), Stretch(WARM)))
    what = (_percent(errors), format_duration(length))
    fires = minutes(replay.page())
    if not fires:
        return (*what, "no page", "", "")
    ((start, end),) = fires
    spent = errors * (min(start * _MINUTE, length) / WINDOW) / float(error_budget(TARGET))
    return (*what, f"+{format_duration(start * _MINUTE)}", f"+{format_duration(end * _MINUTE)}", _percent(spent))


def _traffic() -> str:
    return _table(
        ("target", f"{ENOUGH_FOR_PAGES} allowed failures", "", f"{ENOUGH_FOR_TICKETS} allowed failures", ""),
        (
            (f"{plain(target)} %", *_carrying(target, ENOUGH_FOR_PAGES), *_carrying(target, ENOUGH_FOR_TICKETS))
            for target in TARGETS[2:]
        ),
    )


def _carrying(target: Decimal, failures: int) -> tuple[str, str]:
    """How many events allow that many failures, and how many these are a day."""
    events = failures / error_budget(target)
    return f"{events:,.0f} events", f"{events / WINDOW.days:,.0f} a day"


def _coarse() -> str:
    rows = []
    for fast, scrape in PACES:
        sampling = Sampling(timedelta(seconds=scrape), timedelta(seconds=fast))
        tiers = derive_tiers(target=TARGETS[-1], window=WINDOW, sampling=sampling)
        lengths = (format_duration(length) for length in (sampling.evaluation, sampling.scrape))
        rows.append((*lengths, _outage(tiers), _percent(float(tiers.spent), 0), "yes" if tiers.coarse else "no"))
    return _table(("evaluated every", "scraped every", "smallest outage", "of the budget", "`TooCoarse`"), rows)
