"""The operator's own metrics, as /metrics shows them."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bursar.conventions import Kind

REGISTRY: Final = CollectorRegistry()

RECONCILES: Final = Counter(
    "bursar_reconciles", "Reconciles by kind and result.", ("kind", "result"), registry=REGISTRY
)
RECONCILE_SECONDS: Final = Histogram(
    "bursar_reconcile_duration_seconds",
    "How long one reconcile took, its writes included.",
    ("kind",),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
QUEUE_DEPTH: Final = Gauge("bursar_queue_depth", "Resources that wait for a worker.", registry=REGISTRY)
WRITES: Final = Counter(
    "bursar_writes",
    "Writes to the API server by verb, kind and answer.",
    ("verb", "kind", "code"),
    registry=REGISTRY,
)
ERRORS: Final = Counter("bursar_errors", "Errors by class.", ("class",), registry=REGISTRY)
DRIFT_REPAIRS: Final = Counter(
    "bursar_drift_repairs",
    "Generated objects that somebody had changed and that were restored.",
    ("kind",),
    registry=REGISTRY,
)
RESOURCES: Final = Gauge("bursar_resources", "Resources that are known, by kind.", ("kind",), registry=REGISTRY)
CHILDREN: Final = Gauge("bursar_generated_objects", "Generated objects that are known.", registry=REGISTRY)
WATCH_LAST_EVENT: Final = Gauge(
    "bursar_watch_last_event_timestamp_seconds",
    "When the last event of a kind came in.",
    ("kind",),
    registry=REGISTRY,
)
RESYNCS: Final = Counter("bursar_resyncs", "Comparisons with the API server by result.", ("result",), registry=REGISTRY)
RESYNC_FOUND: Final = Counter(
    "bursar_resync_differences",
    "Objects whose events had been missed and that a resync found.",
    registry=REGISTRY,
)
PROMETHEUS_SECONDS: Final = Histogram(
    "bursar_prometheus_query_duration_seconds",
    "How long one query of a Prometheus took.",
    ("result",),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
    registry=REGISTRY,
)
ALERTMANAGER_SECONDS: Final = Histogram(
    "bursar_alertmanager_request_duration_seconds",
    "How long one request to an Alertmanager took.",
    ("result",),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
BOOKS_AS_OF: Final = Gauge(
    "bursar_books_as_of_timestamp_seconds",
    "When the budgets of a kind were last read.",
    ("kind",),
    registry=REGISTRY,
)
BOOKS_SECONDS: Final = Gauge(
    "bursar_books_cycle_duration_seconds",
    "How long the last reading of a kind's budgets took.",
    ("kind",),
    registry=REGISTRY,
)


def reconciled(kind: Kind, result: str, seconds: float) -> None:
    """Count one reconcile."""
    RECONCILES.labels(kind.value, result).inc()
    RECONCILE_SECONDS.labels(kind.value).observe(seconds)
