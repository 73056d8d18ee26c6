"""The resources that a benchmark works with, and the fast way to apply many of them."""

import asyncio
import itertools
import json
import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import aiohttp

from sandbox.api import ApiError

from .connection import Connection

BURSAR: Final = "/apis/bursar.dev/v1alpha1"
RULES: Final = "/apis/monitoring.coreos.com/v1"
CONFIGS: Final = "/apis/monitoring.coreos.com/v1alpha1"
PLURALS: Final = {
    "MonitoringTarget": "monitoringtargets",
    "SLA": "slas",
    "AlertRule": "alertrules",
    "NotificationChannel": "notificationchannels",
    "PrometheusRule": "prometheusrules",
    "AlertmanagerConfig": "alertmanagerconfigs",
}
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


def lone_sla(namespace: str, number: int) -> Manifest:
    """One objective over counters of its own, without a MonitoringTarget."""
    selector = f'{{job="service-{number}"'
    ratio = {"bad": f'http_requests_total{selector},code=~"5.."}}', "total": f"http_requests_total{selector}}}"}
    objective = {"name": "availability", "target": 99.9, "indicator": {"ratio": ratio}}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "SLA",
        "metadata": {"name": f"service-{number}", "namespace": namespace},
        "spec": {"objectives": [objective]},
    }


def alert_rule(namespace: str, number: int, *, channel: str, above: float = 1000) -> Manifest:
    """One alert on a threshold, which goes to one channel."""
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "AlertRule",
        "metadata": {"name": f"queue-{number}", "namespace": namespace},
        "spec": {
            "severity": "high",
            "condition": {"threshold": {"query": f'sum(queue_depth{{job="service-{number}"}})', "above": above}},
            "for": "5m",
            "notify": [{"channels": [channel]}],
        },
    }


def channel(namespace: str, name: str) -> Manifest:
    """A channel that needs no Secret."""
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "NotificationChannel",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"webhook": {"url": f"http://{name}.tools:8080/alerts"}},
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


def apply_all(server: Connection, manifests: Sequence[Manifest], *, parallel: int = PARALLEL) -> None:
    """Apply as fast as so many connections can, in the order given; raises ApiError at the first refusal."""
    send_all(server, [(path_of(manifest), manifest) for manifest in manifests], parallel=parallel)


def send_all(server: Connection, applied: Sequence[tuple[str, Manifest]], *, parallel: int = PARALLEL) -> None:
    """The same with a path for each manifest, such as that of a status."""
    asyncio.run(_send_all(server, [(path, json.dumps(manifest)) for path, manifest in applied], parallel))


async def _send_all(server: Connection, bodies: Sequence[tuple[str, str]], parallel: int) -> None:
    waiting = iter(bodies)
    headers = {"Authorization": server.authorization, "Content-Type": "application/apply-patch+yaml"}
    connector = aiohttp.TCPConnector(limit=parallel, ssl=ssl.create_default_context(cafile=server.authority))
    async with aiohttp.ClientSession(server.url, connector=connector, headers=headers) as session:

        async def apply_next() -> None:
            for path, body in waiting:
                async with session.patch(path, params={"fieldManager": "bench"}, data=body) as response:
                    text = await response.text()
                    if response.status >= 400:
                        raise ApiError(response.status, text)

        await asyncio.gather(*(apply_next() for _ in range(parallel)))
