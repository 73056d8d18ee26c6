"""A shop on the real Prometheus stack: the counters that it exposes, and the resources that promise something."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fakes.exposition import Exposition
from sandbox.endpoints import service

API_VERSION = "bursar.dev/v1alpha1"
BUDGET = 0.05

OK_EU, BAD_EU, OK_US, BAD_US = (
    f'http_requests_total{{code="{code}",region="{region}"}}' for region in ("eu", "us") for code in ("200", "500")
)
JOBS, JOBS_FAILED = "jobs_total", "jobs_failed_total"
SENT, DELIVERED = "mails_sent_total", "mails_delivered_total"
ANSWERS = "http_request_duration_seconds_count"
QUICK_ANSWERS, ANSWERS_IN_TIME, SLOW_ANSWERS, ALL_ANSWERS = (
    f'http_request_duration_seconds_bucket{{le="{le}"}}' for le in ("0.1", "0.3", "1", "+Inf")
)

HEALTHY = {
    OK_EU: 1000.0, BAD_EU: 0.0, OK_US: 500.0, BAD_US: 0.0,
    JOBS: 400.0, JOBS_FAILED: 0.0, SENT: 500.0, DELIVERED: 500.0,
    ANSWERS: 1000.0, QUICK_ANSWERS: 600.0, ANSWERS_IN_TIME: 1000.0, SLOW_ANSWERS: 1000.0, ALL_ANSWERS: 1000.0,
}  # fmt: skip
"""Events per second without a fault."""

FAULTY = HEALTHY | {
    OK_EU: 990.0, BAD_EU: 10.0, OK_US: 480.0, BAD_US: 20.0,
    JOBS_FAILED: 12.0, DELIVERED: 490.0, ANSWERS_IN_TIME: 975.0, SLOW_ANSWERS: 990.0,
}  # fmt: skip
"""Events per second with some faults, none of which burns a budget of 5 % too fast."""


@dataclass(frozen=True)
class Counted:
    """Which series an objective counts: events and, among them, bad ones, or good ones that leave the bad."""

    total: tuple[str, ...]
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()

    def exposed(self, exposition: Exposition, at: datetime) -> tuple[float, float]:
        """Total and bad events up to a moment."""
        total, bad, good = (
            sum(exposition.shown(series, at) for series in named) for named in (self.total, self.bad, self.good)
        )
        return total, total - good if self.good else bad


COUNTED = {
    "availability": Counted((OK_EU, BAD_EU, OK_US, BAD_US), bad=(BAD_EU, BAD_US)),
    "regions": Counted((OK_US, BAD_US), bad=(BAD_US,)),  # the worst group is shown
    "jobs": Counted((JOBS,), bad=(JOBS_FAILED,)),
    "mails": Counted((SENT,), good=(DELIVERED,)),
    "expressed": Counted((JOBS,), bad=(JOBS_FAILED,)),
    "latency": Counted((ANSWERS,), good=(ANSWERS_IN_TIME,)),
}


def resource(kind: str, namespace: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def service_scrape(name: str) -> dict[str, Any]:
    return {"service": {"selector": {"matchLabels": {"app": name}}, "endpoints": [{"port": "http"}]}}


def shop_target(namespace: str, name: str = "shop", *, scrape: dict[str, Any] | None = None) -> dict[str, Any]:
    """A target with the signals of the shop, scraped through the Service of its name unless told otherwise."""
    where = f'namespace="{namespace}"'
    signals = {
        "requests": {
            "total": f"http_requests_total{{{where}}}",
            "errors": f'http_requests_total{{{where},code=~"5.."}}',
        },
        "latency": {"histogram": f"http_request_duration_seconds{{{where}}}"},
    }
    spec = {"owner": "storefront", "scrape": scrape or service_scrape(name), "signals": signals}
    return resource("MonitoringTarget", namespace, name, spec)


def objective(name: str, indicator: dict[str, Any], **fields: Any) -> dict[str, Any]:
    target = 100 * (1 - BUDGET)
    return {"name": name, "target": target, "window": {"rolling": "1d"}, "indicator": indicator, **fields}


def availability(**fields: Any) -> dict[str, Any]:
    return objective("availability", {"availability": {}}, **fields)


def shop_sla(namespace: str, name: str, *objectives: dict[str, Any], target: str = "shop") -> dict[str, Any]:
    return resource("SLA", namespace, name, {"targetRef": {"name": target}, "objectives": list(objectives)})


def all_objectives(namespace: str) -> list[dict[str, Any]]:
    """One objective for each way to count events."""
    where = f'{{namespace="{namespace}"}}'
    jobs = {"bad": f"{JOBS_FAILED}{where}", "total": f"{JOBS}{where}"}
    expressions = {name: f"sum(rate({selector}[{{{{.window}}}}]))" for name, selector in jobs.items()}
    mails = {"good": f"{DELIVERED}{where}", "total": f"{SENT}{where}"}
    return [
        availability(),
        objective("regions", {"availability": {}}, groupBy=["region"]),
        objective("jobs", {"ratio": jobs}),
        objective("mails", {"ratio": mails}),
        objective("expressed", {"expression": expressions}),
        objective("reachable", {"gauge": {"selector": f"up{where}"}}),
        objective("latency", {"latency": {"threshold": "300ms"}}),
    ]


def published(namespace: str, name: str, port: int) -> list[Any]:
    """A Service of this name that leads to a port of this machine."""
    return list(service(namespace, name, port))
