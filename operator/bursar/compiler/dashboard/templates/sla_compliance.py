"""sla-compliance: what was promised to whom, and what was kept of it."""

from collections.abc import Callable
from typing import Final

from bursar.api.dashboard_widgets import Column, Widget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates.given import Given, Template
from bursar.compiler.dashboard.templates.parameters import NAMESPACES, NAMESPACES_MEAN, within
from bursar.compiler.dashboard.templates.slo_overview import IDENTITY, NAMED, worst
from bursar.compiler.dashboard.templates.widgets import (
    SHARE,
    WHAT_IS_LEFT,
    alarm,
    column,
    page,
    row,
    series,
    stat,
    table,
)
from bursar.conventions import (
    BUDGET_BAD_SUM,
    BUDGET_REMAINING,
    BUDGET_TOTAL_SUM,
    COVERAGE_RATIO,
    OBJECTIVE_INFO,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLI_ERROR_RATIO_PERIOD,
    TEAM,
)

_TOLD: Final = ("title", TEAM, "target", "window")


def build(given: Given) -> Content:
    """Show what was promised and what was kept, and how it came about."""
    left = worst("min", within(given, BUDGET_REMAINING))
    kept = f"count({left} >= 0) or vector(0)"
    return page(
        row(
            "Kept and missed",
            stat("Kept", "Objectives that are within their budget.", kept, unit="short", width=8),
            alarm("Missed", "Objectives whose budget is overspent.", f"count({left} < 0) or vector(0)", width=8),
            stat(
                "Least coverage",
                "Of the least known objective, the share of its window of which something is known.",
                f"min({within(given, COVERAGE_RATIO)})",
                unit=SHARE,
                width=8,
            ),
            _promises(given),
        ),
        row(
            "Over time",
            series(
                "Budgets",
                "What was left of each budget.",
                (left, NAMED),
                unit=SHARE,
                max=1,
                thresholds=WHAT_IS_LEFT,
                width=24,
            ),
            series(
                "Kept day by day",
                "Share of good events of the 24 hours before.",
                (_day(given), NAMED),
                unit=SHARE,
                max=1,
            ),
            series(
                "Spent in a day",
                "Share of the window's bad events that fell into the 24 hours before.",
                (_spent(given), NAMED),
                unit=SHARE,
                min=0,
            ),
        ),
    )


def _promises(given: Given) -> Widget:
    info = within(given, OBJECTIVE_INFO)

    def described(function: str, metric: str, shown: Callable[[str], str] = str) -> str:
        told, identity = ", ".join(_TOLD), ", ".join(IDENTITY)
        return f"{worst(function, shown(str(within(given, metric))))} * on ({identity}) group_left ({told}) {info}"

    return table(
        "Promises",
        "What is promised, and what was kept of it over the window of each; of groups the worst.",
        described("min", SLI_ERROR_RATIO_PERIOD, lambda errors: f"1 - {errors}"),
        described("min", BUDGET_REMAINING),
        described("sum", PERIOD_TOTAL_EVENTS),
        described("sum", PERIOD_BAD_EVENTS),
        described("min", COVERAGE_RATIO),
        columns=_COLUMNS,
        height=10,
    )


def _day(given: Given) -> str:
    bad, total = (
        worst("sum", f"sum_over_time({within(given, metric)}[1d])") for metric in (BUDGET_BAD_SUM, BUDGET_TOTAL_SUM)
    )
    return f"1 - {bad} / ({total} > 0)"


def _spent(given: Given) -> str:
    bad = worst("sum", f"sum_over_time({within(given, BUDGET_BAD_SUM)}[1d])")
    return f"{bad} / ({worst('sum', within(given, PERIOD_BAD_EVENTS))} > 0)"


_COLUMNS: Final[tuple[Column, ...]] = (
    column("sla", "SLA"),
    column("objective", "Objective"),
    column("title", "Promise"),
    column("team", "Owner"),
    column("target", "Target %"),
    column("window", "Window"),
    column("Value #A", "Kept", SHARE, 3),
    column("Value #B", "Budget left", SHARE, 1),
    column("Value #C", "Events", "short"),
    column("Value #D", "Bad", "short"),
    column("Value #E", "Coverage", SHARE, 1),
)

TEMPLATE = Template(
    name="sla-compliance",
    title="Promises kept",
    shows="What was promised and what was kept, objective by objective.",
    build=build,
    parameters={NAMESPACES: NAMESPACES_MEAN},
)
