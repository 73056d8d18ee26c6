"""The commands `bursar dashboard …`, as people type them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from bursar.cli import main
from bursar.cli.drawings import dashboards
from fakes import shop_past

PANEL = {"type": "timeseries", "title": "Up", "targets": [{"expr": "up"}], "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}}
EXPORT = {"title": "The Shop: all", "uid": "abc", "panels": [PANEL]}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["dashboard", *map(str, arguments)])


def written(path: Path, *documents: Any) -> Path:
    path.write_text(json.dumps(documents[0]) if len(documents) == 1 else yaml.safe_dump_all(documents))
    return path


def shown(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": shop_past.NAMESPACE}
    return {"apiVersion": "bursar.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def test_an_export_becomes_a_resource_named_after_its_title(tmp_path: Path) -> None:
    result = run("import", written(tmp_path / "shop.json", EXPORT), "--namespace", "shop")
    resource = yaml.safe_load(result.stdout)
    assert resource["metadata"] == {"name": "the-shop-all", "namespace": "shop"}
    assert resource["spec"]["rows"][0]["widgets"][0]["queries"][0]["expr"] == "up"
    assert result.stderr == ""


def test_what_may_not_work_is_said_beside_the_resource(tmp_path: Path) -> None:
    export = EXPORT | {"panels": [PANEL | {"type": "graph"}]}
    result = run("import", written(tmp_path / "shop.json", export), "--name", "x")
    assert yaml.safe_load(result.stdout)["metadata"]["name"] == "x"
    assert 'warning: panel "Up" is of the old type graph; Grafana shows it as timeseries' in result.stderr
    assert 'warning: keeps its JSON: panel "Up" is of type graph, and there is no such widget' in result.stderr


def test_what_is_no_dashboard_is_refused(tmp_path: Path) -> None:
    result = run("import", written(tmp_path / "shop.json", {"elements": {}, "layout": {}}))
    assert result.exit_code == 1
    assert "schema v2" in result.stderr


def test_where_a_file_has_dashboards_they_are_drawn(tmp_path: Path) -> None:
    wanted = shown("Dashboard", "red", {"targetRef": {"name": "shop"}, "template": {"name": "service-red"}})
    path = written(tmp_path / "all.yaml", shop_past.target(), shop_past.sla(), wanted)
    assert [each["title"] for each in dashboards(path, "default")] == ["Dashboard / shop / red"]


def test_without_dashboards_the_pages_of_slas_and_targets_are_drawn(tmp_path: Path) -> None:
    path = written(tmp_path / "all.yaml", shop_past.target(), shop_past.sla())
    assert [each["title"] for each in dashboards(path, "default")] == ["SLA / shop / shop"]


def test_an_export_of_grafana_is_drawn_as_it_is(tmp_path: Path) -> None:
    (found,) = dashboards(written(tmp_path / "shop.json", EXPORT), "default")
    assert found["title"] == "The Shop: all"


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        ([shop_past.target(), {}], "no resource in it has a dashboard"),
        ([shop_past.sla(), {}], "SLA shop: spec.targetRef.name: there is no valid MonitoringTarget shop"),
        ([shown("Dashboard", "x", {}), {}], "Dashboard x: spec: set exactly one of template, rows, import"),
        (["title", {}], "no resource in it has a dashboard"),
    ],
)
def test_what_cannot_be_drawn_is_told(tmp_path: Path, documents: list[Any], words: str) -> None:
    path = written(tmp_path / "all.yaml", *documents)
    result = run("preview", path, "--prometheus", "http://127.0.0.1:1", "-o", tmp_path / "out.html")
    assert result.exit_code == 1
    assert words in result.stderr


@pytest.mark.parametrize("length", ["soon", "0s"])
def test_a_range_must_be_a_duration(tmp_path: Path, length: str) -> None:
    path = written(tmp_path / "shop.json", EXPORT)
    result = run("preview", path, "--prometheus", "http://x", "-o", tmp_path / "out.html", "--range", length)
    assert result.exit_code == 2
    assert "--range" in result.stderr


def test_a_picture_is_drawn_even_where_nobody_answers(tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    result = run("preview", written(tmp_path / "shop.json", EXPORT), "--prometheus", "http://127.0.0.1:1", "-o", out)
    assert result.exit_code == 0, result.output
    assert "panel Up: A: http://127.0.0.1:1/api/v1/query_range" in result.stderr
    assert "The Shop: all" in out.read_text()
