"""The dashboards that are judged: those that the golden cases expect, and every template for the demo's shop."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from bursar.api.dashboard import Dashboard
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.dashboard.resource import drawn
from bursar.compiler.dashboard.templates import TEMPLATES
from fakes import shop_past
from fakes.world import World

GOLDEN: Final = Path(__file__).parents[1] / "golden" / "dashboard"
Document = Mapping[str, Any]


def golden_documents() -> dict[str, Document]:
    """Case -> the dashboard that Grafana is given."""
    paths = sorted(GOLDEN.glob("*/expected/ConfigMap-*.yaml"))
    return {path.parents[1].name: _only(yaml.safe_load(path.read_text())["data"]) for path in paths}


def template_documents() -> dict[str, Document]:
    """Template -> the dashboard that it becomes for the shop."""
    target, sla = MonitoringTarget.model_validate(shop_past.target()), SLA.model_validate(shop_past.sla())
    world = World(targets=(target,), slas=(sla,))
    return {f"template-{name}": drawn(_from_template(name), world).document for name in TEMPLATES}


def _from_template(name: str) -> Dashboard:
    parameters = {"sla": "shop"} if name == "slo-detail" else {}
    spec = {"targetRef": {"name": "shop"}, "template": {"name": name, "parameters": parameters}}
    return Dashboard.model_validate({"metadata": {"name": name, "namespace": "shop"}, "spec": spec})


def _only(data: Document) -> Document:
    (document,) = data.values()
    return dict(document)
