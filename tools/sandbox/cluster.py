"""A cluster as its administrator sees it: the sandbox's own, or one that kind has made."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.api import Api
from sandbox.binaries import binary
from sandbox.process import SandboxError

CRDS: Final = Path(__file__).parents[2] / "crds"
TOKEN_SECONDS: Final = 12 * 3600
KIND_PREFIX: Final = "kind-"
CONTEXT: Final = "sandbox"


class Cluster:
    """A running cluster, by an administrator's kubeconfig; what is written about it goes to `folder`."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self.kubeconfig = kubeconfig
        self.folder = folder
        self.audit_log = folder / "audit.log"

    @cached_property
    def api(self) -> Api:
        """A client with all rights."""
        return Api(self.kubeconfig)

    def check(self) -> None:
        """Raise SandboxError when a part has ended by itself; nothing can be said of a cluster that is not ours."""

    def kubectl(self, *arguments: str | Path, stdin: str | None = None, kubeconfig: Path | None = None) -> str:
        """Run the real kubectl as administrator, or as whoever the kubeconfig names; returns what it prints."""
        ran = subprocess.run(
            [binary("kubectl"), "--kubeconfig", kubeconfig or self.kubeconfig, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise SandboxError(ran.stderr.strip() or ran.stdout.strip())
        return ran.stdout

    def apply(self, manifests: Sequence[Mapping[str, Any]]) -> None:
        """Apply manifests server-side, as administrator."""
        # JSON is YAML that no reader mistakes: PyYAML writes a bare `=`, which others do not read as a string.
        text = "\n---\n".join(json.dumps(manifest) for manifest in manifests)
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)

    def install_monitoring_crds(self) -> None:
        """Install the CRDs of prometheus-operator, as its own binary prints them."""
        crds = subprocess.run([binary("prometheus-operator"), "crds"], capture_output=True, text=True, check=True)
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=crds.stdout)

    def install_bursar_crds(self) -> None:
        """Install Bursar's CRDs, as they are in the repository."""
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", CRDS)

    def install_crds(self) -> None:
        """Install all CRDs that Bursar works with, and wait until they are served."""
        self.install_monitoring_crds()
        self.install_bursar_crds()
        crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        self.api.eventually(crds, lambda found: all(map(_established, found["items"])), seconds=60)

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """Return a kubeconfig with a token for a ServiceAccount, by TokenRequest."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        answer = self.api.request("POST", path, {**request, "spec": {"expirationSeconds": TOKEN_SECONDS}})
        return self.write_kubeconfig(self.folder / f"{namespace}-{name}.kubeconfig", answer["status"]["token"])

    def write_kubeconfig(self, path: Path, token: str, *, server: str | None = None) -> Path:
        """Write a kubeconfig for a token; `server` may name a proxy in front of this API server."""
        cluster = self._connection() if server is None else {**self._connection(), "server": server}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": CONTEXT, "cluster": cluster}],
            "users": [{"name": CONTEXT, "user": {"token": token}}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT}}],
            "current-context": CONTEXT,
        }
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(document))
        return path

    def audit(self) -> Iterator[Mapping[str, Any]]:
        """Yield every audited request so far (audit.k8s.io/v1 Event, level Metadata); the sandbox's own server only."""
        for line in self.audit_log.read_text().splitlines():
            if line.endswith("}"):
                yield json.loads(line)

    def _connection(self) -> Mapping[str, str]:
        """Return server and certificate authority, as a kubeconfig has them."""
        document = yaml.safe_load(self.kubeconfig.read_text())
        named = {context["name"]: context["context"]["cluster"] for context in document["contexts"]}
        current = named[document["current-context"]]
        connection: Mapping[str, str] = next(c["cluster"] for c in document["clusters"] if c["name"] == current)
        return connection


def _established(crd: Mapping[str, Any]) -> bool:
    conditions = crd.get("status", {}).get("conditions") or ()
    return any((entry["type"], entry["status"]) == ("Established", "True") for entry in conditions)


def existing_cluster(kubeconfig: Path, folder: Path) -> Cluster:
    """Use a cluster that kind has made; raises SandboxError for every other, which tests must not touch."""
    context = str(yaml.safe_load(kubeconfig.read_text()).get("current-context", ""))
    if not context.startswith(KIND_PREFIX):
        raise SandboxError(
            f"{kubeconfig}: its current context is {context!r}; tests change the cluster, so only a context "
            f"{KIND_PREFIX}… is used: run `kind create cluster`, or choose it with `kubectl config use-context`"
        )
    return Cluster(kubeconfig, folder)
