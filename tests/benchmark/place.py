"""Where a scenario runs: a fresh control plane, and operators under the rights of the chart."""

import contextlib
import itertools
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bursar.conventions import ChildKind
from bursar.edge.resources import ENDPOINTS
from sandbox.api import Api, ApiError
from sandbox.chart import install_rights
from sandbox.control_plane import ControlPlane
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until

from .connection import Connection, connection

WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
SERVICE_ACCOUNT: Final = "system:serviceaccount:bursar-system:"
NAMESPACE: Final = "bench"
AUDIT_SECONDS: Final = 30.0
CRD_SECONDS: Final = 60.0
COLLECTIONS: Final = tuple(
    endpoint.path() for kind, endpoint in ENDPOINTS.items() if kind is not ChildKind.GRAFANA_DASHBOARD
)
CALM: Final = {"resync_interval": "1h"}


@dataclass(frozen=True, slots=True)
class Place:
    """One control plane with an empty etcd, all CRDs, and a namespace for the resources."""

    plane: ControlPlane
    operator_kubeconfig: Path
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def api(self) -> Api:
        """A client with all rights."""
        return self.plane.api

    @property
    def server(self) -> Connection:
        """How to reach the API server with all rights, fast."""
        return connection(self.plane.kubeconfig)

    @contextlib.contextmanager
    def operator(self, **settings: str) -> Iterator[OperatorProcess]:
        """Start an operator, which may not be ready yet; it ends with the block."""
        log = self.plane.folder / f"operator-{next(self._numbers)}.log"
        process = OperatorProcess(self.operator_kubeconfig, log=log, settings={**CALM, **settings})
        try:
            yield process
        finally:
            process.stop()

    def namespace(self, name: str) -> None:
        """Make a namespace."""
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        self.api.request("POST", "/api/v1/namespaces", body)

    def lists(self, collection: str) -> bool:
        """Whether a kind can be listed: just after its CRD was made the API server answers 429."""
        try:
            return bool(self.api.get(collection))
        except ApiError as error:
            if error.status == 429:
                return False
            raise

    def mark(self) -> int:
        """How many lines the audit log has, once it tells of everything until now."""
        sign = f"mark-{next(self._numbers)}"
        self.api.find(f"/api/v1/namespaces/{NAMESPACE}/configmaps/{sign}")
        log = self.plane.audit_log
        wait_until(lambda: sign in log.read_text(), seconds=AUDIT_SECONDS, what="the audit log")
        return len(log.read_text().splitlines())

    def writes_since(self, mark: int) -> tuple[Mapping[str, Any], ...]:
        """What the operator has written after a mark."""
        self.mark()
        return tuple(
            event
            for event in itertools.islice(self.plane.audit(), mark, None)
            if event["verb"] in WRITES and event["user"]["username"].startswith(SERVICE_ACCOUNT)
        )


@contextlib.contextmanager
def fresh_place() -> Iterator[Place]:
    """Start a control plane in a folder that vanishes afterwards."""
    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder, ControlPlane(Path(folder)) as plane:
        plane.install_crds()
        place = Place(plane, install_rights(plane))
        place.namespace(NAMESPACE)
        wait_until(lambda: all(map(place.lists, COLLECTIONS)), seconds=CRD_SECONDS, what="the lists of all kinds")
        yield place
