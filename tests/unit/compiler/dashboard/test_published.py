import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bursar.api.base import ObjectMeta
from bursar.compiler.dashboard.published import Published, claims_of, dashboard_uid, file_name, published
from bursar.compiler.view import DashboardPolicy, RulePolicy
from bursar.conventions import Kind
from bursar.errors import InvalidSpec
from fakes.world import World

META = ObjectMeta(name="checkout", namespace="shop", uid="u")
WITH_FOLDERS = DashboardPolicy(labels={"shown": "yes"}, folder_annotation="folder")
names = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?", fullmatch=True)


def publish(*, policy: DashboardPolicy = WITH_FOLDERS, folder: str = "Shop", more: str = "") -> Published:
    document = {"uid": "checkout-1", "title": "Checkout", "panels": [], "description": more}
    world = World(policy=RulePolicy(labels={"release": "kps"}, dashboards=policy))
    return published(Kind.DASHBOARD, META, "dash-checkout", document=document, folder=folder, view=world)


def claims(config_map: Any, policy: DashboardPolicy = WITH_FOLDERS) -> set[str]:
    return set(map(str, claims_of(config_map, policy)))


def config_map(*files: tuple[str, str], folder: str = "") -> dict[str, Any]:
    return {"metadata": {"annotations": {"folder": folder} if folder else {}}, "data": dict(files)}


@given(names, names, names, names)
@example("a-dash-b", "c", "a", "b-dash-c")
def test_different_config_maps_have_different_uids_and_file_names(
    one: str, first: str, other: str, second: str
) -> None:
    same = (one, first) == (other, second)
    assert (dashboard_uid(one, f"dash-{first}") == dashboard_uid(other, f"dash-{second}")) is same
    assert (file_name(one, f"dash-{first}") == file_name(other, f"dash-{second}")) is same


@given(names, names)
@example("shop", "a" * 200)
def test_grafana_takes_every_uid(namespace: str, name: str) -> None:
    uid = dashboard_uid(namespace, name)
    assert len(uid) <= 40
    assert set(uid) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_the_config_map_carries_what_the_sidecar_looks_for() -> None:
    metadata = publish().manifest["metadata"]
    assert metadata["labels"]["shown"] == "yes"
    assert metadata["labels"]["release"] == "kps"
    assert metadata["annotations"] == {"folder": "Shop"}


def test_without_a_setting_for_folders_there_is_no_annotation() -> None:
    assert "annotations" not in publish(policy=DashboardPolicy()).manifest["metadata"]


@pytest.mark.parametrize("policy", [WITH_FOLDERS, DashboardPolicy()])
def test_it_claims_what_others_will_read_from_it(policy: DashboardPolicy) -> None:
    done = publish(policy=policy)
    assert done.claims == claims_of(done.manifest, policy)


def test_uid_title_and_file_are_claimed_the_last_two_in_their_folder() -> None:
    found = config_map(("x.json", json.dumps({"title": "Checkout", "uid": "a"})), folder="Shop")
    assert claims(found) == {'the file name "Shop/x.json"', 'in folder "Shop" the title "Checkout"', 'the uid "a"'}


def test_where_folders_have_no_effect_all_titles_are_in_one_place() -> None:
    found = config_map(("x.json", json.dumps({"title": "Checkout", "uid": "a"})), folder="Shop")
    assert 'the title "Checkout"' in claims(found, DashboardPolicy())


def test_the_newer_format_is_read_as_well() -> None:
    newer = {"kind": "Dashboard", "metadata": {"name": "a"}, "spec": {"title": "Checkout"}}
    assert claims(config_map(("x.json", json.dumps(newer)))) >= {'the title "Checkout"', 'the uid "a"'}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"title": 3, "uid": null}', '{"kind": "Dashboard"}'])
def test_what_is_no_dashboard_claims_only_its_file(text: str) -> None:
    assert claims(config_map(("x.json", text))) == {'the file name "x.json"'}


def test_a_config_map_without_data_claims_nothing() -> None:
    assert claims({"metadata": {}}) == set()


def test_a_large_dashboard_is_doubtful_and_one_that_no_config_map_holds_is_refused() -> None:
    assert publish(more="x" * 250_000).warnings == ()
    (warning,) = publish(more="x" * 260_000).warnings
    assert "Grafana loads it slowly" in warning
    with pytest.raises(InvalidSpec, match="make two dashboards of it"):
        publish(more="ä" * 460_000)


WITH_OPERATOR = DashboardPolicy(instances={"dashboards": "grafana"})


def test_with_grafana_operator_it_is_a_grafana_dashboard_and_folders_count() -> None:
    done = publish(policy=WITH_OPERATOR)
    assert (done.manifest["kind"], done.ref.kind) == ("GrafanaDashboard", "GrafanaDashboard")
    spec = done.manifest["spec"]
    assert json.loads(spec["json"])["uid"] == done.uid
    assert spec["instanceSelector"] == {"matchLabels": {"dashboards": "grafana"}}
    assert (spec["folder"], spec["allowCrossNamespaceImport"]) == ("Shop", True)


def test_grafana_dashboards_claim_as_config_maps_do() -> None:
    done = publish(policy=WITH_OPERATOR)
    assert done.claims == claims_of(done.manifest, WITH_OPERATOR)
    assert 'in folder "Shop" the title "Checkout"' in set(map(str, done.claims))
