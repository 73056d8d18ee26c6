"""How a platform configures the operator: one documented model, set by flag or BURSAR_* environment."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from bursar.conventions import Severity
from bursar.domain.durations import format_duration, parse_duration


def _list(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    if any(not separator for _, separator, _ in pairs):
        raise ValueError("write key=value,key=value")
    return {key.strip(): text.strip() for key, _, text in pairs}


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _at_most(longest: timedelta) -> AfterValidator:
    """Bound an evaluation interval: Prometheus looks back 5 m for a sample, and slower rules leave gaps."""

    def check(interval: timedelta) -> timedelta:
        if interval > longest:
            raise ValueError(f"Prometheus forgets a sample after 5m; use at most {format_duration(longest)}")
        return interval

    return AfterValidator(check)


def _shorter_than(other: str) -> AfterValidator:
    """Bound a duration by a setting that is declared before it."""

    def check(value: timedelta, given: ValidationInfo) -> timedelta:
        longer = given.data.get(other)
        if longer is not None and value >= longer:
            raise ValueError(f"must be shorter than {flag(other)}, which is {format_duration(longer)}")
        return value

    return AfterValidator(check)


def _severities(words: dict[str, str]) -> dict[str, str]:
    unknown = sorted(words.keys() - {*Severity})
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a severity; use {', '.join(Severity)}")
    return words


def flag(name: str) -> str:
    """Spell a setting as a flag of `bursar operator`."""
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    """Spell a setting as an environment variable."""
    return f"BURSAR_{name.upper()}"


Names = Annotated[tuple[str, ...], BeforeValidator(_list)]
Pairs = Annotated[dict[str, str], BeforeValidator(_pairs)]
Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]


class Settings(BaseModel):
    """Every setting; a field `fast_interval` is the flag --fast-interval and the variable BURSAR_FAST_INTERVAL."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)

    namespaces: Names = Field(default=(), description="Namespaces to watch, comma-separated; empty: the whole cluster.")
    prometheus_url: str = Field(
        default="",
        pattern=r"^(https?://.+)?$",
        description="Prometheus, Thanos Query, Mimir or VictoriaMetrics to read budgets from; empty: no books.",
    )
    prometheus_headers: Pairs = Field(
        default={}, description="Headers for that server, as name=value,name=value; a tenant or a token."
    )
    prometheus_timeout: Duration = Field(default=timedelta(seconds=10), description="How long one query may take.")
    alertmanager_url: str = Field(
        default="",
        pattern=r"^(https?://.+)?$",
        description="Alertmanager to read routes and acknowledgements from, of several peers any one; "
        "empty: neither is shown.",
    )
    alertmanager_headers: Pairs = Field(
        default={}, description="Headers for that server, as name=value,name=value; a tenant or a token."
    )
    alertmanager_timeout: Duration = Field(default=timedelta(seconds=10), description="How long one request may take.")
    refresh_interval: Duration = Field(
        default=timedelta(minutes=1), description="How often the budgets of all SLAs are read."
    )
    signals_interval: Duration = Field(
        default=timedelta(minutes=5), description="How often the signals of a target are looked for."
    )
    object_labels: Pairs = Field(
        default={},
        description="Labels for every generated object, as key=value,key=value; what your Prometheus selects by.",
    )
    severity_labels: Annotated[Pairs, AfterValidator(_severities)] = Field(
        default={},
        description="Words of the house for the label severity, as high=warning; what is not named stays as it is.",
    )
    fast_interval: Annotated[Duration, _at_most(timedelta(minutes=2))] = Field(
        default=timedelta(minutes=1),
        description="Evaluation interval of recordings and alerts, at most 2m.",
    )
    slow_interval: Annotated[Duration, _at_most(timedelta(minutes=5))] | None = Field(
        default=None,
        description="Evaluation interval of the budget sums, at most 5m; empty: 5m for windows from 5d on, else 1m.",
    )
    scrape_interval: Duration | None = Field(
        default=None,
        description="Scrape interval where no target says one; empty: the longest of the Prometheus resources.",
    )
    dashboard_labels: Pairs = Field(
        default={"grafana_dashboard": "1"},
        description="Labels that Grafana's sidecar finds dashboards by, as key=value; not empty.",
        min_length=1,
    )
    folder_annotation: str = Field(
        default="",
        max_length=253,
        pattern=r"^([a-zA-Z0-9][-a-zA-Z0-9_./]*)?$",
        description="Annotation that the sidecar takes a dashboard's folder from, as its folderAnnotation says; "
        "empty: folders have no effect.",
    )
    grafana_instances: Pairs = Field(
        default={},
        description="Labels of the Grafana resources of grafana-operator, as key=value: dashboards become its "
        "GrafanaDashboards. Empty: ConfigMaps for the sidecar.",
    )
    sla_dashboards: bool = Field(
        default=False, description="Whether every SLA has a dashboard that does not say otherwise."
    )
    grafana_url: str = Field(
        default="",
        max_length=2048,
        pattern=r"^(https?://[^ {}]+)?$",
        description="Where people open Grafana; alerts of what has a dashboard link to it. Empty: no links.",
    )
    most_widgets: int = Field(default=50, ge=1, le=500, description="How many widgets a dashboard may have.")
    promtool: str = Field(
        default="",
        max_length=4096,
        description="Path of promtool, which runs the tests of AlertRules; empty: they are not run.",
    )
    workers: int = Field(default=16, ge=1, le=256, description="How many resources are reconciled at a time.")
    resync_interval: Duration = Field(
        default=timedelta(minutes=10), description="How often everything is compared with the API server."
    )
    secrets_interval: Duration = Field(
        default=timedelta(minutes=5),
        description="How often the keys of the Secrets that channels refer to are looked at, one request each.",
    )
    not_owned_interval: Duration = Field(
        default=timedelta(minutes=5),
        description="How often a name that a foreign object holds is tried again.",
    )
    leader_election: bool = Field(
        default=False, description="Whether several replicas run, of which the one that holds a Lease writes."
    )
    lease_namespace: str = Field(default="bursar-system", description="Namespace of that Lease.")
    lease_name: str = Field(default="bursar", description="Name of that Lease; every shard has its own.")
    lease_duration: Duration = Field(
        default=timedelta(seconds=15), description="How long others wait for a leader that is not heard of."
    )
    renew_deadline: Annotated[Duration, _shorter_than("lease_duration")] = Field(
        default=timedelta(seconds=10),
        description="How long a leader that cannot renew its Lease goes on, shorter than lease-duration.",
    )
    retry_period: Annotated[Duration, _shorter_than("renew_deadline")] = Field(
        default=timedelta(seconds=2),
        description="How often the Lease is looked at and renewed, and how long that may take; shorter still.",
    )
    listen_address: str = Field(default="0.0.0.0", description="Address of health and metrics.")
    listen_port: int = Field(default=8080, ge=0, le=65535, description="Port of health and metrics; 0: any free port.")
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error."
    )
