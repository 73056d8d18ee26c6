"""MonitoringTarget: something that is watched, and what its numbers mean."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bursar.api.base import Model, Resource, Spec, VectorSelector
from bursar.api.endpoint import Endpoint, Paced, PodEndpoint, Scheme, ScrapeLimits
from bursar.api.fields import BY_NAME, UNIQUE_NAMES, ItemName, Labels, Line
from bursar.api.notify import NotifyList
from bursar.api.preset_signals import CacheSignal, MemorySignal, QueriesSignal, QueueSignal, RateLimitSignal
from bursar.api.presets import PresetAlert
from bursar.api.rules import Rule, exactly_one


class RequestsSignal(Model):
    """Counters of requests: the source of availability."""

    total: VectorSelector = Field(
        description='Selector of a counter of all requests: http_requests_total{job="checkout"}.'
    )
    errors: VectorSelector = Field(
        description='Selector of the failed ones among them: http_requests_total{job="checkout",code=~"5.."}.'
    )


class LatencySignal(Model):
    """A histogram of how long requests take."""

    histogram: VectorSelector = Field(
        description="Selector of a histogram in seconds, without _bucket: "
        'http_request_duration_seconds{job="checkout"}.'
    )


class SaturationSignal(Model):
    """How full something is: what is used of what there is."""

    name: ItemName = Field(description="Name of the signal, unique in the list: connections.")
    used: VectorSelector = Field(description='Selector of the used part: db_connections_active{job="checkout"}.')
    capacity: VectorSelector = Field(description='Selector of the whole: db_connections_max{job="checkout"}.')


class Signals(Model):
    """What the target's numbers mean, said once for alerts, SLAs and dashboards."""

    requests: RequestsSignal | None = Field(
        default=None, description="Counters of requests; SLAs read availability from them."
    )
    latency: LatencySignal | None = Field(
        default=None, description="Histogram of durations; SLAs read latency from it."
    )
    saturation: Annotated[tuple[SaturationSignal, ...], UNIQUE_NAMES] = Field(
        default=(),
        max_length=32,
        description="Things that fill up, as connection pools.",
        json_schema_extra=BY_NAME,
    )
    cache: CacheSignal | None = Field(default=None, description="Counters of a cache, for CacheHitRateLow.")
    memory: MemorySignal | None = Field(default=None, description="Gauges of memory, for MemoryHigh.")
    queues: Annotated[tuple[QueueSignal, ...], UNIQUE_NAMES] = Field(
        default=(), max_length=32, description="What waits, for QueueBacklog.", json_schema_extra=BY_NAME
    )
    rate_limit: RateLimitSignal | None = Field(
        default=None, description="Counters of what a limit has refused, for RateLimitExceeded."
    )
    queries: QueriesSignal | None = Field(
        default=None, description="Histogram of how long queries take, for SlowQueries."
    )


_EXPRESSION_VALUES = Rule(
    "(self.operator in ['In', 'NotIn']) == (has(self.values) && self.values.size() > 0)",
    lambda expression: (expression.operator in ("In", "NotIn")) == bool(expression.values),
    "In and NotIn need values, Exists and DoesNotExist take none",
)


class LabelExpression(Model):
    """One requirement of a label selector."""

    RULES: ClassVar[tuple[Rule, ...]] = (_EXPRESSION_VALUES,)

    key: str = Field(min_length=1, max_length=317, description="Label to look at.")
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"] = Field(description="How the label is judged.")
    values: tuple[Annotated[str, Field(max_length=63)], ...] = Field(
        default=(), max_length=64, description="Values for In and NotIn."
    )


class LabelSelector(Model):
    """A Kubernetes label selector; empty it selects everything in the namespace."""

    match_labels: Annotated[dict[str, Annotated[str, Field(max_length=63)]], Field(max_length=32)] = Field(
        default_factory=dict, description="Labels that must be equal: {app: checkout}."
    )
    match_expressions: tuple[LabelExpression, ...] = Field(
        default=(), max_length=32, description="Further requirements; all must hold."
    )


class ServiceScrape(ScrapeLimits):
    """Scrape the Pods behind Services: becomes a ServiceMonitor."""

    selector: LabelSelector = Field(description="Which Services of this namespace.")
    endpoints: tuple[Endpoint, ...] = Field(min_length=1, max_length=16, description="Ports to scrape.")


class PodScrape(ScrapeLimits):
    """Scrape Pods without a Service: becomes a PodMonitor."""

    selector: LabelSelector = Field(description="Which Pods of this namespace.")
    endpoints: tuple[PodEndpoint, ...] = Field(min_length=1, max_length=16, description="Ports to scrape.")


Address = Annotated[str, Field(min_length=1, max_length=2048)]


class ProbeScrape(Paced):
    """Probe addresses through a prober such as the blackbox exporter: becomes a Probe."""

    prober: str = Field(
        min_length=1,
        max_length=512,
        pattern="^[^/]+$",
        description="Host and port of the prober: blackbox-exporter.monitoring:9115.",
    )
    path: str = Field(
        default="/probe",
        max_length=1024,
        pattern="^/",
        description="HTTP path of the prober. Default /probe.",
    )
    scheme: Scheme | None = Field(default=None, description="http or https, towards the prober. Default http.")
    module: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="Module of the prober: http_2xx. Default: the prober's own.",
    )
    targets: tuple[Address, ...] = Field(
        min_length=1, max_length=256, description="Addresses to probe: https://shop.example.com/health."
    )
    labels: Labels = Field(default_factory=dict, description="Labels for every series of the probe.")


class StaticScrape(Paced):
    """Scrape fixed addresses, inside or outside the cluster: becomes a ScrapeConfig."""

    targets: tuple[Address, ...] = Field(
        min_length=1, max_length=256, description="Hosts and ports to scrape: db.example.com:9187."
    )
    labels: Labels = Field(default_factory=dict, description="Labels for every series of these targets.")
    path: str = Field(
        default="/metrics",
        max_length=1024,
        pattern="^/",
        description="HTTP path of the metrics. Default /metrics.",
    )
    scheme: Scheme | None = Field(default=None, description="http or https. Default http.")


class Scrape(Model):
    """How Prometheus gets the metrics."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("service", "pods", "probe", "static"),)

    service: ServiceScrape | None = Field(default=None, description="Pods behind Services, by a ServiceMonitor.")
    pods: PodScrape | None = Field(default=None, description="Pods without a Service, by a PodMonitor.")
    probe: ProbeScrape | None = Field(default=None, description="Addresses that a prober tries, by a Probe.")
    static: StaticScrape | None = Field(default=None, description="Fixed addresses, by a ScrapeConfig.")

    @property
    def paces(self) -> tuple[Paced, ...]:
        """Whatever of it is scraped at a pace of its own."""
        endpoints = (endpoint for group in (self.service, self.pods) if group for endpoint in group.endpoints)
        return (*endpoints, *(single for single in (self.probe, self.static) if single))


class MonitoringTargetSpec(Spec):
    """What is watched, how it is scraped, and what its numbers mean."""

    title: Line = Field(default="", description="Name for people: Checkout API. Default: the resource's name.")
    owner: str = Field(
        default="",
        max_length=63,
        pattern="^[-a-zA-Z0-9_. ]*$",
        description="Team that answers for it; the label team of every alert.",
    )
    runbook_url: str = Field(
        default="",
        alias="runbookURL",
        max_length=2048,
        pattern="^(https?://[^ {}]+)?$",
        description="Where to read what to do when it breaks; linked from every alert.",
    )
    scrape: Scrape | None = Field(
        default=None, description="How Prometheus gets the metrics; absent: somebody else scrapes it already."
    )
    signals: Signals = Field(
        default=Signals(), description="What the numbers mean; SLAs of this target and its alerts read them."
    )
    alerts: Annotated[tuple[PresetAlert, ...], UNIQUE_NAMES] = Field(
        default=(),
        max_length=20,
        description="Alerts from presets, up to 20; each may be tuned or switched off.",
        json_schema_extra=BY_NAME,
    )
    notify: NotifyList = Field(
        default=(),
        description="Who is told of its alerts, and of those of SLAs and AlertRules of this target that say nothing "
        "themselves: channels by severity. Default: the platform.",
    )


class MonitoringTarget(Resource):
    """Something that is watched, and what its numbers mean."""

    spec: MonitoringTargetSpec
