import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from bursar.cli import main

EXAMPLES = Path(__file__).parents[3] / "examples"
DOUBTFUL = """
apiVersion: bursar.dev/v1alpha1
kind: Dashboard
metadata: {name: %s}
spec: {title: %s, rows: [{widgets: [{type: stat, unit: short, queries: [{expr: up}]}]}]}
"""


def export(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["dashboard", "export", *map(str, arguments)])


def file(folder: Path, *names: str) -> Path:
    path = folder / "dashboards.yaml"
    path.write_text("---".join(DOUBTFUL % (name, name) for name in names))
    return path


def test_it_prints_what_the_sidecar_would_get() -> None:
    document = json.loads(export(EXAMPLES / "dashboard.yaml").stdout)
    assert document["title"] == "Checkout"
    assert document["templating"]["list"][0]["name"] == "datasource"


def test_an_external_dashboard_asks_for_its_data_source() -> None:
    printed = export(EXAMPLES / "dashboard.yaml", "--format", "external").stdout
    document: dict[str, Any] = json.loads(printed)
    assert [each["name"] for each in document["__inputs"]] == ["DS_PROMETHEUS"]
    assert "${datasource}" not in printed
    assert [each["name"] for each in document["templating"]["list"]] == ["code"]


def test_warnings_go_beside_the_output(tmp_path: Path) -> None:
    done = export(file(tmp_path, "one"))
    assert json.loads(done.stdout)["title"] == "one"
    assert done.stderr.startswith("dash-one: spec.rows[0].widgets[0].title: a widget without title")


def test_several_dashboards_need_a_folder_and_become_a_file_each(tmp_path: Path) -> None:
    path = file(tmp_path, "one", "two")
    refused = export(path)
    assert (refused.exit_code, "give a folder for them by --output" in refused.stderr) == (2, True)
    assert export(path, "-o", tmp_path / "out").exit_code == 0
    assert {each.name for each in (tmp_path / "out").iterdir()} == {"dash-one.json", "dash-two.json"}


def test_a_dashboard_that_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    path = file(tmp_path, "one")
    path.write_text(path.read_text().replace("expr: up", "expr: 'sum(up'"))
    refused = export(path)
    assert refused.exit_code == 1
    assert "spec.rows[0].widgets[0].queries[0].expr: 1:7" in refused.stderr
