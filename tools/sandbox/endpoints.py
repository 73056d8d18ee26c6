"""Lets a local port look like a Service's endpoint. Addresses lie in 192.0.2.0/24, which is reserved for examples;
the stack's relabeling brings every scrape of them to the loopback interface.
"""

from collections.abc import Mapping
from typing import Any

ADDRESS = "192.0.2.10"


def service(namespace: str, name: str, port: int) -> list[Mapping[str, Any]]:
    """Return a Service `name` with label app=<name> and one named port `http`, and the EndpointSlice behind it."""
    metadata = {"namespace": namespace, "name": name, "labels": {"app": name}}
    ports = [{"name": "http", "port": port, "protocol": "TCP"}]
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": ports}},
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**metadata, "labels": {"app": name, "kubernetes.io/service-name": name}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": True}}],
            "ports": ports,
        },
    ]
