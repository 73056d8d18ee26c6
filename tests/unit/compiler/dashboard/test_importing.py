"""Exports of other people's Grafana: each case is as small as the trait that it shows."""

import json
from typing import Any

import pytest

from bursar.compiler.dashboard.importing import Imported
from bursar.compiler.dashboard.importing import imported as read
from bursar.errors import InvalidSpec

OURS = {"type": "prometheus", "uid": "${datasource}"}


def panel(**fields: Any) -> dict[str, Any]:
    return {"id": 7, "title": "Errors", "type": "timeseries", "targets": [{"expr": "up", "refId": "A"}], **fields}


def export(*panels: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"title": "Shop", "schemaVersion": 39, "panels": list(panels), **fields}


def imported(document: Any) -> Imported:
    return read(json.dumps(document))


def first_panel(document: Any) -> Any:
    return imported(document).document["panels"][0]


def variables(document: Any) -> dict[str, str]:
    return {each["name"]: each["query"] for each in imported(document).document["templating"]["list"]}


def asks_for(plugin: str) -> dict[str, str]:
    return {"name": f"DS_{plugin.upper()}", "type": "datasource", "pluginId": plugin}


@pytest.mark.parametrize(
    "source",
    [None, "Prometheus", "default", "${DS_PROMETHEUS}", {"uid": "P1809F7CD0C75ACF3"}, {"uid": "${DS_PROMETHEUS}"}]
    + [{"type": "prometheus", "uid": uid} for uid in ("${DS_PROMETHEUS}", "PBFA97CFB590B2093", "$gone")],
)
def test_whatever_prometheus_was_read_viewers_choose_theirs(source: Any) -> None:
    document = export(panel(datasource=source), __inputs=[asks_for("prometheus")])
    assert first_panel(document)["datasource"] == OURS
    assert variables(document) == {"datasource": "prometheus"}
    assert "DS_" not in json.dumps(imported(document).document)


def test_a_target_may_name_its_own_data_source() -> None:
    targets = [{"refId": "A", "expr": "up", "datasource": {"type": "prometheus", "uid": "P18"}}]
    assert first_panel(export(panel(targets=targets)))["targets"][0]["datasource"] == OURS


@pytest.mark.parametrize("reference", ["$source", "${source}", {"uid": "${source}"}])
def test_a_variable_of_its_own_stays_and_serves_the_fixed_ones_too(reference: Any) -> None:
    own = {"name": "source", "type": "datasource", "query": "prometheus", "current": {"value": "P18"}}
    document = export(panel(datasource=reference), panel(datasource="Thanos"), templating={"list": [own]})
    assert [each["datasource"]["uid"] for each in imported(document).document["panels"]] == ["${source}"] * 2
    assert variables(document) == {"source": "prometheus"}
    assert "P18" not in json.dumps(imported(document).document)


def test_of_several_variables_each_panel_reads_its_own() -> None:
    own = [{"name": name, "type": "datasource", "query": "prometheus"} for name in ("live", "test")]
    document = export(panel(datasource="$test"), panel(datasource={"uid": "${live}"}), templating={"list": own})
    assert [each["datasource"]["uid"] for each in imported(document).document["panels"]] == ["${test}", "${live}"]


def test_another_kind_of_data_source_gets_a_variable_and_a_warning() -> None:
    document = export(panel(datasource="${DS_LOKI}", type="logs"), __inputs=[asks_for("loki")])
    assert first_panel(document)["datasource"] == {"type": "loki", "uid": "${datasource_loki}"}
    assert variables(document) == {"datasource_loki": "loki"}
    (warning,) = imported(document).warnings
    assert "data source of type loki" in warning


def test_a_name_that_says_nothing_of_its_kind_is_told() -> None:
    assert imported(export(panel(datasource="Mimir"))).warnings == ('data source "Mimir" is taken to be a Prometheus',)


@pytest.mark.parametrize(
    "source", ["-- Mixed --", {"type": "datasource", "uid": "-- Dashboard --"}, {"type": "__expr__", "uid": "__expr__"}]
)
def test_what_grafana_itself_provides_is_left_alone(source: Any) -> None:
    document = export(panel(datasource=source))
    assert first_panel(document)["datasource"] == source
    assert variables(document) == {}


def test_text_and_rows_need_no_data_source() -> None:
    document = export({"type": "text", "datasource": None, "options": {}}, {"type": "row", "datasource": None})
    assert variables(document) == {}


def test_query_variables_and_annotations_read_the_chosen_one() -> None:
    variable = {"name": "job", "type": "query", "refresh": 2, "query": "label_values(up, job)", "datasource": None}
    annotation = {"name": "deploys", "enable": True, "expr": "changes(build_info[5m])"}
    document = export(templating={"list": [variable]}, annotations={"list": [annotation]})
    dashboard = imported(document).document
    assert dashboard["templating"]["list"][1]["datasource"] == OURS
    assert dashboard["annotations"]["list"][0]["datasource"] == OURS


def test_a_constant_input_becomes_its_value() -> None:
    constant = {"name": "VAR_METRIC", "type": "constant", "value": "http_requests_total"}
    document = export(panel(targets=[{"expr": "rate(${VAR_METRIC}[5m])"}]), __inputs=[constant])
    assert first_panel(document)["targets"] == [{"expr": "rate(http_requests_total[5m])"}]


def test_what_belongs_to_the_grafana_it_came_from_is_taken_off() -> None:
    foreign = {
        "id": 12,
        "uid": "abc",
        "version": 40,
        "iteration": 163,
        "gnetId": 1860,
        "__requires": [],
        "__inputs": [],
    }
    dashboard = imported(export(panel(), **foreign, editable=True, refresh="1m")).document
    assert set(dashboard) == {"title", "schemaVersion", "panels", "templating", "editable", "refresh"}
    assert dashboard["editable"] is False


def test_panels_are_numbered_anew_in_collapsed_rows_too() -> None:
    row = {"id": 7, "type": "row", "collapsed": True, "panels": [panel(id=7), panel(id=None)]}
    first, last = imported(export(row, panel(id=7))).document["panels"]
    assert [each["id"] for each in (first, *first["panels"], last)] == [1, 2, 3, 4]


def test_a_panel_that_shows_anothers_data_follows_it() -> None:
    borrowed = panel(id=3, datasource="-- Dashboard --", targets=[{"panelId": 40, "refId": "A"}])
    panels = imported(export(panel(id=55), panel(id=40), borrowed)).document["panels"]
    assert panels[2]["targets"][0]["panelId"] == panels[1]["id"] == 2


def test_a_library_panel_is_put_in() -> None:
    element = {"uid": "lib", "name": "Errors", "kind": 1, "model": {**panel(), "title": "Shared"}}
    used = {"id": 4, "gridPos": {"x": 6}, "libraryPanel": {"uid": "lib", "name": "Errors"}}
    found = first_panel(export(used, __elements={"lib": element}))
    assert (found["title"], found["gridPos"], found["datasource"]) == ("Shared", {"x": 6}, OURS)


def test_a_library_panel_that_the_export_lacks_is_told() -> None:
    used = {"title": "Shared", "type": "stat", "libraryPanel": {"uid": "lib", "name": "Errors"}}
    (warning,) = imported(export(used)).warnings
    assert warning == 'panel "Shared" is the library panel Errors, which the export lacks'


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("graph", "Grafana shows it as timeseries"),
        ("singlestat", "Grafana shows it as stat"),
        ("natel-discrete-panel", "needs Angular; Grafana 12 and newer do not show it"),
        ("acme-ufo-panel", "this plugin must be installed"),
    ],
)
def test_panels_that_may_not_show_are_told(kind: str, words: str) -> None:
    row = {"type": "row", "collapsed": True, "panels": [panel(type=kind)]}
    (warning,) = imported(export(row)).warnings
    assert warning.startswith('panel "Errors" is of')
    assert words in warning


def test_an_alert_in_a_panel_is_told() -> None:
    (warning,) = imported(export(panel(alert={"name": "Errors"}))).warnings
    assert "has an alert, which Grafana 11 and newer ignore; write an AlertRule" in warning


def test_a_schema_of_the_future_is_told() -> None:
    (warning,) = imported(export(panel(), schemaVersion=60)).warnings
    assert "schemaVersion 60 is newer" in warning


@pytest.mark.parametrize(
    "document",
    [
        {"dashboard": export(panel()), "meta": {"slug": "shop"}},
        {"apiVersion": "dashboard.grafana.app/v1", "kind": "Dashboard", "metadata": {}, "spec": export(panel())},
        {"apiVersion": "dashboard.grafana.app/v0alpha1", "kind": "Dashboard", "spec": export(panel())},
    ],
)
def test_a_dashboard_is_found_in_its_wrapping(document: dict[str, Any]) -> None:
    assert imported(document).document == imported(export(panel())).document


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"apiVersion": "dashboard.grafana.app/v2beta1", "spec": {"elements": {}}}', "schema v2"),
        ('{"title": "Shop", "elements": {}, "layout": {"kind": "GridLayout"}}', "schema v2"),
        ('{"title": "Shop", "rows": [{"panels": []}], "schemaVersion": 14}', "before schemaVersion 16"),
        ('{"title": "Shop"}', "has no panels"),
        ('{"panels": ["a"]}', "has no panels"),
        ('{"apiVersion": "dashboard.grafana.app/v1"}', "has no panels"),
        ("[]", "is a JSON list"),
        ("title: Shop", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_classic_dashboard_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(InvalidSpec, match=words):
        read(text)


def test_what_was_imported_can_be_imported_again() -> None:
    once = imported(export(panel(datasource="Thanos"), panel(id=None), __inputs=[asks_for("prometheus")])).document
    assert imported(once).document == once
