"""worker-executions: what waits, what runs, how long it takes and why it fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bursar.api.dashboard_widgets import Row, Widget
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates.given import Given, Template
from bursar.compiler.dashboard.templates.parameters import BY, BY_MEANS, label, selector
from bursar.compiler.dashboard.templates.queries import quantile, rates, share, telling_label
from bursar.compiler.dashboard.templates.service_red import durations, health, lacking, needed_target
from bursar.compiler.dashboard.templates.widgets import SHARE, SHARE_OF_ERRORS, page, row, series, stat
from bursar.domain.promql.selector import Selector

RUNS: Final = "runs"
FAILURES: Final = "failures"
DURATIONS: Final = "durations"
RETRIES: Final = "retries"
OLDEST: Final = "oldest"


@dataclass(frozen=True, slots=True)
class _Work:
    """What tells of the work; what nobody measures is None. `by` is the label that tells why it fails."""

    runs: Selector
    failures: Selector | None
    durations: Selector | None
    retries: Selector | None
    oldest: Selector | None
    by: str


def build(given: Given) -> Content:
    """Show the work of a target: its signals requests, latency and queues, or the series that the parameters name."""
    target = needed_target(given, "worker-executions")
    work = _work(given, target)
    return page(
        row("Now", *_now(work, target)),
        row("Waiting", *_waiting(work, target)),
        _running(work),
        durations(work.durations, "the runs") if work.durations else None,
        row("Health", *health(target)),
    )


def _work(given: Given, target: MonitoringTarget) -> _Work:
    requests, latency = target.spec.signals.requests, target.spec.signals.latency
    runs = selector(given, RUNS) or (requests.total if requests else None)
    if runs is None:
        raise lacking(target, f"requests, or name a counter in {given.path}.parameters.runs")
    return _Work(
        runs=runs,
        failures=selector(given, FAILURES) or (requests.errors if requests and RUNS not in given.parameters else None),
        durations=selector(given, DURATIONS) or (latency.histogram if latency else None),
        retries=selector(given, RETRIES),
        oldest=selector(given, OLDEST),
        by=label(given, BY, telling_label(requests) if requests else ""),
    )


def _now(work: _Work, target: MonitoringTarget) -> Iterator[Widget]:
    yield stat("Runs", "Runs per second, now.", rates(work.runs), unit="ops")
    if work.failures:
        failing = share(work.failures, work.runs)
        yield stat("Failures", "Share of the runs that fail, now.", failing, unit=SHARE, thresholds=SHARE_OF_ERRORS)
    if work.durations:
        yield stat("Duration", "95 % of the runs are faster, now.", quantile("0.95", work.durations), unit="s")
    queues = target.spec.signals.queues
    if queues:
        waiting = ((f"sum({queue.depth})", queue.name) for queue in queues)
        yield stat("Waiting", "How much waits, now.", *waiting, unit="short")


def _waiting(work: _Work, target: MonitoringTarget) -> Iterator[Widget]:
    for queue in target.spec.signals.queues:
        yield series(f"Queue {queue.name}", f"How much waits in {queue.name}.", str(queue.depth), unit="short", min=0)
    if work.oldest:
        told = "How long the job waits that has waited longest."
        yield series("Oldest job", told, (f"max({work.oldest})", "oldest"), unit="s", min=0)


def _running(work: _Work) -> Row | None:
    return row("Runs", *_runs(work))


def _runs(work: _Work) -> Iterator[Widget]:
    asked = [(rates(work.runs), "all"), *([(rates(work.failures), "failed")] if work.failures else ())]
    yield series("Runs", "Runs per second.", *asked, unit="ops", min=0)
    if work.failures and work.by:
        told, legend = f"Failed runs per second, by {work.by}.", f"{{{{{work.by}}}}}"
        yield series("Why they fail", told, (f"topk(10, {rates(work.failures, work.by)})", legend), unit="ops", min=0)
    if work.retries:
        yield series(
            "Retries", "Runs per second that were tried again.", (rates(work.retries), "retries"), unit="ops", min=0
        )


TEMPLATE = Template(
    name="worker-executions",
    title="Work in the background",
    shows="What waits, what runs, how long it takes and why it fails.",
    build=build,
    parameters={
        RUNS: 'Counter of runs: jobs_total{queue="mail"}. Default: the signal requests.',
        FAILURES: "Counter of failed runs. Default: the errors of the signal requests, where runs is not set.",
        DURATIONS: "Histogram of durations in seconds, without _bucket. Default: the signal latency.",
        RETRIES: "Counter of what was tried again. Default: not shown.",
        OLDEST: "Gauge of the age of the oldest job, in seconds. Default: not shown.",
        BY: BY_MEANS,
    },
)
