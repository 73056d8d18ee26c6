"""What people read in a burn alert: which tier burns, what is left, and how long it lasts.

Prometheus fills these templates in while the alert fires. Their queries name the full identity of the objective, and
the alert's own group, so they read nobody else's series.
Source: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
"""

from collections.abc import Callable
from datetime import timedelta

from bursar.conventions import BUDGET_REMAINING, SLI_TOTAL_RATE
from bursar.domain.budget import exhaustion_window
from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.objective import ObjectiveDefinition
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.tiers import Tier


def tier_burns(series: Callable[[str], object], tier: Tier) -> str:
    """Compare both windows of a tier with its threshold; the value is the error ratio over the long one."""
    threshold = plain(tier.threshold)
    long, short = series(error_ratio_metric(tier.long)), series(error_ratio_metric(tier.short))
    return f"{long} > {threshold} and {short} > {threshold}"


def annotations(
    objective: ObjectiveDefinition, tiers: tuple[Tier, ...], *, summary: str, otherwise: str
) -> dict[str, str]:
    """Annotate a burn alert; `otherwise` begins the description when no tier burns any more."""
    return texts(objective, summary, _description(objective, tiers, otherwise))


def texts(objective: ObjectiveDefinition, summary: str, description: str, *, grouped: bool = True) -> dict[str, str]:
    """Build summary, description and links; the summary names the group unless `grouped` is False."""
    group = "".join(f" {name}={{{{ $labels.{name} }}}}" for name in objective.group_by if grouped)
    written = {
        "summary": f"{objective.title or str(objective.identity)}{group}: {summary}",
        "description": f"{description}\n{objective.description}" if objective.description else description,
        "runbook_url": objective.runbook,
        "dashboard_url": objective.dashboard,
    }
    return {name: text for name, text in written.items() if text}


def _description(objective: ObjectiveDefinition, tiers: tuple[Tier, ...], otherwise: str) -> str:
    promise = f"target {plain(objective.target)} % over {format_duration(objective.window)}"
    burning = _query(objective, " or ".join(_named(objective, tier) for tier in tiers))
    left = _query(objective, f"100 * {_series_of_group(objective)(BUDGET_REMAINING)}")
    lasting = _query(objective, _seconds_left(objective, exhaustion_window([tier.long for tier in tiers])))
    sentences = (
        f"{{{{ with {burning} }}}}The budget burns at more than {{{{ . | first | label `tier` }}}}"
        f"{{{{ else }}}}{otherwise}{{{{ end }}}}",
        f": {{{{ $value | humanizePercentage }}}} of the events failed ({promise}).",
        f"{{{{ with {left} }}}} Left of the budget: {{{{ . | first | value | printf `%.1f` }}}} %.{{{{ end }}}}",
        f"{{{{ with {lasting} }}}} At this rate it lasts {{{{ . | first | value | humanizeDuration }}}}.{{{{ end }}}}",
    )
    return "".join(sentences)


def _named(objective: ObjectiveDefinition, tier: Tier) -> str:
    speed = f"{plain(rounded(tier.factor, 2))}x over {format_duration(tier.long)} and {format_duration(tier.short)}"
    series = _series_of_group(objective)
    burns = f"{tier_burns(series, tier)} and {series(SLI_TOTAL_RATE)}"
    return f'label_replace({burns}, "tier", "{speed}", "sla", ".*")'


def _seconds_left(objective: ObjectiveDefinition, window: timedelta) -> str:
    series = _series_of_group(objective)
    burn = f"{series(error_ratio_metric(window))} / {plain(objective.budget)}"
    return f"({series(BUDGET_REMAINING)} > 0) * {int(objective.window.total_seconds())} / ({burn} > 1)"


def _series_of_group(objective: ObjectiveDefinition) -> Callable[[str], object]:
    """Select the firing group's series, with one verb of printf for each label's value."""
    if not objective.group_by:
        return objective.series

    def series(metric: str) -> str:
        selector: Selector = objective.series(metric)
        for verb, name in _verbs(objective):
            selector = selector.where(name, MatchOperator.EQUAL, verb)
        text = str(selector)
        for verb, _ in _verbs(objective):
            text = text.replace(f'"{verb}"', verb)
        return text

    return series


def _query(objective: ObjectiveDefinition, expression: str) -> str:
    """Run a query from a template; printf quotes the values of the group's labels."""
    if not objective.group_by:
        return f"query `{expression}`"
    values = " ".join(f"$labels.{name}" for name in objective.group_by)
    return f"printf `{expression}` {values} | query"


def _verbs(objective: ObjectiveDefinition) -> list[tuple[str, str]]:
    return [(f"%[{position}]q", name) for position, name in enumerate(objective.group_by, start=1)]
