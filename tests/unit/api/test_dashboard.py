from typing import Any

import pytest

from bursar.api.dashboard import Dashboard
from bursar.api.parse import parse_resource
from bursar.conventions import Kind
from fakes.specs import changed, findings, raw

WIDGET: dict[str, Any] = {"type": "stat", "title": "Up", "unit": "short", "queries": [{"expr": "up"}]}
SPEC: dict[str, Any] = {"rows": [{"widgets": [WIDGET]}]}
PLACE = "rows.0.widgets.0"


def refused(path: str, value: Any) -> str:
    (finding,) = findings(Kind.DASHBOARD, changed(SPEC, path, value))
    return finding


def test_a_dashboard_of_one_widget_is_accepted() -> None:
    assert isinstance(parse_resource(Kind.DASHBOARD, raw(Kind.DASHBOARD, SPEC)), Dashboard)


@pytest.mark.parametrize(
    "spec", [{}, {"rows": []}, {**SPEC, "template": {"name": "service-red"}}, {**SPEC, "import": {"json": "{}"}}]
)
def test_a_dashboard_has_exactly_one_content(spec: dict[str, Any]) -> None:
    assert findings(Kind.DASHBOARD, spec) == ["spec: set exactly one of template, rows, import"]


def test_a_dashboard_is_not_called_like_its_folder() -> None:
    assert "called like its folder" in findings(Kind.DASHBOARD, {**SPEC, "title": "Shop", "folder": "Shop"})[0]


@pytest.mark.parametrize("folder", ["../etc", "/abs", "a/b/c/d", "Shop/", "-x", "a//b"])
def test_a_folder_leads_nowhere_else(folder: str) -> None:
    assert refused("folder", folder).startswith("spec.folder: must match")


@pytest.mark.parametrize(
    ("path", "value", "advice"),
    [
        (f"{PLACE}.type", "chart", "must be timeseries, bar"),
        (f"{PLACE}.queries", [], "this type of widget shows queries; set queries"),
        (f"{PLACE}.type", "slo", "this type of widget shows an SLA; set slaRef"),
        (f"{PLACE}.type", "text", "a text shows its content; set content"),
        (f"{PLACE}.unit", "percentunti", "Grafana has no unit percentunti; did you mean percentunit"),
        (f"{PLACE}.left", 3, "set both left and top, or none of them"),
        (f"{PLACE}.thresholds", [{"color": "url(x)"}], "must match"),
        (f"{PLACE}.links", [{"title": "x", "url": "javascript:alert(1)"}], "must match"),
        (f"{PLACE}.description", "<img src=x onerror=alert(1)>", "write Markdown without HTML"),
        ("variables", [{"name": "x"}], "set exactly one of query, custom, interval, textbox, constant"),
        ("variables", [{"name": "x", "textbox": "1", "multi": True}], "only variables with a query or custom values"),
        ("variables", [{"name": "x", "textbox": "1"}, {"name": "x", "textbox": "2"}], 'two items are named "x"'),
        ("timezone", "Berlin; rm", "must match"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(path: str, value: Any, advice: str) -> None:
    assert advice in refused(path, value)


def test_left_and_width_stay_within_the_columns() -> None:
    spec = changed(changed(changed(SPEC, f"{PLACE}.left", 13), f"{PLACE}.top", 0), f"{PLACE}.width", 12)
    assert "left and width together are more" in findings(Kind.DASHBOARD, spec)[0]
