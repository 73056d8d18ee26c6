"""A drawn dashboard as the ConfigMap that Grafana's sidecar loads, and what it takes for itself.

Two dashboards with one uid, or with one title in one folder, make Grafana refuse every change of all dashboards that
came the same way, and two with one file name delete each other. So each says beforehand what it claims.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from bursar.api.base import ObjectMeta
from bursar.compiler.dashboard.render import encoded
from bursar.compiler.objects import bounded_name, owned_config_map, owned_object
from bursar.compiler.plan import ChildRef, Claim, Manifest, Plan
from bursar.compiler.view import DashboardPolicy, View
from bursar.conventions import ChildKind, Kind
from bursar.errors import FieldError, InvalidSpec

LARGEST: Final = 900_000
LARGE: Final = 256_000
LONGEST_SLUG: Final = 27
HASH_LENGTH: Final = 12
PREFIX: Final = "dash-"
RESYNC_PERIOD: Final = "10m0s"
SUFFIX: Final = ".json"

UID: Final = "the uid"
FILE: Final = "the file name"


@dataclass(frozen=True, slots=True)
class Published:
    """A dashboard as it is to be written, and where Grafana will show it."""

    manifest: Manifest
    ref: ChildRef
    claims: frozenset[Claim]
    uid: str
    title: str
    path: str
    panels: int
    warnings: tuple[str, ...]

    def added_to(self, plan: Plan) -> Plan:
        """Add this dashboard to what a resource of another kind generates; its status says where it is."""
        return replace(
            plan,
            apply=(*plan.apply, self.manifest),
            claims={**plan.claims, self.ref: self.claims},
            fields={**plan.fields, "dashboard": self.path},
        )

    def fields(self) -> dict[str, Any]:
        """Return what a status says of it."""
        return {"uid": self.uid, "path": self.path}


def dashboard_uid(namespace: str, config_map: str) -> str:
    """Name a dashboard in Grafana: the same whenever an object of that name is made, and no other's."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", config_map.removeprefix(PREFIX))[:LONGEST_SLUG].strip("-")
    return f"{slug}-{sha256(f'{namespace}/{config_map}'.encode()).hexdigest()[:HASH_LENGTH]}"


def default_title(kind: Kind, meta: ObjectMeta) -> str:
    """Title a dashboard that has no title: nobody else has this one by chance."""
    return f"{kind} / {meta.namespace} / {meta.name}"


def file_name(namespace: str, config_map: str) -> str:
    """Name the file: all dashboards of a cluster lie in one folder. Only a dot is in no namespace's name."""
    return f"{namespace}.{config_map}{SUFFIX}"


def published(
    owner: Kind, meta: ObjectMeta, name: str, *, document: Mapping[str, Any], folder: str, view: View
) -> Published:
    """Wrap a dashboard's document, which has its uid and title already; raises InvalidSpec when it is too large."""
    policy, text = view.policy.dashboards, encoded(document)
    named, shown_in = bounded_name(name), folder if policy.has_folders else ""
    wrap = _for_the_operator if policy.instances else _for_the_sidecar
    labels = {**view.policy.labels, **policy.labels}
    return Published(
        manifest=wrap(text, shown_in, policy, owner=owner, meta=meta, name=named, labels=labels),
        ref=ChildRef(policy.kind, meta.namespace, named),
        claims=_claims(file_name(meta.namespace, named), document["title"], document["uid"], shown_in),
        uid=document["uid"],
        title=document["title"],
        path=f"/d/{document['uid']}",
        panels=sum(map(_count, document["panels"])),
        warnings=tuple(_about_size(len(text.encode()))),
    )


def _for_the_sidecar(
    text: str,
    folder: str,
    policy: DashboardPolicy,
    *,
    owner: Kind,
    meta: ObjectMeta,
    name: str,
    labels: Mapping[str, str],
) -> Manifest:
    return owned_config_map(
        owner=owner,
        meta=meta,
        name=name,
        labels=labels,
        annotations={policy.folder_annotation: folder} if folder else {},
        data={file_name(meta.namespace, name): text},
    )


def _for_the_operator(
    text: str,
    folder: str,
    policy: DashboardPolicy,
    *,
    owner: Kind,
    meta: ObjectMeta,
    name: str,
    labels: Mapping[str, str],
) -> Manifest:
    """Build a GrafanaDashboard; the Grafana resource is usually in another namespace."""
    spec = {
        "allowCrossNamespaceImport": True,
        "instanceSelector": {"matchLabels": dict(policy.instances)},
        "json": text,
        "resyncPeriod": RESYNC_PERIOD,
        **({"folder": folder} if folder else {}),
    }
    return owned_object(ChildKind.GRAFANA_DASHBOARD, owner=owner, meta=meta, name=name, labels=labels, spec=spec)


def claims_of(manifest: Manifest, policy: DashboardPolicy) -> frozenset[Claim]:
    """Return what the dashboards of a ConfigMap or a GrafanaDashboard, ours or anybody's, have for themselves."""
    files, folder = _files(manifest, policy)
    named = ((key, *_named(text)) for key, text in files.items())
    return frozenset(claim for key, title, uid in named for claim in _claims(key, title, uid, folder))


def _files(manifest: Manifest, policy: DashboardPolicy) -> tuple[Mapping[str, str], str]:
    """Return the texts of an object by their file names, and the folder that Grafana shows them in."""
    metadata = manifest["metadata"]
    if policy.instances:
        spec = manifest.get("spec", {})
        return {file_name(metadata["namespace"], metadata["name"]): spec.get("json", "")}, spec.get("folder", "")
    folder = metadata.get("annotations", {}).get(policy.folder_annotation, "") if policy.folder_annotation else ""
    return manifest.get("data", {}), folder


def _claims(file: str, title: Any, uid: Any, folder: str) -> frozenset[Claim]:
    place = f'in folder "{folder}" the title' if folder else "the title"
    claims = ((FILE, f"{folder}/{file}" if folder else file), (place, title), (UID, uid))
    return frozenset(Claim(space, name) for space, name in claims if isinstance(name, str) and name)


def _named(text: str) -> tuple[Any, Any]:
    """Return title and uid of a file, in the classic format or the newer one; what is no dashboard has neither."""
    try:
        document = json.loads(text)
    except ValueError:
        return None, None
    if not isinstance(document, dict):
        return None, None
    newer = document.get("spec") if document.get("kind") == "Dashboard" else None
    if isinstance(newer, dict):
        return newer.get("title"), document.get("metadata", {}).get("name")
    return document.get("title"), document.get("uid")


def _count(panel: Mapping[str, Any]) -> int:
    """Count a panel, or those of a row that is closed; a heading is none."""
    return len(panel.get("panels", ())) if panel.get("type") == "row" else 1


def _about_size(size: int) -> list[str]:
    if size > LARGEST:
        message = f"the dashboard has {size} bytes, and a ConfigMap holds {LARGEST}; make two dashboards of it"
        raise InvalidSpec((FieldError("spec", message),))
    if size > LARGE:
        return [f"the dashboard has {size} bytes: Grafana loads it slowly; make two dashboards of it"]
    return []
