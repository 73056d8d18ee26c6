"""The contract of Dashboards on a real API server: what it refuses is what the models refuse, in the same words."""

import json
from typing import Any

import pytest

from bursar.api.parse import parse_resource
from bursar.conventions import Kind
from bursar.errors import InvalidSpec
from fakes.specs import changed
from sandbox.cluster import Cluster
from sandbox.process import SandboxError

pytestmark = pytest.mark.sandbox

WIDGET: dict[str, Any] = {"type": "stat", "title": "Up", "queries": [{"expr": "up"}]}
SPEC: dict[str, Any] = {"rows": [{"widgets": [WIDGET]}]}
PLACE = "rows.0.widgets.0"


def refusal(control_plane: Cluster, namespace: str, spec: dict[str, Any]) -> str:
    """Apply a Dashboard; returns the words of its refusal, empty when it was taken."""
    resource = {"apiVersion": "bursar.dev/v1alpha1", "kind": "Dashboard", "metadata": {"name": "x"}, "spec": spec}
    try:
        control_plane.kubectl("apply", "--server-side", "-n", namespace, "-f", "-", stdin=json.dumps(resource))
    except SandboxError as error:
        return str(error)
    return ""


def refused_by_the_models(namespace: str, spec: dict[str, Any]) -> str:
    try:
        parse_resource(Kind.DASHBOARD, {"metadata": {"name": "x", "namespace": namespace}, "spec": spec})
    except InvalidSpec as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "set exactly one of template, rows, import"),
        ({"rows": []}, "set exactly one of template, rows, import"),
        ({**SPEC, "template": {"name": "service-red"}}, "set exactly one of template, rows, import"),
        ({**SPEC, "import": {"json": "{}"}}, "set exactly one of template, rows, import"),
        ({**SPEC, "title": "Shop", "folder": "Shop"}, "Grafana refuses a dashboard that is called like its folder"),
        (changed(SPEC, f"{PLACE}.queries", []), "this type of widget shows queries; set queries"),
        (changed(SPEC, f"{PLACE}.type", "slo"), "this type of widget shows an SLA; set slaRef"),
        (changed(SPEC, f"{PLACE}.type", "text"), "a text shows its content; set content"),
        (changed(SPEC, f"{PLACE}.left", 3), "set both left and top, or none of them"),
        (
            changed(SPEC, PLACE, {**WIDGET, "left": 20, "top": 0, "width": 12}),
            "a row has 24 columns, and left and width together are more",
        ),
        ({**SPEC, "variables": [{"name": "x"}]}, "set exactly one of query, custom, interval, textbox, constant"),
        (
            {**SPEC, "variables": [{"name": "x", "textbox": "a", "multi": True}]},
            "only variables with a query or custom values can have several values",
        ),
    ],
)
def test_server_and_models_refuse_alike(
    control_plane: Cluster, namespace: str, spec: dict[str, Any], message: str
) -> None:
    assert message in refusal(control_plane, namespace, spec)
    assert message in refused_by_the_models(namespace, spec)


@pytest.mark.parametrize(
    "spec",
    [
        SPEC,
        {"template": {"name": "service-red", "version": 1, "parameters": {"a": "b"}}},
        {"import": {"json": "{}"}},
        changed(SPEC, f"{PLACE}.overrides", {"options": {"legend": {"showLegend": False}}, "list": [{"any": 1}]}),
        {**SPEC, "variables": [{"name": "x", "custom": ["a", "b"], "multi": True}]},
        changed(SPEC, PLACE, {**WIDGET, "thresholds": [{"value": 0.5, "color": "dark-red"}], "left": 0, "top": 0}),
    ],
)
def test_server_and_models_take_alike(control_plane: Cluster, namespace: str, spec: dict[str, Any]) -> None:
    assert refusal(control_plane, namespace, spec) == ""
    assert refused_by_the_models(namespace, spec) == ""


def test_overrides_come_back_as_they_were_written(control_plane: Cluster, namespace: str) -> None:
    overrides = {"options": {"legend": {"placement": "right"}}, "list": [{"any": 1}]}
    assert refusal(control_plane, namespace, changed(SPEC, f"{PLACE}.overrides", overrides)) == ""
    live = control_plane.api.get(f"/apis/bursar.dev/v1alpha1/namespaces/{namespace}/dashboards/x")
    assert live["spec"]["rows"][0]["widgets"][0]["overrides"] == overrides
