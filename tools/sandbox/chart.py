"""The project's chart, rendered by the real helm, and the rights that it gives."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.binaries import binary
from sandbox.cluster import Cluster
from sandbox.modules import KUBERNETES
from sandbox.process import SandboxError

CHART: Final = Path(__file__).parents[2] / "charts" / "bursar"
RIGHTS: Final = frozenset({"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})


def render_chart(values: Mapping[str, Any] | None = None, *, namespace: str = "bursar-system") -> list[dict[str, Any]]:
    """Render the chart; raises SandboxError with helm's words when it refuses the values."""
    where = ["--namespace", namespace, "--kube-version", KUBERNETES]
    command: list[str | Path] = [binary("helm"), "template", "bursar", CHART, "--values", "-", *where]
    ran = subprocess.run(command, input=yaml.safe_dump(dict(values or {})), capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SandboxError(ran.stderr.strip())
    return [document for document in yaml.safe_load_all(ran.stdout) if document]


def install_rights(
    control_plane: Cluster, *, namespace: str = "bursar-system", values: Mapping[str, Any] | None = None
) -> Path:
    """Apply the chart's ServiceAccount and RBAC; returns a kubeconfig that has just these rights."""
    rendered = render_chart(values, namespace=namespace)
    rights = [manifest for manifest in rendered if manifest["kind"] in RIGHTS]
    control_plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}, *rights])
    account = next(manifest["metadata"]["name"] for manifest in rights if manifest["kind"] == "ServiceAccount")
    return control_plane.service_account_kubeconfig(namespace, account)
