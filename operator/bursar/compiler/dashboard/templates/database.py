"""database-performance: connections, transactions, slow queries, locks, replication and cache of a database.

Series of postgres_exporter and mysqld_exporter, with the collectors that are on by default.
"""

from collections.abc import Callable, Iterator
from typing import Final

from bursar.api.dashboard_widgets import Row, Widget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templates.given import Given, Template, unfit
from bursar.compiler.dashboard.templates.parameters import choice, selector
from bursar.compiler.dashboard.templates.queries import RANGE, of_target, rates, share
from bursar.compiler.dashboard.templates.resources import filling
from bursar.compiler.dashboard.templates.service_red import durations, health, needed_target
from bursar.compiler.dashboard.templates.widgets import FILLS_UP, SHARE, page, row, series
from bursar.domain.promql.build import aggregate, sum_by
from bursar.domain.promql.selector import Selector

ENGINE: Final = "engine"
SERIES: Final = "series"

Named = Callable[[str], Selector]
"""Selects a metric of the database."""


def build(given: Given) -> Content:
    """Show a database; its series are those of the target, or those that the parameter `series` selects."""
    target, where = needed_target(given, "database-performance"), selector(given, SERIES)
    if where is None and target.spec.scrape is None:
        raise unfit(given, f"parameters.{SERIES}", "is needed where Bursar does not scrape the target; set it")

    def named(metric: str) -> Selector:
        return Selector(metric, where.matchers) if where else of_target(target, metric)

    queries = target.spec.signals.queries
    return page(
        *_ENGINES[choice(given, ENGINE, *_ENGINES)](named),
        durations(queries.histogram, "the queries") if queries else None,
        row("What fills up", *filling(target)),
        row("Health", *health(target)),
    )


def _postgres(named: Named) -> Iterator[Row | None]:
    yield row("Connections and transactions", *_postgres_load(named))
    yield row("What slows it down", *_postgres_trouble(named))


def _postgres_load(named: Named) -> Iterator[Widget]:
    backends, most = (named(metric) for metric in ("pg_stat_database_numbackends", "pg_settings_max_connections"))
    yield series(
        "Connections",
        "Share of the connections that may be open.",
        (f"sum by (instance) ({backends}) / on (instance) max by (instance) ({most})", "{{instance}}"),
        unit=SHARE,
        min=0,
        width=8,
        thresholds=FILLS_UP,
    )
    commits, rollbacks = (named(f"pg_stat_database_xact_{name}") for name in ("commit", "rollback"))
    asked = ((rates(commits), "committed"), (rates(rollbacks), "rolled back"))
    yield series("Transactions", "Transactions per second.", *asked, unit="ops", min=0, width=8)
    hit, read = (named(f"pg_stat_database_blks_{name}") for name in ("hit", "read"))
    cached = f"{rates(hit)} / ({rates(hit)} + {rates(read)} > 0)"
    yield series("Cache hits", "Share of the blocks that were in memory.", (cached, "hits"), unit=SHARE, max=1, width=8)


def _postgres_trouble(named: Named) -> Iterator[Widget]:
    longest = aggregate("max", ("datname", "state"), str(named("pg_stat_activity_max_tx_duration")))
    yield series(
        "Longest transaction",
        "How long the oldest has been open.",
        (longest, "{{datname}} {{state}}"),
        unit="s",
        width=6,
    )
    locks = sum_by(("mode",), str(named("pg_locks_count")))
    yield series("Locks", "Locks that are held, by mode.", (locks, "{{mode}}"), unit="short", stack="normal", width=6)
    deadlocks = f"sum by (datname) (increase({named('pg_stat_database_deadlocks')}[{RANGE}]))"
    yield series(
        "Deadlocks",
        "Transactions that blocked each other and were ended.",
        (deadlocks, "{{datname}}"),
        unit="short",
        width=6,
    )
    lag = aggregate("max", ("instance",), str(named("pg_replication_lag_seconds")))
    yield series("Replication lag", "How far each replica is behind.", (lag, "{{instance}}"), unit="s", min=0, width=6)


def _mysql(named: Named) -> Iterator[Row | None]:
    yield row("Connections and queries", *_mysql_load(named))
    yield row("What slows it down", *_mysql_trouble(named))


def _mysql_load(named: Named) -> Iterator[Widget]:
    connected, most = named("mysql_global_status_threads_connected"), named("mysql_global_variables_max_connections")
    yield series(
        "Connections",
        "Share of the connections that may be open.",
        (f"{connected} / on (instance) {most}", "{{instance}}"),
        unit=SHARE,
        min=0,
        width=8,
        thresholds=FILLS_UP,
    )
    queries, slow = (named(f"mysql_global_status_{name}") for name in ("queries", "slow_queries"))
    asked = ((rates(queries), "all"), (rates(slow), "slow"))
    yield series("Queries", "Queries per second.", *asked, unit="ops", min=0, width=8)
    misses, asks = (named(f"mysql_global_status_innodb_buffer_pool_{name}") for name in ("reads", "read_requests"))
    hits = f"1 - {share(misses, asks)}"
    yield series("Cache hits", "Share of the pages that were in memory.", (hits, "hits"), unit=SHARE, max=1, width=8)


def _mysql_trouble(named: Named) -> Iterator[Widget]:
    running = aggregate("max", ("instance",), str(named("mysql_global_status_threads_running")))
    yield series(
        "Running threads", "Queries at work at the same time.", (running, "{{instance}}"), unit="short", width=6
    )
    waits = rates(named("mysql_global_status_innodb_row_lock_waits"), "instance")
    yield series("Waits for locks", "Waits for locked rows per second.", (waits, "{{instance}}"), unit="ops", width=6)
    refused = rates(named("mysql_global_status_aborted_connects"), "instance")
    yield series(
        "Failed connections", "Connections per second that failed.", (refused, "{{instance}}"), unit="ops", width=6
    )
    lag = aggregate("max", ("instance",), str(named("mysql_slave_status_seconds_behind_master")))
    yield series("Replication lag", "How far each replica is behind.", (lag, "{{instance}}"), unit="s", min=0, width=6)


_ENGINES: Final = {"postgres": _postgres, "mysql": _mysql}

TEMPLATE = Template(
    name="database-performance",
    title="Performance of a database",
    shows="Connections, transactions, slow queries, locks, replication and cache of PostgreSQL or MySQL.",
    build=build,
    parameters={
        ENGINE: "postgres, by series of postgres_exporter, or mysql, by those of mysqld_exporter. Default postgres.",
        SERIES: 'Which series are its own, where somebody else scrapes it: {job="postgres"}. Default: the target\'s.',
    },
)
