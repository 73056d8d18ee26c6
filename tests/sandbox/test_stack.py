"""The whole way: a published port is scraped, a rule fires, a message is delivered."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.cluster import Cluster
from sandbox.config_runner import Server
from sandbox.endpoints import publish_pod, service
from sandbox.process import LOOPBACK, SandboxError, free_port, wait_until
from sandbox.stack import PrometheusStack
from sandbox.web import read

SECONDS = 30.0


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"shop_answers 42\n")

    def do_POST(self) -> None:
        self.send_response(500)
        self.end_headers()
        self.wfile.write(b"a bad rule")

    def log_message(self, format: str, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer((LOOPBACK, 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def monitoring(kind: str, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": "shop", "namespace": namespace}
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": metadata, "spec": spec}


def result(stack: PrometheusStack, query: str) -> list[Any]:
    found: list[Any] = json.loads(read(f"{stack.prometheus_url}/api/v1/query?query={quote(query)}"))["data"]["result"]
    return found


def test_a_service_and_a_pod_are_scraped_and_an_alert_is_delivered(
    control_plane: Cluster, stack: PrometheusStack, namespace: str, port: int
) -> None:
    selected = {"selector": {"matchLabels": {"app": "shop"}}}
    query = f'sum(shop_answers{{namespace="{namespace}"}})'
    rule = {"alert": "Answered", "expr": f"{query} == 84", "labels": {"namespace": namespace}}
    publish_pod(control_plane, namespace, "shop", port)
    control_plane.apply(
        [
            *service(namespace, "shop", port),
            monitoring("ServiceMonitor", namespace, {**selected, "endpoints": [{"port": "http"}]}),
            monitoring("PodMonitor", namespace, {**selected, "podMetricsEndpoints": [{"port": "http"}]}),
            monitoring("PrometheusRule", namespace, {"groups": [{"name": "shop", "rules": [rule]}]}),
        ]
    )
    message = stack.receiver.wait_for(lambda message: message.labels.get("namespace") == namespace, seconds=SECONDS)
    assert (message.receiver, message.status, message.labels["alertname"]) == ("root", "firing", "Answered")
    jobs = {series["metric"]["job"] for series in result(stack, f'up{{namespace="{namespace}"}} == 1')}
    assert jobs == {"shop", f"{namespace}/shop"}
    assert stack.problems == ()


def test_a_deleted_rule_leaves_prometheus(control_plane: Cluster, stack: PrometheusStack, namespace: str) -> None:
    group = {"name": "deleted", "rules": [{"record": "shop:one", "expr": "vector(1)"}]}
    control_plane.apply([monitoring("PrometheusRule", namespace, {"groups": [group]})])

    def loaded() -> bool:
        return '"shop:one"' in read(f"{stack.prometheus_url}/api/v1/rules")

    wait_until(loaded, seconds=SECONDS, what="the rule is loaded")
    control_plane.api.delete(f"/apis/monitoring.coreos.com/v1/namespaces/{namespace}/prometheusrules/shop")
    wait_until(lambda: not loaded(), seconds=SECONDS, what="the rule is gone")


def test_after_an_outage_prometheus_reads_what_has_changed_meanwhile(
    control_plane: Cluster, stack: PrometheusStack, namespace: str
) -> None:
    group = {"name": "outage", "rules": [{"record": "shop:outage", "expr": "vector(1)"}]}
    stack.stop_prometheus()
    control_plane.apply([monitoring("PrometheusRule", namespace, {"groups": [group]})])
    stack.check()
    stack.start_prometheus()
    wait_until(lambda: bool(result(stack, "shop:outage")), seconds=SECONDS, what="the rule is evaluated")


def test_a_refused_reload_is_reported_in_the_words_of_the_server(port: int) -> None:
    server = Server(f"http://{LOOPBACK}:{port}", Path("/prometheus.yaml"), ("promtool",), stale=True)
    with pytest.raises(SandboxError, match=r"refused /prometheus\.yaml: a bad rule"):
        server.reload()
    assert not server.stale


def test_a_server_that_is_down_stays_to_be_told() -> None:
    server = Server(f"http://{LOOPBACK}:{free_port()}", Path("/prometheus.yaml"), ("promtool",), stale=True)
    server.reload()
    assert server.stale
