"""Signals that only the alerts of a target read."""

from pydantic import Field

from bursar.api.base import Model, VectorSelector
from bursar.api.fields import ItemName


class CacheSignal(Model):
    """Counters of a cache."""

    hits: VectorSelector = Field(description='Selector of a counter of hits: cache_hits_total{job="checkout"}.')
    total: VectorSelector = Field(description='Selector of a counter of look-ups: cache_gets_total{job="checkout"}.')


class MemorySignal(Model):
    """Gauges of memory, with equal labels."""

    used: VectorSelector = Field(
        description='Selector of the used bytes: container_memory_working_set_bytes{namespace="shop"}.'
    )
    limit: VectorSelector = Field(description="Selector of what there may be of them, with the same labels.")


class QueueSignal(Model):
    """A gauge of how much waits."""

    name: ItemName = Field(description="Name of the signal, unique in the list: mail.")
    depth: VectorSelector = Field(description='Selector of the number that waits: queue_depth{queue="mail"}.')


class RateLimitSignal(Model):
    """Counters of what a limit has refused."""

    limited: VectorSelector = Field(description='Selector of the refused requests: http_requests_total{code="429"}.')
    total: VectorSelector = Field(description="Selector of all requests that the limit saw.")


class QueriesSignal(Model):
    """A histogram of how long queries of a database take."""

    histogram: VectorSelector = Field(
        description='Selector of a histogram in seconds, without _bucket: db_query_duration_seconds{job="checkout"}.'
    )
