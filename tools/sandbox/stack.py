"""prometheus-operator, and a real Prometheus and Alertmanager that run what it generates.

No kubelet starts Pods here: the config runner does its job, and that of the config reloader.
"""

import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from urllib3.exceptions import HTTPError

from sandbox.binaries import binary
from sandbox.control_plane import LOOPBACK, ControlPlane
from sandbox.process import Process, SandboxError, free_port, wait_until
from sandbox.receiver import Receiver
from sandbox.rendered import prometheus_configuration, unpacked, write_if_changed, write_rules

NAMESPACE: Final = "monitoring"
NAME: Final = "main"
POLL_SECONDS: Final = 0.5
MONITORS: Final = ("serviceMonitor", "podMonitor", "probe", "scrapeConfig", "rule")


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How the stack is set up; `prometheus` overrides fields of the Prometheus resource's spec."""

    scrape_interval: str = "1s"
    evaluation_interval: str = "1s"
    prometheus: Mapping[str, Any] = field(default_factory=dict)


class PrometheusStack:
    """One stack on a control plane; `problems` tells what the config runner could not do."""

    def __init__(self, control_plane: ControlPlane, options: StackOptions | None = None) -> None:
        self.control_plane = control_plane
        self.receiver = Receiver()
        self.problems: list[str] = []
        self._options = options or StackOptions()
        self._folder = control_plane.folder / "stack"
        self._prometheus_port, self._alertmanager_port = free_port(), free_port()
        self._processes: list[Process] = []
        self._stopping = threading.Event()
        self._runner = threading.Thread(target=self._run, name="config-runner", daemon=True)

    @property
    def prometheus_url(self) -> str:
        """Where the Prometheus serves."""
        return f"http://{LOOPBACK}:{self._prometheus_port}"

    @property
    def alertmanager_url(self) -> str:
        """Where the Alertmanager serves."""
        return f"http://{LOOPBACK}:{self._alertmanager_port}"

    def start(self) -> "PrometheusStack":
        """Start everything and wait until it serves; a failed start leaves nothing behind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start_operator()
            self._make_resources()
            self._sync_until_configured()
            self.start_prometheus()
            self._start_alertmanager()
            self._runner.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End everything."""
        self._stopping.set()
        if self._runner.is_alive():
            self._runner.join()
        while self._processes:
            self._processes.pop().stop()
        self.receiver.stop()

    def check(self) -> None:
        """Raise SandboxError when a part has ended by itself."""
        for process in self._processes:
            process.check()

    def stop_prometheus(self) -> None:
        """End the Prometheus, as an outage does."""
        for process in [process for process in self._processes if process.name == "prometheus"]:
            self._processes.remove(process)
            process.stop()

    def start_prometheus(self) -> None:
        """Start the Prometheus on the address and data it had."""
        flags = {
            "config.file": self._folder / "prometheus.yaml",
            "storage.tsdb.path": self._folder / "tsdb",
            "web.listen-address": f"{LOOPBACK}:{self._prometheus_port}",
            "rules.alert.resend-delay": "1s",
        }
        extra = ["--web.enable-lifecycle"]
        self._serve("prometheus", flags, extra, f"{self.prometheus_url}/-/ready")

    def __enter__(self) -> "PrometheusStack":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_operator(self) -> None:
        port = free_port()
        command = [
            binary("prometheus-operator"),
            f"--web.listen-address={LOOPBACK}:{port}",
            "--feature-gates=StatusForConfigurationResources=true",
        ]
        environment = {"KUBECONFIG": str(self.control_plane.kubeconfig)}
        log = self._folder / "prometheus-operator.log"
        operator = Process("prometheus-operator", command, log=log, environment=environment)
        self._processes.append(operator)
        operator.wait_ready(lambda: _answers(f"http://{LOOPBACK}:{port}/healthz"), seconds=60)

    def _start_alertmanager(self) -> None:
        flags = {
            "config.file": self._folder / "alertmanager.yaml",
            "storage.path": self._folder / "alertmanager",
            "web.listen-address": f"{LOOPBACK}:{self._alertmanager_port}",
            "cluster.listen-address": "",
        }
        self._serve("alertmanager", flags, [], f"{self.alertmanager_url}/-/ready")

    def _serve(self, name: str, flags: Mapping[str, object], extra: list[str], ready_url: str) -> None:
        command = [binary(name), *(f"--{flag}={value}" for flag, value in flags.items()), *extra]
        process = Process(name, command, log=self._folder / f"{name}.log")
        self._processes.append(process)
        process.wait_ready(lambda: _answers(ready_url), seconds=60)

    def _make_resources(self) -> None:
        alertmanagers = [{"static_configs": [{"targets": [f"{LOOPBACK}:{self._alertmanager_port}"]}]}]
        everything: dict[str, Any] = {}
        for kind in MONITORS:
            everything |= {f"{kind}Selector": {}, f"{kind}NamespaceSelector": {}}
        prometheus = {
            **everything,
            "serviceDiscoveryRole": "EndpointSlice",
            "scrapeInterval": self._options.scrape_interval,
            "evaluationInterval": self._options.evaluation_interval,
            "additionalAlertManagerConfigs": {"name": "alertmanagers", "key": "configs.yaml"},
            **self._options.prometheus,
        }
        routing = {
            "route": {"receiver": "root", "group_by": ["..."], "group_wait": "1s", "group_interval": "1s"},
            "receivers": [{"name": "root", "webhook_configs": [{"url": self.receiver.url, "send_resolved": True}]}],
        }
        self.control_plane.apply(
            [
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
                _secret("alertmanagers", {"configs.yaml": yaml.safe_dump(alertmanagers)}),
                _secret(f"alertmanager-{NAME}", {"alertmanager.yaml": yaml.safe_dump(routing)}),
                _resource("Prometheus", prometheus),
                _resource("Alertmanager", {"alertmanagerConfigSelector": {}, "alertmanagerConfigNamespaceSelector": {}}),
            ]
        )

    def _sync_until_configured(self) -> None:
        def configured() -> bool:
            self.check()
            self._sync()
            return all((self._folder / f"{name}.yaml").is_file() for name in ("prometheus", "alertmanager"))

        wait_until(configured, seconds=60, what="prometheus-operator has generated no configuration")

    def _run(self) -> None:
        """Bring every change of the generated configuration to the running servers, until stopped."""
        while not self._stopping.wait(POLL_SECONDS):
            try:
                prometheus, alertmanager = self._sync()
                if prometheus:
                    _reload(self.prometheus_url)
                if alertmanager:
                    _reload(self.alertmanager_url)
            except (SandboxError, OSError, HTTPError) as error:
                self.problems.append(str(error))

    def _sync(self) -> tuple[bool, bool]:
        """Write what is generated now; tells whether that of Prometheus and that of Alertmanager changed."""
        secrets = f"/api/v1/namespaces/{NAMESPACE}/secrets"
        prometheus = self.control_plane.api.find(f"{secrets}/prometheus-{NAME}")
        alertmanager = self.control_plane.api.find(f"{secrets}/alertmanager-{NAME}-generated")
        changed = [False, False]
        if prometheus is not None:
            text = unpacked(prometheus, "prometheus.yaml.gz")
            kubeconfig = self.control_plane.kubeconfig
            text = prometheus_configuration(text, folder=self._folder, kubeconfig=kubeconfig)
            rules_changed = write_rules(self._folder, self._rule_maps())
            changed[0] = write_if_changed(self._folder / "prometheus.yaml", text) or rules_changed
        if alertmanager is not None:
            text = unpacked(alertmanager, "alertmanager.yaml.gz")
            changed[1] = write_if_changed(self._folder / "alertmanager.yaml", text)
        return changed[0], changed[1]

    def _rule_maps(self) -> Mapping[str, Mapping[str, str]]:
        path = f"/api/v1/namespaces/{NAMESPACE}/configmaps?labelSelector=prometheus-name%3D{NAME}"
        maps = self.control_plane.api.get(path)["items"]
        return {item["metadata"]["name"]: item.get("data", {}) for item in maps}


def _secret(name: str, data: Mapping[str, str]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(data)}


def _resource(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"name": NAME, "namespace": NAMESPACE}
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": metadata, "spec": dict(spec)}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _reload(url: str) -> None:
    """Ask a server to read its configuration again; raises SandboxError with its reason when it refuses."""
    request = urllib.request.Request(f"{url}/-/reload", method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10):
            return
    except urllib.error.HTTPError as error:
        raise SandboxError(f"{url} refused the new configuration: {error.read().decode()}") from error

