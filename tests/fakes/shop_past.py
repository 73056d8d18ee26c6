"""A day of the shop as Prometheus would have it, with an outage at its end: something to show for every dashboard."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import sin, tau
from typing import Any

from fakes.shop import shop_sla, shop_target
from sandbox.backfill import Sample

STEP = timedelta(minutes=1)
START = datetime(2026, 11, 1, tzinfo=UTC)
HOURS = 26
OUTAGE = 40  # the last minutes
END = START + timedelta(hours=HOURS) - STEP

NAMESPACE = "shop"
SCRAPED = {"namespace": NAMESPACE, "monitoring_target": "shop", "job": "shop"}

Course = Callable[[int], float]
"""A value by the number of the minute."""


def day(mean: float) -> Course:
    """Half as much at night as at noon."""
    return lambda minute: mean * (1 + 0.4 * sin(tau * minute / 1440))


def constant(value: float) -> Course:
    return lambda _: value


def growing(start: float, per_day: float) -> Course:
    return lambda minute: start + per_day * minute / 1440


def in_outage(value: float, otherwise: float = 0.0) -> Course:
    return lambda minute: value if minute >= HOURS * 60 - OUTAGE else otherwise


def named(metric: str, **labels: str) -> str:
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def gauge(series: str, course: Course) -> Iterator[Sample]:
    return (Sample(series, course(minute), START + minute * STEP) for minute in range(HOURS * 60))


def counter(series: str, per_second: Course) -> Iterator[Sample]:
    counts = accumulate(60 * per_second(minute) for minute in range(HOURS * 60))
    return (Sample(series, count, START + minute * STEP) for minute, count in enumerate(counts))


def while_firing(series: str) -> Iterator[Sample]:
    return (Sample(series, 1.0, START + minute * STEP) for minute in range(HOURS * 60 - OUTAGE, HOURS * 60))


def histogram(metric: str, per_second: Course, slow: Course, **labels: str) -> Iterator[Sample]:
    """Durations: half below 0.1 s, `slow` of them (0 to 1) above 0.3 s."""
    shares: dict[str, Course] = {
        "0.1": constant(0.5),
        "0.3": lambda minute: 1 - slow(minute),
        "1": lambda minute: 1 - slow(minute) / 4,
        "+Inf": constant(1),
    }
    for le, share in shares.items():
        yield from counter(named(f"{metric}_bucket", le=le, **labels), _times(per_second, share))
    yield from counter(named(f"{metric}_count", **labels), per_second)
    yield from counter(named(f"{metric}_sum", **labels), _times(per_second, constant(0.12)))


def _times(one: Course, other: Course) -> Course:
    return lambda minute: one(minute) * other(minute)


def shop() -> Iterator[Sample]:
    """What the shop itself exposes."""
    for region, weight in (("eu", 2.0), ("us", 1.0)):
        where = {**SCRAPED, "instance": f"shop-{region}:8080", "region": region}
        for code, share in (("200", 0.97), ("404", 0.02)):
            yield from counter(named("http_requests_total", code=code, **where), day(100 * weight * share))
        for code, failing in (("500", in_outage(8, 0.02)), ("503", in_outage(4, 0.01))):
            yield from counter(named("http_requests_total", code=code, **where), _times(constant(weight), failing))
        yield from histogram("http_request_duration_seconds", day(100 * weight), in_outage(0.2, 0.01), **where)
        yield from gauge(named("up", **where), constant(1))
        yield from gauge(named("scrape_duration_seconds", **where), day(0.01))
        yield from gauge(named("db_connections_active", **where), growing(40, 12))
        yield from gauge(named("db_connections_max", **where), constant(100))
        yield from gauge(named("memory_used_bytes", **where), growing(3e8, 4e7))
        yield from gauge(named("memory_limit_bytes", **where), constant(5e8))
        yield from process(**where)
    yield from work()


def process(**where: str) -> Iterator[Sample]:
    yield from counter(named("process_cpu_seconds_total", **where), day(0.4))
    for metric, value in (("resident_memory_bytes", 2e8), ("open_fds", 120), ("max_fds", 1024)):
        yield from gauge(named(f"process_{metric}", **where), day(value) if metric != "max_fds" else constant(value))


def work() -> Iterator[Sample]:
    """Jobs in the background."""
    where = {**SCRAPED, "instance": "shop-eu:8080", "queue": "mail"}
    yield from counter(named("jobs_total", **where), day(20))
    yield from counter(named("jobs_retried_total", **where), day(1))
    for reason, rate in (("timeout", 0.2), ("refused", 0.1)):
        yield from counter(named("jobs_failed_total", reason=reason, **where), day(rate))
    yield from histogram("job_duration_seconds", day(20), constant(0.05), **where)
    yield from gauge(named("queue_depth", **where), in_outage(900, 30))
    yield from gauge(named("queue_oldest_seconds", **where), in_outage(600, 12))


def databases() -> Iterator[Sample]:
    """What the exporters of PostgreSQL and MySQL tell."""
    where = {**SCRAPED, "instance": "db:9187"}
    pg, my = {**where, "datname": "shop"}, where
    for metric in ("xact_commit", "xact_rollback", "blks_hit", "blks_read", "deadlocks"):
        yield from counter(named(f"pg_stat_database_{metric}", **pg), day(50))
    yield from gauge(named("pg_stat_database_numbackends", **pg), day(60))
    yield from gauge(named("pg_settings_max_connections", **where), constant(200))
    yield from gauge(named("pg_stat_activity_max_tx_duration", state="active", **pg), day(3))
    yield from gauge(named("pg_locks_count", mode="rowexclusivelock", **pg), day(12))
    yield from gauge(named("pg_replication_lag_seconds", **where), day(1))
    for metric in ("queries", "slow_queries", "innodb_buffer_pool_reads", "innodb_row_lock_waits", "aborted_connects"):
        yield from counter(named(f"mysql_global_status_{metric}", **my), day(5))
    yield from counter(named("mysql_global_status_innodb_buffer_pool_read_requests", **my), day(900))
    for metric in ("threads_connected", "threads_running"):
        yield from gauge(named(f"mysql_global_status_{metric}", **my), day(30))
    yield from gauge(named("mysql_global_variables_max_connections", **my), constant(151))
    yield from gauge(named("mysql_slave_status_seconds_behind_master", **my), day(2))


def containers() -> Iterator[Sample]:
    """What the kubelet tells."""
    where = {"namespace": NAMESPACE, "pod": "shop-7d9f", "container": "shop"}
    for metric, rate in (("cpu_usage_seconds", 0.4), ("cpu_cfs_throttled_periods", 1), ("cpu_cfs_periods", 10)):
        yield from counter(named(f"container_{metric}_total", **where), day(rate))
    yield from gauge(named("container_memory_working_set_bytes", **where), day(2e8))
    yield from gauge(named("container_spec_memory_limit_bytes", **where), constant(5e8))


def monitoring() -> Iterator[Sample]:
    """What Prometheus, Alertmanager and Bursar tell of themselves."""
    where = {"namespace": "monitoring", "job": "prometheus", "instance": "prometheus:9090"}
    group = {**where, "rule_group": "sla/shop/availability"}
    yield from gauge(named("up", **where), in_outage(0, 1))
    yield from gauge(named("scrape_duration_seconds", **where), day(0.05))
    yield from gauge(named("prometheus_rule_group_last_duration_seconds", **group), day(0.2))
    yield from gauge(named("prometheus_rule_group_interval_seconds", **group), constant(60))
    yield from counter(named("prometheus_rule_group_iterations_missed_total", **group), constant(0.001))
    yield from counter(named("prometheus_rule_evaluation_failures_total", **group), constant(0.001))
    yield from gauge(named("prometheus_tsdb_head_series", **where), growing(90_000, 900))
    yield from counter(named("prometheus_notifications_dropped_total", **where), constant(0.001))
    for metric in ("notifications_total", "notifications_failed_total"):
        series = named(f"alertmanager_{metric}", integration="slack", namespace="monitoring")
        yield from counter(series, in_outage(0.2, 0.001))
    yield from operator()


def operator() -> Iterator[Sample]:
    yield from counter(named("bursar_reconciles_total", kind="SLA", result="unchanged"), day(0.5))
    yield from counter(named("bursar_errors_total", **{"class": "Conflict"}), day(0.01))
    for metric in ("bursar_reconcile_duration_seconds", "bursar_prometheus_query_duration_seconds"):
        yield from histogram(metric, day(0.5), constant(0.01))
    yield from gauge("bursar_queue_depth", in_outage(5))
    yield from gauge(named("bursar_resources", kind="SLA"), constant(2))
    series = named("bursar_books_as_of_timestamp_seconds", kind="SLA")
    yield from gauge(series, lambda minute: (START + minute * STEP).timestamp() - 15)


def alerts() -> Iterator[Sample]:
    """What fires in the outage."""
    common = {"alertstate": "firing", "namespace": NAMESPACE, "team": "storefront"}
    for name, severity in (("ErrorBudgetBurnPage", "critical"), ("ErrorBudgetBurnTicket", "high")):
        for objective in ("availability", "regions"):
            told = {"sla": "shop", "objective": objective, "bursar_incident": f"SLA/shop/{objective}"}
            yield from while_firing(named("ALERTS", alertname=name, severity=severity, **told, **common))
    incident = {"bursar_incident": "MonitoringTarget/shop/errors", "severity": "high"}
    yield from while_firing(named("ALERTS", alertname="ShopErrors", instance="shop-eu:8080", **incident, **common))


def past() -> list[Sample]:
    """All of it."""
    parts = (shop, databases, containers, monitoring, alerts)
    return [sample for part in parts for sample in part()]


def target() -> dict[str, Any]:
    """The shop as a target, with all the signals that dashboards show."""
    made = shop_target(NAMESPACE)
    where = f'{{namespace="{NAMESPACE}"}}'
    made["spec"]["title"] = "The shop"
    made["spec"]["runbookURL"] = "https://runbooks.example.com/shop"
    made["spec"]["signals"] |= {
        "saturation": [
            {"name": "connections", "used": f"db_connections_active{where}", "capacity": f"db_connections_max{where}"}
        ],
        "memory": {"used": f"memory_used_bytes{where}", "limit": f"memory_limit_bytes{where}"},
        "queues": [{"name": "mail", "depth": f"queue_depth{where}"}],
        "queries": {"histogram": f"job_duration_seconds{where}"},
    }
    return made


def sla() -> dict[str, Any]:
    """What the shop promises: one promise divided by regions, one whose budget is gone, and one that still has some."""
    window = {"rolling": "1d"}
    return shop_sla(
        NAMESPACE,
        "shop",
        {"name": "availability", "title": "The shop answers", "target": 95, "window": window}
        | {"indicator": {"availability": {}}},
        {"name": "latency", "target": 99.9, "window": window, "indicator": {"latency": {"threshold": "300ms"}}},
        {"name": "regions", "target": 95, "window": window, "groupBy": ["region"], "indicator": {"availability": {}}},
    )
