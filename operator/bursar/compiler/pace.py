"""How often the platform scrapes what says nothing of it itself.

Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusSpec (scrapeInterval)
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bursar.api.monitoring_target import Scrape
from bursar.compiler.view import View
from bursar.domain.durations import parse_duration

PROMETHEUS_DEFAULT: Final = timedelta(seconds=30)


def scrape_interval(view: View) -> timedelta:
    """Return the platform's setting; without one, the longest interval of the cluster's Prometheus resources."""
    if view.policy.scrape_interval is not None:
        return view.policy.scrape_interval
    servers = [server for server in view.selectors.servers or () if server["kind"] == "Prometheus"]
    return max(map(_interval, servers), default=PROMETHEUS_DEFAULT)


def longest_interval(scrape: Scrape | None, view: View) -> timedelta:
    """Return the longest interval of a target: the window of a rate must hold samples of every endpoint."""
    platform, paces = scrape_interval(view), () if scrape is None else scrape.paces
    return max((pace.interval or platform for pace in paces), default=platform)


def _interval(server: Mapping[str, Any]) -> timedelta:
    """Read one server's interval; what Prometheus itself could not read either is its default."""
    try:
        return parse_duration((server.get("spec") or {}).get("scrapeInterval") or "") or PROMETHEUS_DEFAULT
    except ValueError:
        return PROMETHEUS_DEFAULT
