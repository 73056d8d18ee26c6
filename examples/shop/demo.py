"""An error budget that burns, pages, escalates and recovers, on a real API server, Prometheus and Alertmanager.

Starts a sandbox, a small shop with real traffic and the operator under the rights of its chart, applies shop.yaml,
breaks the shop after a minute, hides its metrics in mid-outage, acknowledges nothing, and mends it again. Windows of a
day, scrapes and evaluations every second and a slow group of ten seconds make all of it happen within four minutes;
nothing else differs from a cluster.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from examples.shop.table import table

from bursar.conventions import NO_DATA_ALERT, PAGE_ALERT
from sandbox.chart import install_rights
from sandbox.control_plane import ControlPlane
from sandbox.endpoints import service
from sandbox.operator import OperatorProcess
from sandbox.process import Process, SandboxError, free_port
from sandbox.receiver import Receiver
from sandbox.stack import PrometheusStack

ROOT: Final = Path(__file__).parents[2]
MANIFESTS: Final = Path(__file__).parent / "shop.yaml"
BURSAR: Final = "/apis/bursar.dev/v1alpha1/namespaces/shop"
OPERATOR_SETTINGS: Final = {"fast_interval": "1s", "slow_interval": "10s", "refresh_interval": "2s"}
HEALTHY_SECONDS: Final = 60.0
FAULT_SECONDS: Final = 20.0
LOST_SECONDS: Final = 60.0  # longer than the short window of the tier that burns
ONCALL, LEAD, PLATFORM = "oncall", "lead", "nobody's channel: the platform"
REDRAW_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 240.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that runs."""

    plane: ControlPlane
    stack: PrometheusStack
    operator: OperatorProcess
    shop_port: int
    receivers: Mapping[str, Receiver]

    def picture(self) -> str:
        """Render what kubectl would show now."""
        api = self.plane.api
        target, sla = api.get(f"{BURSAR}/monitoringtargets/shop"), api.get(f"{BURSAR}/slas/shop")
        messages = {channel: receiver.messages for channel, receiver in self.receivers.items()}
        return table(target, sla, self.alerts(), messages)

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts of Prometheus, pending and firing."""
        with urllib.request.urlopen(f"{self.stack.prometheus_url}/api/v1/alerts", timeout=5) as answer:
            alerts: list[dict[str, Any]] = json.load(answer)["data"]["alerts"]
        return alerts

    def set_fault(self, *, failing: float, silent: bool = False) -> None:
        """Let a share of the shop's requests fail; a silent shop shows no metrics."""
        url = f"http://127.0.0.1:{self.shop_port}/fault?failing={failing}&silent={silent:d}"
        with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=5):
            return

    def delivered(self, alert: str, status: str, *, to: str = ONCALL) -> bool:
        """Whether an alert of that status, firing or resolved, was delivered to a channel."""
        messages = self.receivers[to].messages
        return any((message.labels["alertname"], message.status) == (alert, status) for message in messages)

    def has_budgets(self) -> bool:
        """Whether every objective's budget stands in the status."""
        rows = self._rows()
        return bool(rows) and all("budget" in row for row in rows)

    def has_page(self) -> bool:
        """Whether the status knows of a page."""
        return any(row["alerts"]["page"] == "Firing" for row in self._rows())

    def check(self) -> None:
        """Raise SandboxError when a part has ended."""
        self.plane.check()
        self.stack.check()
        self.operator.process.check()

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.plane.api.get(f"{BURSAR}/slas/shop").get("status", {}).get("objectives", [])
        return rows


@contextlib.contextmanager
def running_scene(folder: Path) -> Iterator[Scene]:
    """Start everything, and end all of it in any case."""
    with contextlib.ExitStack() as stack:
        plane = stack.enter_context(ControlPlane(folder))
        tell(f"API server at {plane.server}")
        plane.install_crds()
        prometheus = stack.enter_context(PrometheusStack(plane))
        tell(f"Prometheus at {prometheus.prometheus_url}, Alertmanager at {prometheus.alertmanager_url}")
        port = free_port()
        for name in ("app", "traffic"):
            started = _start_shop(name, folder, port)
            stack.callback(started.stop)
        receivers = {channel: Receiver() for channel in (ONCALL, LEAD)}
        for receiver in receivers.values():
            stack.callback(receiver.stop)
        addresses = {"prometheus_url": prometheus.prometheus_url, "alertmanager_url": prometheus.alertmanager_url}
        settings = {**OPERATOR_SETTINGS, **addresses}
        operator = OperatorProcess(install_rights(plane), log=folder / "operator.log", settings=settings)
        stack.callback(operator.stop)
        operator.wait_ready()
        tell(f"operator ready, under the rights of charts/bursar; its metrics: {operator.url}/metrics")
        secrets = [_secret(channel, receiver.url) for channel, receiver in receivers.items()]
        manifests = yaml.safe_load_all(MANIFESTS.read_text())
        plane.apply([_namespace(), *secrets, *service("shop", "shop", port), *manifests])
        tell(f"applied {MANIFESTS.relative_to(ROOT)}; look yourself: export KUBECONFIG={plane.kubeconfig}\n")
        yield Scene(plane, prometheus, operator, port, {**receivers, PLATFORM: prometheus.receiver})


def _start_shop(name: str, folder: Path, port: int) -> Process:
    command = [sys.executable, "-m", f"examples.shop.{name}", "--port", str(port)]
    return Process(f"shop-{name}", command, log=folder / f"shop-{name}.log", environment={"PYTHONPATH": str(ROOT)})


def _namespace() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}


def _secret(name: str, url: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"url": url}}


def show_until(scene: Scene, done: Callable[[], bool], *, title: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Keep the picture fresh until something has happened; raises SandboxError when it does not."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise SandboxError(f"{title}: not within {seconds:.0f} s\n{scene.picture()}")
        scene.check()
        if sys.stdout.isatty():
            print(f"\x1b[2J\x1b[H== {title}\n\n{scene.picture()}", flush=True)
        time.sleep(REDRAW_SECONDS)
    print(f"== {title}\n\n{scene.picture()}\n", flush=True)


def play(scene: Scene) -> None:
    """Show health, a fault, the page, the loss of all telemetry, and recovery."""
    show_until(scene, scene.has_budgets, title="budgets computed by Prometheus, read back by the operator")
    show_until(scene, _timer(HEALTHY_SECONDS), title="a minute of healthy traffic")
    scene.set_fault(failing=1.0)
    broken = _timer(FAULT_SECONDS)
    show_until(
        scene,
        lambda: broken() and scene.has_page() and scene.delivered(PAGE_ALERT, "firing"),
        title="the shop fails every request: the budget burns, a page is delivered to the person on call",
    )
    scene.set_fault(failing=1.0, silent=True)
    lost = _timer(LOST_SECONDS)
    show_until(
        scene,
        lambda: lost() and scene.delivered(NO_DATA_ALERT, "firing") and scene.delivered(PAGE_ALERT, "firing", to=LEAD),
        title="and now its metrics are gone: the page is held; nobody acknowledges it, so the lead is told",
    )
    if scene.delivered(PAGE_ALERT, "resolved"):
        raise SandboxError("the page resolved while nobody could see the shop")
    scene.set_fault(failing=0.0)
    show_until(
        scene,
        lambda: (
            not scene.has_page() and all(scene.delivered(PAGE_ALERT, "resolved", to=each) for each in (ONCALL, LEAD))
        ),
        title="mended, and seen to be well: the page resolves, the spent budget stays spent",
    )


def _timer(seconds: float) -> Callable[[], bool]:
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() >= ends


def tell(text: str) -> None:
    """Say what was done."""
    print(f"demo: {text}", flush=True)


def main() -> None:
    """Run the demonstration; --once ends after recovery, else the table stays until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--once", action="store_true", help="end after the recovery instead of staying")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bursar-demo-") as folder,
        contextlib.suppress(KeyboardInterrupt),
        running_scene(Path(folder)) as scene,
    ):
        play(scene)
        if not given.once:
            show_until(scene, lambda: False, title="everything goes on; Ctrl-C ends it", seconds=float("inf"))
    tell("everything has ended")


if __name__ == "__main__":
    main()
