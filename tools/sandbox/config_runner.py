"""The config runner: brings what prometheus-operator generates to running servers.

In a cluster the kubelet mounts it and a reloader in the Pod tells the server; here there is neither.
"""

import subprocess
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.binaries import binary
from sandbox.cluster import Cluster
from sandbox.process import SandboxError
from sandbox.rendered import (
    alertmanager_configuration,
    prometheus_configuration,
    secret_entries,
    unpacked,
    write_file,
    write_folder,
)
from sandbox.web import NoAnswer, request

NAMESPACE: Final = "monitoring"
NAME: Final = "main"
POLL_SECONDS: Final = 0.5


@dataclass(slots=True)
class Server:
    """A server that is configured here: `version` is what its files were made of, `stale` that it has not read them."""

    url: str
    configuration: Path
    checker: tuple[str, ...]
    version: tuple[str, ...] = ()
    stale: bool = False

    def reload(self) -> None:
        """Make it read its files; one that is down reads them when it starts. Raises SandboxError when it refuses."""
        try:
            answer = request("POST", f"{self.url}/-/reload")
        except NoAnswer:
            return
        self.stale = False
        if answer.status != 200:
            raise SandboxError(f"{self.url} refused {self.configuration}: {answer.text}")


class ConfigRunner:
    """Polls the generated objects and keeps a Prometheus and an Alertmanager on them, from `start` to `stop`.

    `problems` is what went wrong, oldest first: an invalid configuration, a refused reload, an API server that is away.
    """

    def __init__(self, cluster: Cluster, folder: Path, *, prometheus_url: str, alertmanager_url: str) -> None:
        self.prometheus = Server(prometheus_url, folder / "prometheus.yaml", ("promtool", "check", "config"))
        self.alertmanager = Server(alertmanager_url, folder / "alertmanager.yaml", ("amtool", "check-config"))
        self.problems: list[str] = []
        self._cluster = cluster
        self._folder = folder
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="config-runner", daemon=True)

    def start(self) -> None:
        """Follow every change from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Follow no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def write(self) -> bool:
        """Write what is generated now; tells whether both servers have a configuration. Raises SandboxError."""
        self._write_prometheus()
        self._write_alertmanager()
        return self.prometheus.configuration.is_file() and self.alertmanager.configuration.is_file()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            for step in (self._write_prometheus, self._write_alertmanager, self._reload):
                try:
                    step()
                except SandboxError as error:
                    self._report(str(error))

    def _report(self, problem: str) -> None:
        if self.problems[-1:] != [problem]:
            self.problems.append(problem)

    def _reload(self) -> None:
        for server in (self.prometheus, self.alertmanager):
            if server.stale:
                server.reload()

    def _write_prometheus(self) -> None:
        secret = self._secret(f"prometheus-{NAME}")
        if secret is None:
            return
        certificates = self._secret(f"prometheus-{NAME}-tls-assets-0")
        rules = self._rule_maps()
        version = _version([secret, *rules, *([certificates] if certificates else [])])
        if version == self.prometheus.version:
            return
        folder = self._folder / "prometheus"
        write_folder(folder / "certs", secret_entries(certificates or {}))
        write_folder(folder / "rules", _rule_files(rules))
        text = unpacked(secret, "prometheus.yaml.gz")
        text = prometheus_configuration(text, folder=folder, kubeconfig=self._cluster.kubeconfig)
        self._configure(self.prometheus, text, version)

    def _write_alertmanager(self) -> None:
        secret = self._secret(f"alertmanager-{NAME}-generated")
        if secret is None or _version([secret]) == self.alertmanager.version:
            return
        text = alertmanager_configuration(
            unpacked(secret, "alertmanager.yaml.gz"), folder=self._folder / "alertmanager"
        )
        self._configure(self.alertmanager, text, _version([secret]))

    def _configure(self, server: Server, text: str, version: tuple[str, ...]) -> None:
        """Give a server a configuration if its own checker accepts it; an invalid one is not looked at again."""
        server.version = version
        candidate = server.configuration.with_suffix(".candidate")
        write_file(candidate, text.encode())
        tool, *arguments = server.checker
        checked = subprocess.run([binary(tool), *arguments, candidate], capture_output=True, text=True, check=False)
        if checked.returncode:
            raise SandboxError(f"{tool} refuses {candidate}:\n{checked.stdout}{checked.stderr}")
        candidate.replace(server.configuration)
        server.stale = True

    def _secret(self, name: str) -> Mapping[str, Any] | None:
        secret: Mapping[str, Any] | None = self._cluster.api.find(f"/api/v1/namespaces/{NAMESPACE}/secrets/{name}")
        return secret

    def _rule_maps(self) -> list[Mapping[str, Any]]:
        path = f"/api/v1/namespaces/{NAMESPACE}/configmaps?labelSelector=prometheus-name%3D{NAME}"
        maps: list[Mapping[str, Any]] = self._cluster.api.get(path)["items"]
        return maps


def _version(objects: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{each['metadata']['uid']}/{each['metadata']['resourceVersion']}" for each in objects)


def _rule_files(config_maps: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    return {
        f"{config_map['metadata']['name']}/{key}": text.encode()
        for config_map in config_maps
        for key, text in config_map.get("data", {}).items()
    }
