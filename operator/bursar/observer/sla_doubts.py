"""Whether the books of an SLA can be trusted, and if not, why and what would help."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from bursar.compiler.plan import Condition
from bursar.conventions import (
    COVERAGE_RATIO,
    PERIOD_TOTAL_EVENTS,
    SLI_ERROR_RATIO_PERIOD,
    ConditionType,
    Reason,
)
from bursar.domain.budget import budget_events, shown_percent
from bursar.domain.durations import format_duration
from bursar.observer.figures import HOUR
from bursar.observer.sla_books import Found
from bursar.observer.sla_conditions import Finding, field_of, verdict
from bursar.observer.sla_readings import Reading, has_traffic

LOW_COVERAGE: Final = 0.95
TOLERANCE: Final = 0.01  # counters of two programs are never read at the same instant
UNCOUNTED_SHARE: Final = 0.01
NAMED_BUCKETS: Final = 50
_ORDER: Final = (
    Reason.RATIO_OUT_OF_RANGE,
    Reason.DUPLICATE_SERIES,
    Reason.BUCKET_MISSING,
    Reason.TOO_MANY_GROUPS,
    Reason.COUNTER_BORN_LATE,
    Reason.LOW_COVERAGE,
    Reason.NO_DATA,
)


def data_quality(readings: Sequence[Reading]) -> Condition:
    """Say whether the books can be trusted; the gravest doubt comes first."""
    doubts = sorted(
        (doubt for reading in readings for doubt in _doubts(reading)), key=lambda doubt: _ORDER.index(doubt[0])
    )
    if not doubts:
        return Condition(ConditionType.DATA_QUALITY, "True", Reason.COMPLETE, "all windows are covered")
    status = "Unknown" if doubts[0][0] is Reason.NO_DATA else "False"
    return verdict(ConditionType.DATA_QUALITY, status, doubts)


def _doubts(reading: Reading) -> Iterator[Finding]:
    yield from _out_of_range(reading)
    yield from _doubled(reading)
    yield from _missing_bucket(reading)
    yield from _too_many_groups(reading)
    yield from _born_late(reading)
    yield from _not_covered(reading)


def _out_of_range(reading: Reading) -> Iterator[Finding]:
    """Look at the whole window, and at every long one: a wrong query shows there before it fills the window."""
    long = [burn.metric for burn in reading.facts.burn_windows if burn.window >= HOUR]
    ratios = [
        ratio
        for metric in (SLI_ERROR_RATIO_PERIOD, *long)
        for group in reading.groups.values()
        if (ratio := group.get(metric)) is not None and not -TOLERANCE <= ratio <= 1 + TOLERANCE
    ]
    if ratios:
        yield (
            Reason.RATIO_OUT_OF_RANGE,
            f"{field_of(reading.facts)}.indicator: the share of bad events is {ratios[0]:.4g}; "
            "what is counted as bad or good must be a part of total, and a gauge be 0 or 1",
        )


def _doubled(reading: Reading) -> Iterator[Finding]:
    if reading.doubled_by:
        yield (
            Reason.DUPLICATE_SERIES,
            f"{field_of(reading.facts)}: the budget is recorded more than once, told apart by "
            f"{', '.join(reading.doubled_by)}; let one server evaluate the rules, or let the querier deduplicate",
        )


def _missing_bucket(reading: Reading) -> Iterator[Finding]:
    wanted, found = reading.facts.watched.bucket, reading.found
    if wanted is None or found is None or found.native or not found.buckets:
        return
    if wanted.spellings[0] not in found.buckets:
        more = f", +{len(found.buckets) - NAMED_BUCKETS} more" if len(found.buckets) > NAMED_BUCKETS else ""
        yield (
            Reason.BUCKET_MISSING,
            f'{field_of(reading.facts)}.indicator.latency.threshold: no bucket with le="{wanted.spellings[0]}"; '
            f"available: {', '.join(found.buckets[:NAMED_BUCKETS])}{more}",
        )


def _too_many_groups(reading: Reading) -> Iterator[Finding]:
    facts = reading.facts
    if len(reading.groups) > facts.max_groups:
        yield (
            Reason.TOO_MANY_GROUPS,
            f"{field_of(facts)}.groupBy: {len(reading.groups)} groups, more than maxGroups {facts.max_groups}; "
            "group by a label with fewer values, or raise maxGroups",
        )


def _born_late(reading: Reading) -> Iterator[Finding]:
    """Speak up only where it matters to the budget: a counter that starts at 1 is common, and one event is one."""
    uncounted = 0 if reading.found is None else reading.found.uncounted
    total = reading.worst.get(PERIOD_TOTAL_EVENTS, 0.0)
    if uncounted and uncounted > UNCOUNTED_SHARE * budget_events(max(0, round(total)), reading.facts.target):
        yield (
            Reason.COUNTER_BORN_LATE,
            f"{field_of(reading.facts)}.indicator: {uncounted} bad events stood in counters when they first came and "
            "could not be counted; let counters start at 0 before the first event",
        )


def _not_covered(reading: Reading) -> Iterator[Finding]:
    facts = reading.facts
    coverage = reading.worst.get(COVERAGE_RATIO)
    if facts.may_be_absent and not has_traffic(reading):
        return
    if coverage is None or not has_traffic(reading):
        yield Reason.NO_DATA, f"{field_of(facts)}: {_absence(reading, reading.found or Found())}"
    elif coverage < LOW_COVERAGE:
        yield (
            Reason.LOW_COVERAGE,
            f"{field_of(facts)}: the budget is provisional, {shown_percent(100 * Decimal(repr(coverage)))} % of "
            f"{format_duration(facts.window)} is recorded",
        )


def _absence(reading: Reading, found: Found) -> str:
    """Explain why no events are recorded, as far as that is known."""
    facts = reading.facts
    if has_traffic(reading) or not reading.loaded:
        return "no budget is recorded yet"
    if found.total == 0:
        return f"Prometheus has no series {facts.watched.total}; correct the selector, or look why nothing is scraped"
    if found.total:
        return (
            f"there are {found.total} series {facts.watched.total}, but not two samples of one within "
            f"{format_duration(facts.base_window)}; if that lasts, set the operator's scrapeInterval, or interval at "
            "the endpoint, to the one they are really scraped at"
        )
    return "no events are recorded; look whether the indicator's queries return anything"
