"""What the API server makes of generated objects is what was asked for: a restart finds nothing to write."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bursar.api.base import ObjectMeta
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.conventions import FIELD_MANAGER
from bursar.engine.digest import desired_digest, live_digest
from fakes.world import World
from sandbox.control_plane import ControlPlane

pytestmark = pytest.mark.sandbox

GOLDEN = Path(__file__).parents[1] / "golden" / "monitoring_target"
PLURALS = {
    "ServiceMonitor": "servicemonitors",
    "PodMonitor": "podmonitors",
    "Probe": "probes",
    "ScrapeConfig": "scrapeconfigs",
    "PrometheusRule": "prometheusrules",
}


@pytest.mark.parametrize("case", ["service", "pods", "probe", "static", "long-name", "presets"])
def test_the_api_server_answers_a_monitor_as_it_was_asked_for(
    control_plane: ControlPlane, namespace: str, case: str
) -> None:
    document: dict[str, Any] = yaml.safe_load((GOLDEN / case / "input.yaml").read_text())
    target = MonitoringTarget.model_validate(document)
    meta = ObjectMeta(name=target.metadata.name, namespace=namespace, uid=target.metadata.uid)
    for manifest in compile_monitoring_target(target.model_copy(update={"metadata": meta}), World()).apply:
        folder = f"/apis/{manifest['apiVersion']}/namespaces/{namespace}/{PLURALS[manifest['kind']]}"
        answer = control_plane.api.apply(f"{folder}/{manifest['metadata']['name']}", manifest, manager=FIELD_MANAGER)
        assert answer["spec"] == manifest["spec"]
        assert live_digest(answer) == desired_digest(manifest)
