"""resource-use: use, saturation and errors of what a target needs."""

from collections.abc import Iterator
from typing import Final

from bursar.api.dashboard_widgets import Widget
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates.given import Given, Template
from bursar.compiler.dashboard.templates.parameters import selector
from bursar.compiler.dashboard.templates.queries import fullness, of_target, rate
from bursar.compiler.dashboard.templates.resources import filling
from bursar.compiler.dashboard.templates.service_red import health, lacking, needed_target
from bursar.compiler.dashboard.templates.widgets import FILLS_UP, SHARE, page, row, series
from bursar.domain.promql.build import sum_by
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector

CONTAINERS: Final = "containers"
_BY: Final = ("pod", "container")
_NAMED: Final = "{{pod}} {{container}}"


def build(given: Given) -> Content:
    """Show what of a target fills up, its processes if Bursar scrapes it, its containers if they are named."""
    target = needed_target(given, "resource-use")
    containers = selector(given, CONTAINERS)
    filled = tuple(filling(target))
    if not filled and target.spec.scrape is None and containers is None:
        raise lacking(target, "saturation, memory or queues")
    return page(
        row("What fills up", *filled),
        row("Processes", *_processes(target)) if target.spec.scrape and not target.spec.scrape.probe else None,
        row("Containers", *_containers(containers)) if containers else None,
        row("Health", *health(target)),
    )


def _processes(target: MonitoringTarget) -> Iterator[Widget]:
    """What the client libraries of Prometheus tell of the process that they are in."""
    cpu, memory, opened, most = (
        of_target(target, f"process_{name}")
        for name in ("cpu_seconds_total", "resident_memory_bytes", "open_fds", "max_fds")
    )
    named = "{{instance}}"
    yield series("Processor", "Processor cores that each process uses.", (rate(cpu), named), unit="short", width=8)
    yield series("Memory", "Memory that each process holds.", (str(memory), named), unit="bytes", width=8)
    yield series(
        "Open files",
        "Share of the files that each process may open.",
        (fullness(opened, most), named),
        unit=SHARE,
        min=0,
        width=8,
        thresholds=FILLS_UP,
    )


def _containers(where: Selector) -> Iterator[Widget]:
    """What the kubelet tells of containers."""
    yield _container_series(
        "Processor",
        "Processor cores that each container uses.",
        sum_by(_BY, rate(_of(where, "cpu_usage_seconds_total"))),
        "short",
    )
    throttled, periods = (
        sum_by(_BY, rate(_of(where, f"cpu_cfs_{name}_total"))) for name in ("throttled_periods", "periods")
    )
    yield _container_series(
        "Throttled",
        "Share of the time slices in which the limit held a container up.",
        fullness(throttled, periods),
        SHARE,
    )
    yield _container_series(
        "Memory",
        "Memory that counts towards the limit of each container.",
        sum_by(_BY, str(_of(where, "memory_working_set_bytes"))),
        "bytes",
    )
    limit = _of(where, "spec_memory_limit_bytes")
    yield _container_series(
        "Memory of its limit",
        "How much of its limit each container uses; at 100 % it is killed.",
        fullness(sum_by(_BY, str(_of(where, "memory_working_set_bytes"))), sum_by(_BY, str(limit))),
        SHARE,
    )


def _container_series(title: str, description: str, expression: str, unit: str) -> Widget:
    return series(title, description, (expression, _NAMED), unit=unit, min=0)


def _of(where: Selector, metric: str) -> Selector:
    return Selector(f"container_{metric}", where.matchers).where("container", MatchOperator.NOT_EQUAL, "")


TEMPLATE = Template(
    name="resource-use",
    title="Use of resources",
    shows="What of a target fills up: signals, processes, containers.",
    build=build,
    parameters={
        CONTAINERS: 'Which containers are shown, by labels of the kubelet: {namespace="shop"}. None by default.'
    },
)
