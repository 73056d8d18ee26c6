"""Resources as a user writes them, where they are, and what is asked of them."""

from collections.abc import Callable
from typing import Any

BURSAR = "/apis/bursar.dev/v1alpha1/namespaces"
MONITORING = "/apis/monitoring.coreos.com/v1/namespaces"


def target(namespace: str, name: str = "checkout", *, errors: str = '{code=~"5.."}') -> dict[str, Any]:
    requests = {"total": "http_requests_total", "errors": f"http_requests_total{errors}"}
    scrape = {"service": {"selector": {"matchLabels": {"app": name}}, "endpoints": [{"port": "http"}]}}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "MonitoringTarget",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"owner": "payments", "scrape": scrape, "signals": {"requests": requests}},
    }


def sla(namespace: str, name: str = "checkout", *, percent: float = 99.9, target: str = "checkout") -> dict[str, Any]:
    objective = {"name": "availability", "target": percent, "indicator": {"availability": {}}}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "SLA",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"targetRef": {"name": target}, "objectives": [objective]},
    }


def target_path(namespace: str, name: str = "checkout") -> str:
    return f"{BURSAR}/{namespace}/monitoringtargets/{name}"


def sla_path(namespace: str, name: str = "checkout") -> str:
    return f"{BURSAR}/{namespace}/slas/{name}"


def rule_path(namespace: str, name: str = "checkout") -> str:
    return f"{MONITORING}/{namespace}/prometheusrules/sla-{name}"


def monitor_path(namespace: str, name: str = "checkout") -> str:
    return f"{MONITORING}/{namespace}/servicemonitors/mtgt-{name}"


def condition(resource: Any, kind: str) -> Any:
    conditions = resource.get("status", {}).get("conditions", ())
    return next((entry for entry in conditions if entry["type"] == kind), None)


def is_ready(resource: Any) -> bool:
    """Ready, and for the version that stands in the spec."""
    found = condition(resource, "Ready")
    current = resource["status"].get("observedGeneration") == resource["metadata"]["generation"]
    return found is not None and found["status"] == "True" and bool(current)


def has(kind: str, status: str, reason: str) -> Callable[[Any], bool]:
    """A condition with this status and reason."""

    def holds(resource: Any) -> bool:
        found = condition(resource, kind)
        return found is not None and (found["status"], found["reason"]) == (status, reason)

    return holds
