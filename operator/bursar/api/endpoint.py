"""How one port is scraped: the endpoint fields of ServiceMonitor and PodMonitor, under their own names.

Source: the CRDs of prometheus-operator 0.93. Left out on purpose is whatever reads a file of the Prometheus
Pod (caFile, certFile, keyFile, bearerTokenFile): a tenant could name any file there.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bursar.api.base import IntOrString, Model, PromDuration
from bursar.api.fields import ConfigMapKey, SecretKey
from bursar.api.rules import Rule, at_most_one, exactly_one
from bursar.domain.promql.regexp import matches_empty

Scheme = Literal["http", "https"]
TlsVersion = Literal["TLS10", "TLS11", "TLS12", "TLS13"]
RelabelAction = Literal[
    "replace",
    "keep",
    "drop",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
    "keepequal",
    "dropequal",
]
ShortText = Annotated[str, Field(max_length=1024)]


def _accepted_by_prometheus(expression: str) -> str:
    matches_empty(expression)
    return expression


Regexp = Annotated[ShortText, AfterValidator(_accepted_by_prometheus)]
Params = Annotated[dict[str, Annotated[tuple[ShortText, ...], Field(max_length=32)]], Field(max_length=32)]


class SecretOrConfigMap(Model):
    """One key of a Secret or of a ConfigMap."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("secret", "config_map"),)

    secret: SecretKey | None = Field(default=None, description="The key of a Secret.")
    config_map: ConfigMapKey | None = Field(default=None, description="The key of a ConfigMap.")


class TlsConfig(Model):
    """TLS of a scrape; certificates and keys come from Secrets and ConfigMaps, never from files."""

    ca: SecretOrConfigMap | None = Field(default=None, description="Authority that signed the target's certificate.")
    cert: SecretOrConfigMap | None = Field(default=None, description="Client certificate to present.")
    key_secret: SecretKey | None = Field(default=None, description="Private key of the client certificate.")
    server_name: str | None = Field(
        default=None,
        max_length=253,
        description="Name that the target's certificate must carry, if not its address.",
    )
    insecure_skip_verify: bool | None = Field(
        default=None, description="Accept any certificate of the target. Default false."
    )
    min_version: TlsVersion | None = Field(default=None, description="Lowest TLS version to accept.")
    max_version: TlsVersion | None = Field(default=None, description="Highest TLS version to accept.")


class BasicAuth(Model):
    """HTTP basic authentication."""

    username: SecretKey | None = Field(default=None, description="Secret key that holds the user name.")
    password: SecretKey | None = Field(default=None, description="Secret key that holds the password.")


class Authorization(Model):
    """An Authorization header, a bearer token for instance."""

    type: str | None = Field(
        default=None, max_length=64, description='Scheme of the header, "Basic" excluded. Default Bearer.'
    )
    credentials: SecretKey | None = Field(default=None, description="Secret key that holds the credentials.")


class OAuth2(Model):
    """OAuth 2.0 client credentials."""

    client_id: SecretOrConfigMap = Field(description="Where the client's id stands.")
    client_secret: SecretKey = Field(description="Secret key that holds the client's secret.")
    token_url: str = Field(
        max_length=2048,
        pattern=r"^https?://.+$",
        description="URL that issues tokens: https://id.example.com/token.",
    )
    scopes: tuple[ShortText, ...] | None = Field(default=None, max_length=32, description="Scopes to ask for.")
    endpoint_params: Annotated[dict[str, ShortText], Field(max_length=32)] | None = Field(
        default=None, description="Parameters to add to the token URL."
    )
    tls_config: TlsConfig | None = Field(default=None, description="TLS towards the token URL.")


class RelabelConfig(Model):
    """One relabeling step, as Prometheus' relabel_config."""

    source_labels: tuple[Annotated[str, Field(max_length=128)], ...] | None = Field(
        default=None, max_length=16, description="Labels whose values are joined and matched."
    )
    separator: str | None = Field(
        default=None, max_length=64, description="What joins the values of sourceLabels. Default ;."
    )
    regex: Regexp | None = Field(default=None, description="RE2 expression, anchored at both ends. Default (.*).")
    modulus: int | None = Field(default=None, ge=0, description="Modulus of the hash for hashmod.")
    target_label: str | None = Field(default=None, max_length=128, description="Label that receives the result.")
    replacement: ShortText | None = Field(
        default=None, description="Value to write, with $1 for the first group of regex. Default $1."
    )
    action: RelabelAction = Field(default="replace", description="What to do on a match. Default replace.")


class Paced(Model):
    """Something that is scraped at a pace of its own."""

    interval: PromDuration | None = Field(
        default=None, description="How often to scrape, as 30s. Default: the operator's setting scrape-interval."
    )
    scrape_timeout: PromDuration | None = Field(
        default=None,
        description="How long a scrape may take, at most the interval. Default: that of Prometheus.",
    )

    @model_validator(mode="after")
    def _finish_within_the_interval(self) -> Self:
        if self.interval and self.scrape_timeout and self.scrape_timeout > self.interval:
            raise ValueError("scrapeTimeout is longer than interval; shorten it")
        return self


class ScrapeSettings(Paced):
    """What the endpoints of services and of Pods have in common."""

    path: str = Field(
        default="/metrics",
        max_length=1024,
        pattern="^/",
        description="HTTP path of the metrics. Default /metrics.",
    )
    scheme: Scheme | None = Field(default=None, description="http or https. Default http.")
    params: Params | None = Field(default=None, description="URL parameters of the scrape, each a list of values.")
    honor_labels: bool | None = Field(
        default=None,
        description="Keep labels of the metrics where they meet labels of the target. Default false.",
    )
    honor_timestamps: bool | None = Field(
        default=None, description="Keep timestamps that the metrics carry. Default true."
    )
    basic_auth: BasicAuth | None = Field(default=None, description="HTTP basic authentication.")
    authorization: Authorization | None = Field(default=None, description="Authorization header.")
    oauth2: OAuth2 | None = Field(default=None, description="OAuth 2.0 client credentials.")
    tls_config: TlsConfig | None = Field(default=None, description="TLS of the scrape, for scheme https.")
    follow_redirects: bool | None = Field(default=None, description="Follow HTTP redirects. Default true.")
    enable_http2: bool | None = Field(default=None, description="Use HTTP/2 where the target offers it. Default true.")
    relabelings: tuple[RelabelConfig, ...] | None = Field(
        default=None, max_length=32, description="Relabeling of the target before it is scraped."
    )
    metric_relabelings: tuple[RelabelConfig, ...] | None = Field(
        default=None, max_length=32, description="Relabeling of the samples after each scrape."
    )


_ONE_CREDENTIAL = at_most_one("basic_auth", "authorization", "oauth2")


class Endpoint(ScrapeSettings):
    """One port of a Service to scrape; its fields are those of a ServiceMonitor's endpoint."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("port", "target_port"), _ONE_CREDENTIAL)

    port: str | None = Field(default=None, min_length=1, max_length=63, description="Name of the Service's port.")
    target_port: IntOrString | None = Field(
        default=None, description="Name or number of the Pod's port, where the Service's port has no name."
    )


class PodEndpoint(ScrapeSettings):
    """One port of a Pod to scrape; its fields are those of a PodMonitor's endpoint."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("port", "port_number"), _ONE_CREDENTIAL)

    port: str | None = Field(default=None, min_length=1, max_length=63, description="Name of the container's port.")
    port_number: int | None = Field(default=None, ge=1, le=65535, description="Number of the container's port.")
    filter_running: bool | None = Field(
        default=None, description="Leave out Pods that have failed or are done. Default true."
    )


class ScrapeLimits(Model):
    """Bounds that make Prometheus fail a scrape rather than take in too much; 0 or absent: no bound."""

    sample_limit: int | None = Field(default=None, ge=0, description="Samples per scrape.")
    target_limit: int | None = Field(default=None, ge=0, description="Targets of the monitor.")
    label_limit: int | None = Field(default=None, ge=0, description="Labels per sample.")
    label_name_length_limit: int | None = Field(default=None, ge=0, description="Length of a label's name, in bytes.")
    label_value_length_limit: int | None = Field(default=None, ge=0, description="Length of a label's value, in bytes.")
    keep_dropped_targets: int | None = Field(
        default=None,
        ge=0,
        description="Targets dropped by relabeling that Prometheus keeps in memory for its pages.",
    )
    body_size_limit: str | None = Field(
        default=None,
        max_length=32,
        pattern=r"^(0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B)$",
        description="Size of a scrape's uncompressed body, as 10MB.",
    )
