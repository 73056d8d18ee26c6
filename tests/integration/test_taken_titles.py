"""An SLA whose dashboard would have a title that somebody else has already."""

import json

from fakes.samples import BURSAR, has
from fakes.shop import availability, shop_sla, shop_target
from integration.conftest import StartOperator
from sandbox.cluster import Cluster


def test_an_sla_whose_title_is_taken_has_its_rules_all_the_same(
    control_plane: Cluster, namespace: str, start_operator: StartOperator
) -> None:
    content = json.dumps({"title": f"SLA / {namespace} / shop", "uid": "theirs", "panels": []})
    metadata = {"name": "theirs", "namespace": namespace, "labels": {"grafana_dashboard": "1"}}
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"theirs.json": content}}
    control_plane.apply([theirs])
    start_operator(namespaces=namespace, sla_dashboards="true")
    control_plane.apply([shop_target(namespace), shop_sla(namespace, "shop", availability())])
    control_plane.api.eventually(f"{BURSAR}/{namespace}/slas/shop", has("Ready", "False", "TitleConflict"))
    rules = control_plane.api.get(f"/apis/monitoring.coreos.com/v1/namespaces/{namespace}/prometheusrules")["items"]
    assert sorted(each["metadata"]["name"] for each in rules) == ["sla-shop"]
    found = control_plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps")["items"]
    assert "sla-shop-dashboard" not in [each["metadata"]["name"] for each in found]
