"""An import as a resource in widgets: what is drawn of it says all that the import said."""

import json
from typing import Any

import pytest

from bursar.api.dashboard import Dashboard
from bursar.compiler.dashboard.importing import imported
from bursar.compiler.dashboard.importing.resource import as_resource
from bursar.compiler.dashboard.resource import drawn
from fakes.world import World

SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def panel(x: int = 0, y: int = 0, **fields: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "type": "timeseries",
        "title": "Errors",
        "gridPos": {"x": x, "y": y, "w": 12, "h": 8},
        "targets": [{"expr": "sum(rate(errors_total[$__rate_interval]))", "refId": "A", "legendFormat": "{{code}}"}],
        "fieldConfig": {"defaults": {"unit": "reqps", "custom": {"lineWidth": 3, "stacking": {"mode": "normal"}}}},
        **fields,
    }


def heading(y: int, **fields: Any) -> dict[str, Any]:
    return {"type": "row", "title": "More", "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}, **fields}


def resource(*panels: dict[str, Any], variables: Any = ()) -> tuple[dict[str, Any], str]:
    document = {"title": "Shop", "panels": list(panels), "templating": {"list": list(variables)}}
    return as_resource(imported(json.dumps(document)), name="shop", namespace="shop")


def redrawn(found: dict[str, Any]) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = drawn(Dashboard.model_validate(found), World()).document["panels"]
    return panels


def says_all(there: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(there, dict):
        return all(name in there and says_all(there[name], value) for name, value in wanted.items())
    return bool(there == wanted)


@pytest.mark.parametrize(
    "given",
    [
        panel(),
        panel(fieldConfig={"defaults": {"color": {"mode": "fixed", "fixedColor": "red"}, "links": [{"url": "/x"}]}}),
        panel(type="stat", options={"graphMode": "area", "reduceOptions": {"calcs": ["mean"]}}, maxDataPoints=100),
        panel(transformations=[{"id": "reduce", "options": {}}], interval="5m"),
        panel(fieldConfig={"defaults": {"thresholds": {"mode": "percentage", "steps": [{"color": "red"}]}}}),
        panel(type="gauge", fieldConfig={"defaults": {"min": 0, "max": 1, "decimals": 2, "unit": "percentunit"}}),
    ],
)
def test_what_is_drawn_of_it_says_all_that_the_import_said(given: dict[str, Any]) -> None:
    found, why = resource(given)
    assert why == ""
    (panel_,) = redrawn(found)
    assert says_all(panel_, {name: value for name, value in given.items() if name not in ("id", "targets")})
    assert panel_["targets"][0]["expr"] == given["targets"][0]["expr"]


def test_what_a_widget_can_say_is_no_override() -> None:
    (widget,) = resource(panel())[0]["spec"]["rows"][0]["widgets"]
    assert (widget["unit"], widget["stack"], widget["queries"][0]["legend"]) == ("reqps", "normal", "{{code}}")
    assert widget["overrides"] == {"fieldConfig": {"defaults": {"custom": {"lineWidth": 3}}}}


def test_panels_stay_where_they_were_below_their_headings() -> None:
    collapsed = heading(9, collapsed=True, panels=[panel(0, 10, title="C")])
    found, _ = resource(panel(12, 0, title="B"), panel(0, 0, title="A"), heading(8), collapsed)
    rows = found["spec"]["rows"]
    assert [(row.get("title"), [widget["title"] for widget in row["widgets"]]) for row in rows] == [
        (None, ["A", "B"]),
        ("More", ["C"]),
    ]
    assert [(widget["left"], widget["top"]) for row in rows for widget in row["widgets"]] == [(0, 0), (12, 0), (0, 0)]
    assert [each["gridPos"] for each in redrawn(found)[:2]] == [
        {"x": 0, "y": 0, "w": 12, "h": 8},
        {"x": 12, "y": 0, "w": 12, "h": 8},
    ]


def test_variables_come_along() -> None:
    variables = [
        {
            "name": "region",
            "type": "query",
            "query": {"query": "label_values(up, region)"},
            "multi": True,
            "refresh": 1,
        },
        {"name": "step", "type": "interval", "query": "1m,10m,auto"},
        {"name": "env", "type": "custom", "query": "live : prod, test"},
    ]
    text = panel(type="text", options={"content": "$region $step $env", "mode": "markdown"}, targets=[])
    found, why = resource(text, variables=variables)
    assert why == ""
    assert found["spec"]["variables"] == [
        {"name": "region", "multi": True, "query": "label_values(up, region)"},
        {"name": "step", "interval": ["1m", "10m"]},
        {"name": "env", "custom": ["prod", "test"]},
    ]
    redrawn(found)


@pytest.mark.parametrize(
    ("given", "variables", "words"),
    [
        (panel(type="geomap"), (), 'panel "Errors" is of type geomap, and there is no such widget'),
        (panel(targets=[{"rawSql": "select 1"}]), (), 'panel "Errors" asks something that is not PromQL'),
        (panel(), [{"name": "f", "type": "adhoc"}], "variable f is of type adhoc"),
        (panel(gridPos=None), (), "a panel is not as expected"),
    ],
)
def test_what_widgets_cannot_say_keeps_its_json(given: dict[str, Any], variables: Any, words: str) -> None:
    found, why = resource(given, variables=variables)
    assert words in why
    assert redrawn(found)[0]["title"] == "Errors"
    assert "rows" not in found["spec"]
