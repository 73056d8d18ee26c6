"""Objectives to prove rules with."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bursar.domain.books import open_books
from bursar.domain.events import BadOfTotal, EventSource
from bursar.domain.objective import Audience, Identity, Intervals, ObjectiveDefinition
from bursar.domain.promql.selector import parse_selector
from rules.promtool import Expected, Phase, counter

REQUESTS = BadOfTotal(parse_selector('requests_total{code="500"}'), parse_selector("requests_total"))
GOOD, BAD = 'requests_total{code="200"}', 'requests_total{code="500"}'
SCRAPE = timedelta(seconds=30)
PAGING, TICKETING, LOW, EXHAUSTION, NO_DATA = (
    f'count(ALERTS{{alertname="ErrorBudget{name}",alertstate="firing"}})'
    for name in ("BurnPage", "BurnTicket", "Low", "Exhaustion", "NoData")
)
"""How many of an objective's alerts fire; nothing when none does."""


def objective(
    *,
    target: str = "99.9",
    window: timedelta = timedelta(days=30),
    events: EventSource = REQUESTS,
    group_by: tuple[str, ...] = (),
    name: str = "availability",
    slow: timedelta | None = None,
) -> ObjectiveDefinition:
    return ObjectiveDefinition(
        identity=Identity("shop", "checkout", name),
        target=Decimal(target),
        window=window,
        events=events,
        intervals=Intervals.derive(
            window=window, scrape=events.spacing(SCRAPE) or SCRAPE, fast=timedelta(minutes=1), slow=slow
        ),
        group_by=group_by,
        page=Audience("critical"),
        ticket=Audience("high"),
        title="Checkout answers",
        team="payments",
    )


def groups(definition: ObjectiveDefinition) -> list[dict[str, Any]]:
    return [group.as_data() for group in open_books(definition).groups]


def traffic(phases: Sequence[Phase], labels: str = "") -> dict[str, str]:
    """The series of good and of bad requests, with more labels if they are given: `,region="eu"`."""
    return {f"{series[:-1]}{labels}}}": counter(phases, bad=bad) for series, bad in ((GOOD, False), (BAD, True))}


def at_most(alert: str, firing: int, *, until: int, within: int) -> Expected:
    """How many of an alert fired at once, at the most, in the minutes `within` before the minute `until`."""
    step = 1 + within // 1000  # an alert is kept for longer than that, and promtool reads but 10,000 samples
    return Expected(f"max_over_time(({alert} or vector(0))[{within}m:{step}m])", until, firing)
