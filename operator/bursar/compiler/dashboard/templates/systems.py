"""system-overview: all that a namespace watches; system-health: whether the monitoring itself is well."""

from collections.abc import Iterator

from bursar.api.dashboard_widgets import Row, Widget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates.given import Given, Template
from bursar.compiler.dashboard.templates.parameters import BY, BY_MEANS, NAMESPACES, NAMESPACES_MEAN, label, within
from bursar.compiler.dashboard.templates.queries import RANGE, firing, telling_label
from bursar.compiler.dashboard.templates.service_red import durations, traffic
from bursar.compiler.dashboard.templates.slo_overview import IDENTITY, NAMED, burn, counted, worst
from bursar.compiler.dashboard.templates.widgets import (
    ALL_UP,
    BURNS,
    SHARE,
    TIMES,
    WHAT_IS_LEFT,
    alarm,
    bars,
    column,
    page,
    row,
    series,
    stat,
    table,
)
from bursar.conventions import BUDGET_REMAINING, MONITORING_TARGET, SLI_BAD_RATE, SLI_TOTAL_RATE
from bursar.domain.promql.build import aggregate


def overview(given: Given) -> Content:
    """Show traffic, errors and health of everything in a namespace, and of one target its durations."""
    return page(
        row("Now", *_now(given)),
        row("Traffic and errors", *_traffic(given)),
        row("Error budgets", *_budgets(given)),
        *_of_target(given),
        row("What fires", _alerts(given)),
    )


def _now(given: Given) -> Iterator[Widget]:
    up = within(given, "up")
    _, exhausted, pages, _ = counted(given)
    yield stat("Addresses that answer", "Share of all scraped addresses.", f"avg({up})", unit=SHARE, thresholds=ALL_UP)
    alerts = firing(within(given, "ALERTS"))
    yield alarm("Alerts", "Alerts that fire.", f"count({alerts}) or vector(0)")
    yield alarm("Pages", "Objectives that burn so fast that somebody is woken.", pages)
    yield alarm("Exhausted", "Objectives whose budget is gone.", exhausted)


def _traffic(given: Given) -> Iterator[Widget]:
    total, bad = (worst("sum", within(given, metric)) for metric in (SLI_TOTAL_RATE, SLI_BAD_RATE))
    yield series("Traffic", "Events per second that somebody relies on.", (total, NAMED), unit="eps", min=0, width=8)
    yield series("Errors", "Share of bad events, now.", (f"{bad} / ({total} > 0)", NAMED), unit=SHARE, min=0, width=8)
    up = aggregate("avg", (MONITORING_TARGET, "job"), str(within(given, "up")))
    told = "Share of the addresses of each target that answer."
    yield series("Addresses", told, (up, "{{monitoring_target}} {{job}}"), unit=SHARE, min=0, max=1, width=8)


def _budgets(given: Given) -> Iterator[Widget]:
    left = f"sort(bottomk(10, {worst('min', within(given, BUDGET_REMAINING))}))"
    told = "The ten that have least left."
    yield bars("Least budget left", told, (left, NAMED), unit=SHARE, thresholds=WHAT_IS_LEFT, height=8)
    fastest = f"sort_desc(topk(10, {burn(given)}))"
    yield bars(
        "Fastest burn",
        "The ten that burn fastest, over the last hour.",
        (fastest, NAMED),
        unit=TIMES,
        thresholds=BURNS,
        height=8,
    )


def _of_target(given: Given) -> Iterator[Row | None]:
    if given.target is None:
        return
    requests, latency = given.target.spec.signals.requests, given.target.spec.signals.latency
    if requests:
        yield traffic(requests, label(given, BY, telling_label(requests)))
    if latency:
        yield durations(latency.histogram, "the requests")


def _alerts(given: Given) -> Widget:
    alerts = firing(within(given, "ALERTS"))
    columns = [column("alertname", "Alert"), column("severity", "Severity"), column("team", "Owner")]
    columns += [column(name, name.upper() if name == "sla" else name.title()) for name in IDENTITY]
    return table("Alerts", "Alerts that fire; empty when all is well.", str(alerts), columns=columns)


def health(_: Given) -> Content:
    """Show Prometheus, Alertmanager and Bursar."""
    return page(
        row("Now", *_monitoring_now()),
        row("Prometheus", *_prometheus()),
        row("Alertmanager", *_alertmanager()),
        row("Bursar", *_bursar()),
    )


def _monitoring_now() -> Iterator[Widget]:
    yield alarm("Addresses that do not answer", "All scraped ones.", "count(up == 0) or vector(0)")
    failing = "sum(increase(prometheus_rule_evaluation_failures_total[$__range]))"
    yield alarm("Failed rules", "Evaluations of rules that failed in the time shown.", failing)
    unsent = "sum(increase(alertmanager_notifications_failed_total[$__range]))"
    yield alarm("Unsent messages", "Notifications that failed in the time shown.", unsent)
    age = "time() - min(bursar_books_as_of_timestamp_seconds)"
    yield stat("Age of the books", "How long ago Bursar last read the budgets.", age, unit="s")


def _prometheus() -> Iterator[Widget]:
    slow = "topk(10, prometheus_rule_group_last_duration_seconds / (prometheus_rule_group_interval_seconds > 0))"
    told = "How much of its interval the evaluation of a group takes; at 100 % it is left out."
    yield series("Slowest rules", told, (slow, "{{rule_group}}"), unit=SHARE, min=0)
    missed = f"sum by (rule_group) (increase(prometheus_rule_group_iterations_missed_total[{RANGE}]))"
    told = "Evaluations that were left out because the one before took too long."
    yield series("Missed evaluations", told, (missed, "{{rule_group}}"), unit="short", min=0)
    slowest = "topk(10, max by (job) (scrape_duration_seconds))"
    yield series("Slowest scrapes", "How long a scrape takes.", (slowest, "{{job}}"), unit="s", min=0)
    heads = "sum by (instance) (prometheus_tsdb_head_series)"
    yield series("Series", "Series that each Prometheus holds in memory.", (heads, "{{instance}}"), unit="short", min=0)


def _alertmanager() -> Iterator[Widget]:
    sent = f"sum by (integration) (rate(alertmanager_notifications_total[{RANGE}]))"
    yield series("Messages", "Notifications per second.", (sent, "{{integration}}"), unit="mps", min=0, width=8)
    failed = f"sum by (integration) (rate(alertmanager_notifications_failed_total[{RANGE}]))"
    yield series(
        "Failed", "Notifications per second that failed.", (failed, "{{integration}}"), unit="mps", min=0, width=8
    )
    dropped = f"sum by (instance) (rate(prometheus_notifications_dropped_total[{RANGE}]))"
    told = "Alerts per second that no Alertmanager took."
    yield series("Dropped alerts", told, (dropped, "{{instance}}"), unit="mps", min=0, width=8)


def _bursar() -> Iterator[Widget]:
    done = f"sum by (kind, result) (rate(bursar_reconciles_total[{RANGE}]))"
    yield series(
        "Reconciles", "Resources looked at per second.", (done, "{{kind}} {{result}}"), unit="ops", min=0, width=8
    )
    slow = f"histogram_quantile(0.95, sum by (le) (rate(bursar_reconcile_duration_seconds_bucket[{RANGE}])))"
    yield series("Duration", "95 % of the reconciles are faster.", (slow, "95 %"), unit="s", min=0, width=8)
    errors = f"sum by (class) (rate(bursar_errors_total[{RANGE}]))"
    yield series("Errors", "Errors per second, by class.", (errors, "{{class}}"), unit="ops", min=0, width=8)
    yield series(
        "Waiting",
        "Resources that wait to be looked at.",
        ("sum(bursar_queue_depth)", "waiting"),
        unit="short",
        min=0,
        width=8,
    )
    asked = f"histogram_quantile(0.95, sum by (le) (rate(bursar_prometheus_query_duration_seconds_bucket[{RANGE}])))"
    yield series("Questions to Prometheus", "95 % of them are faster.", (asked, "95 %"), unit="s", min=0, width=8)
    known = "sum by (kind) (bursar_resources)"
    yield series("Resources", "Resources that are known.", (known, "{{kind}}"), unit="short", min=0, width=8)


OVERVIEW = Template(
    name="system-overview",
    title="Overview",
    shows="Traffic, errors, health and budgets of everything in a namespace.",
    build=overview,
    parameters={NAMESPACES: NAMESPACES_MEAN, BY: BY_MEANS},
)
HEALTH = Template(
    name="system-health",
    title="Health of the monitoring",
    shows="Whether Prometheus, Alertmanager and Bursar are well.",
    build=health,
)
