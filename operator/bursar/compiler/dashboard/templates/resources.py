"""What several templates show of a target: what fills up, what waits, which of its alerts fire."""

from collections.abc import Iterator

from bursar.api.dashboard_widgets import Widget
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.dashboard.templates.queries import firing, fullness
from bursar.compiler.dashboard.templates.widgets import FILLS_UP, SHARE, column, series, table
from bursar.conventions import INCIDENT, NAMESPACE, SEVERITY, Kind
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector


def fullnesses(target: MonitoringTarget) -> Iterator[tuple[str, Selector, Selector]]:
    """Return what of a target fills up: its name, what is used of it, and all there is."""
    for signal in target.spec.signals.saturation:
        yield signal.name, signal.used, signal.capacity
    memory = target.spec.signals.memory
    if memory is not None:
        yield "memory", memory.used, memory.limit


def filling(target: MonitoringTarget) -> Iterator[Widget]:
    """Show how full everything is, and how much waits."""
    for name, used, capacity in fullnesses(target):
        yield series(
            f"Use of {name}",
            f"How much of {name} is used; 100 % is all there is.",
            fullness(used, capacity),
            unit=SHARE,
            min=0,
            thresholds=FILLS_UP,
        )
    for queue in target.spec.signals.queues:
        yield series(f"Queue {queue.name}", f"How much waits in {queue.name}.", str(queue.depth), unit="short", min=0)


def target_alerts(target: MonitoringTarget) -> Widget:
    """Show which alerts of the target itself fire."""
    meta, name = target.metadata, target.metadata.name.replace(".", r"\.")
    alerts = Selector("ALERTS").where(NAMESPACE, MatchOperator.EQUAL, meta.namespace)
    alerts = firing(alerts)
    alerts = alerts.where(INCIDENT, MatchOperator.REGEXP, f"{Kind.MONITORING_TARGET}/{name}/.*")
    return table(
        "Alerts",
        "Alerts of this target that fire; empty when all is well.",
        str(alerts),
        columns=(column("alertname", "Alert"), column(SEVERITY, "Severity"), column("instance", "Address")),
        width=12,
        height=8,
    )
