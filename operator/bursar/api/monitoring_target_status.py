"""The status of a MonitoringTarget: what Prometheus sees of it."""

from typing import Annotated, Literal

from pydantic import Field

from bursar.api.base import Model
from bursar.api.fields import LIST_KEYS, LIST_TYPE
from bursar.api.status import Status, Time


class ScrapedTargets(Model):
    """The scrape targets of the resource, as Prometheus has them."""

    active: int = Field(ge=0, description="How many targets Prometheus scrapes.")
    up: int = Field(ge=0, description="How many of them answered the last scrape.")
    summary: Annotated[str, Field(max_length=64)] = Field(description="up/active, for the column TARGETS.")
    last_error: Annotated[str, Field(max_length=1024)] | None = Field(
        default=None, description="Why a scrape failed last; empty when all are up."
    )
    selector: Annotated[str, Field(max_length=2048)] | None = Field(
        default=None, description="PromQL selector that shows these targets."
    )


class FoundSeries(Model):
    """A signal as Prometheus has it."""

    series: int = Field(ge=0, description="How many series the signal's selector finds.")


class FoundHistogram(Model):
    """The latency signal as Prometheus has it."""

    kind: Literal["classic", "native"] | None = Field(
        default=None, description="classic (buckets as series) or native; absent when nothing was found."
    )
    series: int | None = Field(default=None, ge=0, description="How many series the signal's selector finds.")
    buckets: tuple[Annotated[str, Field(max_length=64)], ...] | None = Field(
        default=None,
        max_length=512,
        description="Upper bounds of the buckets in seconds; thresholds are chosen from them.",
    )


class FoundSaturation(FoundSeries):
    """One saturation signal as Prometheus has it."""

    name: Annotated[str, Field(max_length=63)] = Field(description="Name of the signal.")


class FoundSignals(Model):
    """Which of the target's signals Prometheus has."""

    requests: FoundSeries | None = Field(default=None, description="The requests signal.")
    latency: FoundHistogram | None = Field(default=None, description="The latency signal.")
    saturation: tuple[FoundSaturation, ...] | None = Field(
        default=None,
        max_length=32,
        description="The saturation signals.",
        json_schema_extra={LIST_TYPE: "map", LIST_KEYS: ["name"]},
    )


class TargetAlerts(Model):
    """The alerts of the target, as Prometheus has them."""

    firing: int = Field(ge=0, description="How many series fire.")
    pending: int = Field(ge=0, description="How many fire if it goes on.")


class MonitoringTargetStatus(Status):
    """What was generated for the target, and what Prometheus sees of it."""

    targets: ScrapedTargets | None = Field(default=None, description="The scrape targets, as Prometheus has them.")
    signals: FoundSignals | None = Field(default=None, description="Which of the signals Prometheus has.")
    alerts: TargetAlerts | None = Field(default=None, description="The alerts of spec.alerts.")
    dashboard: Annotated[str, Field(max_length=128)] | None = Field(
        default=None, description="Path of its dashboard in Grafana; absent when it has none."
    )
    as_of: Time | None = Field(
        default=None, description="Prometheus' time of these facts; it stands still while Prometheus is away."
    )
