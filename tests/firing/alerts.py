"""The alerts of the tables, and an objective that has all of them."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bursar.domain.events import BadOfTotal
from bursar.domain.objective import (
    Audience,
    BudgetAlert,
    ExhaustionAlert,
    Identity,
    Intervals,
    NoDataAlert,
    ObjectiveDefinition,
)
from bursar.domain.promql.selector import parse_selector

GROUP: Final = "incident"
WITHIN: Final = timedelta(days=3)
GOOD, BAD = "200", "500"


class AlertName(StrEnum):
    """Alerts as the tables name them: without `ErrorBudget`, and with what is asked of the budget."""

    PAGE = "BurnPage"
    TICKET = "BurnTicket"
    LOW_25 = "Low 25"
    LOW_0 = "Low 0"
    EXHAUSTION = "Exhaustion"
    NO_DATA = "NoData"


def objective(target: str, window: timedelta, *, grouped: bool) -> ObjectiveDefinition:
    """Define an objective at the default intervals; `grouped`: with a group for every incident."""
    audience = Audience("high")
    return ObjectiveDefinition(
        identity=Identity("shop", "checkout", "availability"),
        target=Decimal(target),
        window=window,
        events=BadOfTotal(parse_selector(f'requests_total{{code="{BAD}"}}'), parse_selector("requests_total")),
        intervals=Intervals.derive(window=window, scrape=timedelta(seconds=30), fast=timedelta(minutes=1), slow=None),
        group_by=(GROUP,) if grouped else (),
        page=audience,
        ticket=audience,
        budget_alerts=(BudgetAlert(Decimal(25), audience), BudgetAlert(Decimal(0), audience)),
        exhaustion=ExhaustionAlert(WITHIN, audience),
        no_data=NoDataAlert(timedelta(minutes=10), audience),
    )
