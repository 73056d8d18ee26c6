"""Dashboards as a user writes them, those of others, and where they are."""

import json
from typing import Any, Final

from fakes.samples import BURSAR, has
from sandbox.cluster import Cluster

FOLDER: Final = "grafana_folder"
GARBAGE_SECONDS: Final = 90.0  # the garbage collector learns of new CRDs every 30 s

conflict = has("Ready", "False", "TitleConflict")


def dashboard(namespace: str, name: str, title: str, **more: Any) -> dict[str, Any]:
    widget = {"type": "stat", "title": "Up", "unit": "short", "queries": [{"expr": "sum(up)"}]}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "Dashboard",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"title": f"{namespace} {title}", "rows": [{"widgets": [widget]}], **more},
    }


def path(namespace: str, name: str) -> str:
    return f"{BURSAR}/{namespace}/dashboards/{name}"


def config_map(namespace: str, name: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps/{name}"


def foreign(namespace: str, name: str, title: str, uid: str) -> dict[str, Any]:
    content = json.dumps({"title": f"{namespace} {title}", "uid": uid, "panels": []})
    metadata = {"name": name, "namespace": namespace, "labels": {"grafana_dashboard": "true"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {f"{name}.json": content}}


def document(written: dict[str, Any]) -> dict[str, Any]:
    (text,) = written["data"].values()
    return dict(json.loads(text))


def is_there(control_plane: Cluster, namespace: str, name: str) -> bool:
    listed = control_plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps")
    return name in {each["metadata"]["name"] for each in listed["items"]}
