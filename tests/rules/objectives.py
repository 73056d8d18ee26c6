"""Objectives to prove rules with."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from bursar.domain.books import open_books
from bursar.domain.events import BadOfTotal, EventSource
from bursar.domain.objective import Audience, Identity, Intervals, ObjectiveDefinition
from bursar.domain.promql.selector import parse_selector

REQUESTS = BadOfTotal(parse_selector('requests_total{code="500"}'), parse_selector("requests_total"))
GOOD, BAD = 'requests_total{code="200"}', 'requests_total{code="500"}'


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
        intervals=Intervals.derive(window=window, scrape=timedelta(seconds=30), fast=timedelta(minutes=1), slow=slow),
        group_by=group_by,
        page=Audience("critical"),
        ticket=Audience("high"),
        title="Checkout answers",
        team="payments",
    )


def groups(definition: ObjectiveDefinition) -> list[dict[str, Any]]:
    return [group.as_data() for group in open_books(definition).groups]
