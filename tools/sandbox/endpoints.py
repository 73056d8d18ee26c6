"""Lets a port of this machine look like what a Service or a Pod listens on, for service discovery to find.

The addresses lie in 192.0.2.0/24, which is reserved for documentation (RFC 5737); the config runner brings every
scrape of them back to the loopback interface.
"""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.cluster import Cluster

ADDRESS: Final = "192.0.2.10"


def service(namespace: str, name: str, port: int) -> list[Mapping[str, Any]]:
    """Return a Service with label app=<name> and one port named `http`, and the EndpointSlice behind it."""
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


def publish_pod(cluster: Cluster, namespace: str, name: str, port: int) -> None:
    """Make a Pod with label app=<name> and one port named `http` that says of itself that it runs.

    There is no kubelet: its status is what a kubelet would write.
    """
    container = {"name": name, "image": "none", "ports": [{"name": "http", "containerPort": port}]}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app": name}},
        "spec": {"containers": [container]},
    }
    cluster.apply([pod])
    status = {"phase": "Running", "podIPs": [{"ip": ADDRESS}]}
    cluster.api.merge(f"/api/v1/namespaces/{namespace}/pods/{name}/status", {"status": status})
