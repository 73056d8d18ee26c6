"""slo-overview: all promises of some namespaces, the worst first, whatever their targets and windows.

It does not know the objectives when it is written: they are found by their recorded series, and named by their info
series. The budget itself is nowhere recorded; it follows from what was spent of it, since 1 - left = errors / budget.
"""

from typing import Final

from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates.given import Given, Template
from bursar.compiler.dashboard.templates.parameters import NAMESPACES, NAMESPACES_MEAN, within
from bursar.compiler.dashboard.templates.queries import firing
from bursar.compiler.dashboard.templates.widgets import (
    ALL_WELL_AT_ZERO,
    BURNS,
    SHARE,
    TIMES,
    WHAT_IS_LEFT,
    alarm,
    bars,
    page,
    row,
    series,
    stat,
    timeline,
)
from bursar.conventions import (
    BUDGET_REMAINING,
    NAMESPACE,
    OBJECTIVE,
    OBJECTIVE_INFO,
    PAGE_ALERT,
    SLA_LABEL,
    SLI_BAD_RATE,
    SLI_ERROR_RATIO_PERIOD,
    SLI_TOTAL_RATE,
    TICKET_ALERT,
)
from bursar.domain.promql.build import aggregate
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector

IDENTITY: Final = (NAMESPACE, SLA_LABEL, OBJECTIVE)
NAMED: Final = "{{sla}}/{{objective}}"
_HOUR: Final = "1h"


def worst(function: str, selected: object) -> str:
    """Reduce the groups of each objective to its worst."""
    return aggregate(function, IDENTITY, str(selected))


def _firing(given: Given, alert: str) -> Selector:
    return firing(within(given, "ALERTS").where("alertname", MatchOperator.EQUAL, alert))


def burn(given: Given) -> str:
    """The burn of the last hour of every objective, of its worst group; 0 where nothing of the budget is spent."""
    bad, total, errors, left = (
        within(given, metric) for metric in (SLI_BAD_RATE, SLI_TOTAL_RATE, SLI_ERROR_RATIO_PERIOD, BUDGET_REMAINING)
    )
    hour = f"sum_over_time({bad}[{_HOUR}]) / (sum_over_time({total}[{_HOUR}]) > 0)"
    return worst("max", f"{hour} * (1 - {left}) / ({errors} > 0) or {errors} == 0")


def counted(given: Given) -> tuple[str, str, str, str]:
    """Count the objectives, those without a budget left, and those with a page or a ticket that fires."""
    left = within(given, BUDGET_REMAINING)
    return (
        f"count({within(given, OBJECTIVE_INFO)})",
        f"count({worst('min', left)} <= 0) or vector(0)",
        f"count({worst('max', _firing(given, PAGE_ALERT))}) or vector(0)",
        f"count({worst('max', _firing(given, TICKET_ALERT))}) or vector(0)",
    )


def build(given: Given) -> Content:
    """Show how all promises stand now, the worst first."""
    every, exhausted, pages, tickets = counted(given)
    left = worst("min", within(given, BUDGET_REMAINING))
    return page(
        row(
            "Now",
            stat("Objectives", "How many are kept books of.", every, unit="short"),
            alarm("Exhausted", "Objectives whose budget is gone.", exhausted),
            alarm("Pages", "Objectives that burn so fast that somebody is woken.", pages),
            alarm("Tickets", "Objectives that burn too fast for their window.", tickets),
        ),
        row(
            "Worst first",
            bars(
                "Least budget left",
                "The ten that have least left.",
                (f"sort(bottomk(10, {left}))", NAMED),
                unit=SHARE,
                thresholds=WHAT_IS_LEFT,
                height=10,
            ),
            bars(
                "Fastest burn",
                "The ten that burn fastest, over the last hour.",
                (f"sort_desc(topk(10, {burn(given)}))", NAMED),
                unit=TIMES,
                thresholds=BURNS,
                height=10,
            ),
        ),
        row(
            "Over time",
            series(
                "Budgets",
                "What was left of each budget: what falls together has one cause.",
                (left, NAMED),
                unit=SHARE,
                max=1,
                width=24,
                thresholds=WHAT_IS_LEFT,
            ),
            timeline(
                "Pages and tickets",
                "Which alerts fired when.",
                (_alerts(given), "{{sla}}/{{objective}} {{severity}}"),
                thresholds=ALL_WELL_AT_ZERO,
            ),
            series(
                "Traffic", "Events per second.", (worst("sum", within(given, SLI_TOTAL_RATE)), NAMED), unit="eps", min=0
            ),
            series(
                "Bad events",
                "Bad events per second.",
                (worst("sum", within(given, SLI_BAD_RATE)), NAMED),
                unit="eps",
                min=0,
            ),
        ),
    )


def _alerts(given: Given) -> str:
    alerts = firing(within(given, "ALERTS"))
    return aggregate("max", (*IDENTITY, "severity"), str(alerts.where(SLA_LABEL, MatchOperator.NOT_EQUAL, "")))


TEMPLATE = Template(
    name="slo-overview",
    title="All error budgets",
    shows="All objectives of a namespace, the worst first.",
    build=build,
    parameters={NAMESPACES: NAMESPACES_MEAN},
)
