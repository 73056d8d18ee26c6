"""Dashboards on the real API server: what is published, and that no two ever take each other's place in Grafana."""

from collections.abc import Callable

import pytest

from fakes.dashboards import (
    FOLDER,
    GARBAGE_SECONDS,
    config_map,
    conflict,
    dashboard,
    document,
    foreign,
    is_there,
    path,
)
from fakes.samples import condition, has, is_ready
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess

StartOperator = Callable[..., OperatorProcess]


@pytest.fixture(scope="module")
def operator(module_operator: StartOperator) -> OperatorProcess:
    """One operator for all tests that do not stop it; its Grafana has folders."""
    return module_operator(not_owned_interval="1s", resync_interval="1h", folder_annotation=FOLDER)


def test_a_dashboard_becomes_the_config_map_that_the_sidecar_looks_for(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([dashboard(namespace, "checkout", "Checkout", folder="Shop")])
    status = control_plane.api.eventually(path(namespace, "checkout"), is_ready)["status"]
    written = control_plane.api.get(config_map(namespace, "dash-checkout"))
    assert list(written["data"]) == [f"{namespace}.dash-checkout.json"]
    assert written["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert written["metadata"]["annotations"] == {FOLDER: "Shop"}
    assert status["uid"] == document(written)["uid"]
    assert (status["path"], status["configMap"], status["panels"]) == (f"/d/{status['uid']}", "dash-checkout", 1)


def test_of_two_dashboards_with_one_title_the_second_is_not_written_until_the_first_is_gone(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([dashboard(namespace, "first", "Checkout")])
    control_plane.api.eventually(path(namespace, "first"), is_ready)
    control_plane.apply([dashboard(namespace, "second", "Checkout")])
    refused = control_plane.api.eventually(path(namespace, "second"), conflict)
    assert f"belongs to ConfigMap {namespace}/dash-first" in condition(refused, "Ready")["message"]
    assert not is_there(control_plane, namespace, "dash-second")
    control_plane.api.delete(path(namespace, "first"))
    control_plane.api.eventually(path(namespace, "second"), is_ready, seconds=GARBAGE_SECONDS)
    assert is_there(control_plane, namespace, "dash-second")
    assert not is_there(control_plane, namespace, "dash-first")


def test_a_rename_frees_the_title_for_whoever_waits_for_it(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([dashboard(namespace, "first", "Checkout")])
    control_plane.api.eventually(path(namespace, "first"), is_ready)
    control_plane.apply([dashboard(namespace, "second", "Checkout")])
    control_plane.api.eventually(path(namespace, "second"), conflict)
    control_plane.api.merge(path(namespace, "first"), {"spec": {"title": f"{namespace} Basket"}})
    control_plane.api.eventually(path(namespace, "second"), is_ready)
    first = document(control_plane.api.get(config_map(namespace, "dash-first")))
    assert first["title"] == f"{namespace} Basket"


def test_a_title_may_be_used_once_in_every_folder_and_a_move_into_a_taken_one_is_not_made(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([dashboard(namespace, "shop", "Checkout", folder="Shop")])
    control_plane.apply([dashboard(namespace, "mail", "Checkout", folder="Mail")])
    for name in ("shop", "mail"):
        control_plane.api.eventually(path(namespace, name), is_ready)
    control_plane.api.merge(path(namespace, "mail"), {"spec": {"folder": "Shop"}})
    control_plane.api.eventually(path(namespace, "mail"), conflict)
    kept = control_plane.api.get(config_map(namespace, "dash-mail"))
    assert kept["metadata"]["annotations"] == {FOLDER: "Mail"}
    control_plane.api.merge(path(namespace, "shop"), {"spec": {"folder": "Mail/Old"}})
    moved = control_plane.api.eventually(
        config_map(namespace, "dash-mail"), lambda found: found["metadata"]["annotations"] == {FOLDER: "Shop"}
    )
    assert document(moved)["uid"] == document(kept)["uid"]


def test_a_dashboard_that_is_made_anew_has_the_uid_that_links_lead_to(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([dashboard(namespace, "checkout", "Checkout")])
    before = control_plane.api.eventually(path(namespace, "checkout"), is_ready)
    control_plane.api.delete(path(namespace, "checkout"))
    control_plane.api.gone(path(namespace, "checkout"))
    control_plane.apply([dashboard(namespace, "checkout", "Checkout again")])
    after = control_plane.api.eventually(path(namespace, "checkout"), is_ready, seconds=GARBAGE_SECONDS)
    assert before["metadata"]["uid"] != after["metadata"]["uid"]
    assert before["status"]["uid"] == after["status"]["uid"]


def test_a_foreign_config_map_of_the_wanted_name_is_left_alone(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([foreign(namespace, "dash-checkout", "Other", uid="other")])
    control_plane.apply([dashboard(namespace, "checkout", "Checkout")])
    control_plane.api.eventually(path(namespace, "checkout"), has("Ready", "False", "NotOwned"))
    assert list(control_plane.api.get(config_map(namespace, "dash-checkout"))["data"]) == ["dash-checkout.json"]


def test_a_change_by_hand_is_undone_within_five_seconds(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([dashboard(namespace, "checkout", "Checkout", folder="Shop")])
    control_plane.api.eventually(path(namespace, "checkout"), is_ready)
    good = control_plane.api.get(config_map(namespace, "dash-checkout"))
    for change in ({"data": {"more.json": "{}"}}, {"metadata": {"annotations": {FOLDER: "Else"}}}, {"data": None}):
        control_plane.api.merge(config_map(namespace, "dash-checkout"), change)
        control_plane.api.eventually(
            config_map(namespace, "dash-checkout"),
            lambda found: (
                found.get("data") == good["data"]
                and found["metadata"]["annotations"][FOLDER] == "Shop"
                and found["metadata"]["resourceVersion"] != good["metadata"]["resourceVersion"]
            ),
            seconds=5.0,
        )
