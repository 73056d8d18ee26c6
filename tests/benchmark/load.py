"""The resources that a benchmark works with, and the fast way to apply many of them."""

import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from sandbox.api import Api

BURSAR: Final = "/apis/bursar.dev/v1alpha1"
RULES: Final = "/apis/monitoring.coreos.com/v1"
PLURALS: Final = {"MonitoringTarget": "monitoringtargets", "SLA": "slas", "PrometheusRule": "prometheusrules"}
PARALLEL: Final = 16

Manifest = Mapping[str, Any]


def mixed(namespace: str, count: int) -> tuple[Manifest, ...]:
    """Half targets, half SLAs, each SLA on a target of its own; an SLA directly follows its target."""
    pairs = ((target(namespace, number), sla(namespace, number)) for number in range(count // 2))
    return tuple(itertools.chain.from_iterable(pairs))


def target(namespace: str, number: int) -> Manifest:
    """A scraped service with request and latency signals."""
    selector = f'{{job="service-{number}"'
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "MonitoringTarget",
        "metadata": {"name": f"service-{number}", "namespace": namespace},
        "spec": {
            "owner": "payments",
            "scrape": {
                "service": {
                    "selector": {"matchLabels": {"app": f"service-{number}"}},
                    "endpoints": [{"port": "http"}],
                }
            },
            "signals": {
                "requests": {
                    "total": f"http_requests_total{selector}}}",
                    "errors": f'http_requests_total{selector},code=~"5.."}}',
                },
            },
        },
    }


def sla(namespace: str, number: int, *, percent: float = 99.9) -> Manifest:
    """One availability objective over 30 days, as most people begin."""
    objective = {"name": "availability", "target": percent, "indicator": {"availability": {}}}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "SLA",
        "metadata": {"name": f"service-{number}", "namespace": namespace},
        "spec": {"targetRef": {"name": f"service-{number}"}, "objectives": [objective]},
    }


def collection(group: str, namespace: str, kind: str) -> str:
    """The path of all objects of a kind in a namespace."""
    return f"{group}/namespaces/{namespace}/{PLURALS[kind]}"


def path_of(manifest: Manifest) -> str:
    """The path of one object."""
    group = RULES if manifest["kind"] == "PrometheusRule" else BURSAR
    return f"{collection(group, manifest['metadata']['namespace'], manifest['kind'])}/{manifest['metadata']['name']}"


def names(manifests: Iterable[Manifest]) -> frozenset[tuple[str, str]]:
    """Kind and name of each."""
    return frozenset((manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests)


def apply_all(kubeconfig: Path, manifests: Sequence[Manifest], *, parallel: int = PARALLEL) -> None:
    """Apply as fast as so many connections can, in the order given."""
    own = threading.local()

    def connect() -> None:
        own.api = Api(kubeconfig)

    def apply(manifest: Manifest) -> None:
        own.api.apply(path_of(manifest), manifest)

    with ThreadPoolExecutor(parallel, initializer=connect) as pool:
        for _ in pool.map(apply, manifests):
            pass
