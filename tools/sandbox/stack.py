"""prometheus-operator, and a real Prometheus and Alertmanager that run what it generates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import yaml

from sandbox.cluster import Cluster
from sandbox.config_runner import NAME, NAMESPACE, ConfigRunner
from sandbox.process import LOOPBACK, free_port, wait_until
from sandbox.programs import Programs
from sandbox.receiver import Receiver
from sandbox.web import is_ready

START_SECONDS: Final = 60.0
SELECTED_KINDS: Final = ("serviceMonitor", "podMonitor", "probe", "scrapeConfig", "rule")
SELECT_ALL: Final[Mapping[str, Any]] = {
    f"{kind}{selector}": {} for kind in SELECTED_KINDS for selector in ("Selector", "NamespaceSelector")
}


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How the stack is set up; intervals are Prometheus durations.

    `prometheus` and `alertmanager` override fields of the spec of the resource of that kind, which select everything.
    """

    scrape_interval: str = "1s"
    evaluation_interval: str = "1s"
    group_wait: str = "1s"
    group_interval: str = "1s"
    repeat_interval: str = "4h"
    prometheus: Mapping[str, Any] = field(default_factory=dict)
    alertmanager: Mapping[str, Any] = field(default_factory=dict)


class PrometheusStack:
    """One stack for one cluster; what no route takes is delivered to `receiver`."""

    def __init__(self, cluster: Cluster, options: StackOptions | None = None) -> None:
        self.prometheus_url = f"http://{LOOPBACK}:{free_port()}"
        self.alertmanager_url = f"http://{LOOPBACK}:{free_port()}"
        self.receiver = Receiver()
        self._cluster = cluster
        self._options = options or StackOptions()
        self._folder = cluster.folder / "stack"
        self.programs = Programs(self._folder)
        self._runner = ConfigRunner(
            cluster, self._folder, prometheus_url=self.prometheus_url, alertmanager_url=self.alertmanager_url
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """What the config runner could not do, oldest first."""
        return tuple(self._runner.problems)

    def start(self) -> Self:
        """Start everything and wait until it serves; a failed start leaves nothing behind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start_operator()
            self._cluster.apply(self._resources())
            wait_until(self._configured, seconds=START_SECONDS, what="prometheus-operator generates a configuration")
            self.start_prometheus()
            self.start_alertmanager()
            self._runner.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End everything, the last started first."""
        self._runner.stop()
        self.programs.stop()
        self.receiver.stop()

    def check(self) -> None:
        """Raise SandboxError when a part has ended by itself."""
        self.programs.check()

    def stop_prometheus(self) -> None:
        """End the Prometheus, as an outage does."""
        self.programs.stop_one("prometheus")

    def start_prometheus(self) -> None:
        """Start the Prometheus on the address and data that it had."""
        flags = {
            "config.file": self._folder / "prometheus.yaml",
            "storage.tsdb.path": self._folder / "prometheus-data",
            "rules.alert.resend-delay": "1s",
        }
        self._serve("prometheus", self.prometheus_url, flags, "--web.enable-lifecycle")

    def stop_alertmanager(self) -> None:
        """End the Alertmanager, as an outage does."""
        self.programs.stop_one("alertmanager")

    def start_alertmanager(self) -> None:
        """Start the Alertmanager on the address and data that it had."""
        flags = {
            "config.file": self._folder / "alertmanager.yaml",
            "storage.path": self._folder / "alertmanager-data",
            "cluster.listen-address": "",
        }
        self._serve("alertmanager", self.alertmanager_url, flags)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_operator(self) -> None:
        address = f"{LOOPBACK}:{free_port()}"
        process = self.programs.start(
            "prometheus-operator",
            {"feature-gates": "StatusForConfigurationResources=true", "web.listen-address": address},
            environment={"KUBECONFIG": str(self._cluster.kubeconfig)},
        )
        process.wait_ready(lambda: is_ready(f"http://{address}/healthz"), seconds=START_SECONDS)

    def _serve(self, name: str, url: str, flags: Mapping[str, object], *extra: str) -> None:
        address = url.removeprefix("http://")
        process = self.programs.start(name, {**flags, "web.listen-address": address}, extra=extra)
        process.wait_ready(lambda: is_ready(f"{url}/-/ready"), seconds=START_SECONDS)

    def _configured(self) -> bool:
        self.check()
        return self._runner.write()

    def _resources(self) -> list[dict[str, Any]]:
        address = self.alertmanager_url.removeprefix("http://")
        prometheus = {
            **SELECT_ALL,
            "serviceDiscoveryRole": "EndpointSlice",
            "scrapeInterval": self._options.scrape_interval,
            "evaluationInterval": self._options.evaluation_interval,
            "additionalAlertManagerConfigs": {"name": "alertmanagers", "key": "configs.yaml"},
            **self._options.prometheus,
        }
        alertmanager = {
            "alertmanagerConfigSelector": {},
            "alertmanagerConfigNamespaceSelector": {},
            **self._options.alertmanager,
        }
        return [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
            _secret("alertmanagers", "configs.yaml", [{"static_configs": [{"targets": [address]}]}]),
            _secret(f"alertmanager-{NAME}", "alertmanager.yaml", self._routing()),
            _resource("Prometheus", prometheus),
            _resource("Alertmanager", alertmanager),
        ]

    def _routing(self) -> dict[str, Any]:
        options = self._options
        return {
            "route": {
                "receiver": "root",
                "group_by": ["..."],
                "group_wait": options.group_wait,
                "group_interval": options.group_interval,
                "repeat_interval": options.repeat_interval,
            },
            "receivers": [{"name": "root", "webhook_configs": [{"url": self.receiver.url, "send_resolved": True}]}],
        }


def _secret(name: str, key: str, content: object) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {key: yaml.safe_dump(content)}}


def _resource(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"name": NAME, "namespace": NAMESPACE}
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": metadata, "spec": dict(spec)}
