import json
from typing import Any

from bursar.api.dashboard import Dashboard
from bursar.compiler.dashboard.resource import compile_dashboard
from bursar.compiler.plan import Accepted, Plan, Rejected, Waiting
from bursar.compiler.view import DashboardPolicy, RulePolicy
from bursar.conventions import ChildKind
from fakes.world import World

EXPORTED = {
    "uid": "theirs",
    "id": 7,
    "title": "Theirs",
    "schemaVersion": 39,
    "panels": [{"type": "text", "title": "x"}],
}


def compiled(name: str = "checkout", world: World | None = None, **spec: Any) -> Plan:
    raw = {"metadata": {"name": name, "namespace": "shop", "uid": "u"}, "spec": spec}
    return compile_dashboard(Dashboard.model_validate(raw), world or World())


def document(plan: Plan) -> Any:
    assert isinstance(plan.verdict, Accepted)
    ((text,),) = (manifest["data"].values() for manifest in plan.apply)
    return json.loads(text)


ROWS = [{"widgets": [{"type": "stat", "title": "Up", "unit": "short", "queries": [{"expr": "up"}]}]}]


def test_a_dashboard_without_title_has_one_that_nobody_else_has() -> None:
    assert document(compiled(rows=ROWS))["title"] == "Dashboard / shop / checkout"


def test_the_uid_does_not_depend_on_the_object_or_its_title() -> None:
    first, second = compiled(rows=ROWS), compiled(rows=ROWS, title="Checkout")
    assert document(first)["uid"] == document(second)["uid"] == first.fields["uid"]
    assert document(compiled("basket", rows=ROWS))["uid"] != first.fields["uid"]


def test_grafana_cannot_save_what_it_did_not_make() -> None:
    assert document(compiled(rows=ROWS))["editable"] is False


def test_an_imported_dashboard_gets_our_uid_and_keeps_its_title() -> None:
    imported = document(compiled(import_={"json": json.dumps(EXPORTED)}))
    assert imported["title"] == "Theirs"
    assert imported["uid"] == document(compiled(rows=ROWS))["uid"]
    assert "id" not in imported
    assert imported["editable"] is False


def test_an_import_that_is_no_dashboard_is_the_users_to_correct() -> None:
    plan = compiled(import_={"json": "{}"})
    assert isinstance(plan.verdict, Rejected)
    assert plan.verdict.message.startswith("spec.import.json: ")


def test_the_number_of_warnings_stands_in_the_condition() -> None:
    plan = compiled(rows=[{"widgets": [{"type": "stat", "queries": [{"expr": "up"}]}]}])
    assert len(plan.fields["warnings"]) == 2
    assert plan.conditions[0].message == "1 panels; 2 warnings in status.warnings"
    assert "warnings" not in compiled(rows=ROWS).fields


def test_a_folder_counts_where_the_platform_has_folders() -> None:
    world = World(policy=RulePolicy(labels={}, dashboards=DashboardPolicy(folder_annotation="folder")))
    with_folders, without = compiled(world=world, rows=ROWS, folder="Shop"), compiled(rows=ROWS, folder="Shop")
    assert "warnings" not in with_folders.fields
    assert without.fields["warnings"][0].startswith('spec.folder: "Shop" has no effect')


def test_grafana_dashboards_wait_for_their_crd() -> None:
    policy = RulePolicy(labels={}, dashboards=DashboardPolicy(instances={"dashboards": "grafana"}))
    there, missing = World(policy=policy), World(policy=policy, served=frozenset({ChildKind.CONFIG_MAP}))
    assert [each["kind"] for each in compiled(world=there, rows=ROWS, folder="Shop").apply] == ["GrafanaDashboard"]
    plan = compiled(world=missing, rows=ROWS)
    assert isinstance(plan.verdict, Waiting)
    assert "install grafana-operator" in plan.verdict.message
