"""The API server through the official client: apply, metadata lists, and its answers as our errors."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio import client
from pydantic_core import from_json

from bursar.compiler.plan import ChildRef, Key, Manifest
from bursar.conventions import API_VERSION, FIELD_MANAGER, MANAGED_BY_LABEL, PRODUCT, ChildKind
from bursar.edge.answers import error_of
from bursar.edge.kubeconfig import Renewal
from bursar.edge.resources import ENDPOINTS
from bursar.engine import telemetry
from bursar.engine.fence import while_leading
from bursar.engine.ports import AnyKind, Election, EventNote, Listed, ServerKind
from bursar.errors import BursarError, Conflict, DependencyMissing, Forbidden, Unavailable

APPLY: Final = "application/apply-patch+yaml"
JSON: Final = "application/json"
METADATA_LIST: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
METADATA_ONLY: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
PAGE: Final = 1000
WHOLE_PAGE: Final = 50
REQUEST_SECONDS: Final = 30.0
NO_VERSION: Final = "1"  # etcd counts from 1 and has that before the first object
LEASES: Final = "/apis/coordination.k8s.io/v1/namespaces"
OUR_CHILDREN: Final = f"{MANAGED_BY_LABEL}={PRODUCT}"

Verb = Literal["GET", "PATCH", "PUT", "POST", "DELETE"]


class ApiServer:
    """Implements engine.ports.Cluster. `namespaces` empty: the whole cluster.

    A kind that decides about selection and may not be read is left out: its verdict is Unknown then. With an election,
    objects are written only while it is won; writes raise NotLeading otherwise.
    """

    def __init__(self, api: client.ApiClient, namespaces: tuple[str, ...], election: Election | None = None) -> None:
        self._api = api
        self._namespaces = namespaces
        self._election = election
        self._credentials = Renewal()

    async def served(self) -> frozenset[AnyKind]:
        """Ask discovery which of the kinds the server knows."""
        roots = {endpoint.root for endpoint in ENDPOINTS.values()}
        known = {root: await self._plurals(root) for root in sorted(roots)}
        return frozenset(kind for kind, endpoint in ENDPOINTS.items() if endpoint.plural in known[endpoint.root])

    async def permitted(self, kind: ServerKind) -> bool:
        """Tell whether a selecting kind may be listed in the whole cluster."""
        try:
            await self._call("GET", ENDPOINTS[kind].path(), {"limit": "1"})
        except Forbidden:
            return False
        except DependencyMissing:
            pass
        return True

    async def list_metadata(self, kind: AnyKind) -> tuple[Listed, ...]:
        """List a kind without bodies, page by page; generated kinds by our label."""
        endpoint = ENDPOINTS[kind]
        places = self._namespaces if self._namespaces and not isinstance(kind, ServerKind) else ("",)
        rows: list[Listed] = []
        for namespace in places:
            try:
                rows += await self._pages(endpoint.path(namespace), labelled=isinstance(kind, ChildKind))
            except DependencyMissing:
                continue
            except Forbidden:
                if not isinstance(kind, ServerKind):
                    raise
        return tuple(rows)

    async def labelled(self, kind: ChildKind, selector: str) -> AsyncIterator[Manifest]:
        """List whole objects, a few at a time: some of them are large."""
        for namespace in self._namespaces or ("",):
            parameters = {"limit": str(WHOLE_PAGE), "labelSelector": selector}
            while True:
                answer = await self._call("GET", ENDPOINTS[kind].path(namespace), parameters)
                for item in answer["items"] or ():
                    yield item
                token = answer["metadata"].get("continue")
                if not token:
                    break
                parameters["continue"] = token

    async def get(self, kind: AnyKind, namespace: str, name: str) -> Manifest | None:
        """Read one object; None when it, its namespace or its CRD does not exist."""
        try:
            answer: Manifest = await self._call("GET", ENDPOINTS[kind].path(namespace, name), {})
        except DependencyMissing:
            return None
        return answer

    async def secret_keys(self, namespace: str, name: str) -> frozenset[str] | None:
        """Read the names of a Secret's keys; its values go no further than this."""
        path = f"/api/v1/namespaces/{namespace}/secrets/{name}"
        try:
            answer = await self._call("GET", path, {}, quotable=False)
        except DependencyMissing:
            return None
        return frozenset(answer.get("data") or {})

    async def apply(self, manifest: Manifest) -> Manifest:
        """Server-side apply of the full intent."""
        parameters = {"fieldManager": FIELD_MANAGER, "force": "true", "fieldValidation": "Strict"}
        return await self._write(
            "PATCH", manifest["kind"], _path(manifest), parameters=parameters, body=manifest, content=APPLY
        )

    async def create(self, manifest: Manifest) -> Manifest | None:
        """Server-side apply on a version that no object has: it makes a new one, or conflicts with one that exists."""
        metadata = {**manifest["metadata"], "resourceVersion": NO_VERSION}
        try:
            return await self.apply({**manifest, "metadata": metadata})
        except Conflict:
            return None

    async def replace(self, manifest: Manifest) -> Manifest:
        """PUT over the version that the manifest names."""
        parameters = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        return await self._write(
            "PUT", manifest["kind"], _path(manifest), parameters=parameters, body=manifest, content=JSON
        )

    async def apply_status(
        self, key: Key, *, manager: str, resource_version: str, status: Mapping[str, Any]
    ) -> Manifest:
        """Server-side apply of one manager's part, refused when the object has changed since it was read.

        The answer is the object's metadata: what it says of the rest is known.
        """
        body = {
            "apiVersion": API_VERSION,
            "kind": key.kind.value,
            "metadata": {"name": key.name, "namespace": key.namespace, "resourceVersion": resource_version},
            "status": status,
        }
        parameters = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict"}
        path = ENDPOINTS[key.kind].path(key.namespace, key.name, "status")
        return await self._write(
            "PATCH", f"{key.kind}/status", path, parameters=parameters, body=body, content=APPLY, accept=METADATA_ONLY
        )

    async def delete(self, ref: ChildRef, *, uid: str, resource_version: str) -> None:
        """Delete exactly this version of this object; gone already is fine."""
        body = {"preconditions": {"uid": uid, "resourceVersion": resource_version}}
        path = ENDPOINTS[ref.kind].path(ref.namespace, ref.name)
        try:
            await self._write("DELETE", ref.kind, path, parameters={}, body=body, content=JSON)
        except DependencyMissing:
            return

    async def record(self, note: EventNote) -> None:
        """Record a core/v1 Event that involves the resource."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{note.key.name[:48].rstrip('-.')}.", "namespace": note.key.namespace},
            "involvedObject": {
                "apiVersion": API_VERSION, "kind": note.key.kind.value,
                "namespace": note.key.namespace, "name": note.key.name, "uid": note.uid,
            },
            "type": note.severity, "reason": str(note.reason), "message": note.message[:1024],
            "source": {"component": PRODUCT}, "firstTimestamp": now, "lastTimestamp": now, "count": 1,
        }  # fmt: skip
        path = f"/api/v1/namespaces/{note.key.namespace}/events"
        await self._write("POST", "Event", path, parameters={}, body=event, content=JSON)

    async def read_lease(self, namespace: str, name: str) -> Manifest | None:
        """Read a Lease; None when there is none."""
        try:
            answer: Manifest = await self._call("GET", f"{LEASES}/{namespace}/leases/{name}", {})
        except DependencyMissing:
            return None
        return answer

    async def write_lease(self, lease: Manifest) -> Manifest:
        """PUT over the version that the Lease names; without one it makes the first."""
        metadata = lease["metadata"]
        path = f"{LEASES}/{metadata['namespace']}/leases/{metadata['name']}"
        return await self._write("PUT", "Lease", path, parameters={}, body=lease, content=JSON)

    async def _plurals(self, root: str) -> frozenset[str]:
        try:
            answer = await self._call("GET", root, {})
        except DependencyMissing:
            return frozenset()
        return frozenset(entry["name"] for entry in answer["resources"])

    async def _pages(self, path: str, *, labelled: bool) -> list[Listed]:
        parameters = {"limit": str(PAGE)} | ({"labelSelector": OUR_CHILDREN} if labelled else {})
        rows: list[Listed] = []
        while True:
            answer = await self._call("GET", path, parameters, accept=METADATA_LIST)
            rows += [_listed(item["metadata"]) for item in answer["items"] or ()]
            token = answer["metadata"].get("continue")
            if not token:
                return rows
            parameters["continue"] = token

    async def _write(
        self,
        verb: Verb,
        kind: str,
        path: str,
        *,
        parameters: Mapping[str, str],
        body: Mapping[str, Any],
        content: str,
        accept: str = JSON,
    ) -> Manifest:
        code = "ok"
        try:
            async with while_leading(self._election) if self._election else contextlib.nullcontext():
                answer: Manifest = await self._call(verb, path, parameters, body=body, content=content, accept=accept)
        except BursarError as error:
            code = type(error).__name__
            raise
        finally:
            telemetry.WRITES.labels(verb, kind, code).inc()
        return answer

    async def _call(
        self,
        verb: Verb,
        path: str,
        parameters: Mapping[str, str],
        *,
        body: Mapping[str, Any] | None = None,
        content: str = JSON,
        accept: str = JSON,
        quotable: bool = True,
    ) -> Any:
        headers = {"Accept": accept, "Content-Type": content}
        await self._api.update_params_for_auth(headers, [], ["BearerToken"], path, verb, body)
        url = f"{self._api.configuration.host}{path}" + (f"?{urlencode(parameters)}" if parameters else "")
        try:
            response = await self._api.rest_client.request(
                verb, url, headers=headers, body=body, _request_timeout=REQUEST_SECONDS
            )
            answer = await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{verb} {path}: {type(error).__name__}: {error}") from error
        if response.status == 401:
            await self._credentials.renew(self._api.configuration)
        if response.status >= 400:
            raise error_of(response.status, f"{verb} {path}", answer, response.headers)
        try:
            return from_json(answer)
        except ValueError:
            quoted = answer[:200].decode(errors="replace") if quotable else f"{len(answer)} bytes"
            raise Unavailable(f"{verb} {path}: not JSON: {quoted}") from None


def _path(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    return ENDPOINTS[ChildKind(manifest["kind"])].path(metadata["namespace"], metadata["name"])


def _listed(metadata: Mapping[str, Any]) -> Listed:
    return Listed(metadata.get("namespace", ""), metadata["name"], metadata["uid"], metadata["resourceVersion"])
