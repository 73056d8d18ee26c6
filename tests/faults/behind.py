"""What the tests know of an operator that reaches the API server through a proxy."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from fakes.samples import sla_path, target_path
from faults.proxy import Proxy
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess


@dataclass(frozen=True, slots=True)
class Faulty:
    """A proxy, and how to start operators behind it; `kubeconfig` is the one that they read."""

    proxy: Proxy
    kubeconfig: Path
    start: Callable[..., OperatorProcess]


def everything_in(cluster: Cluster, namespace: str) -> list[dict[str, Any]]:
    """Read the users' resources of a namespace."""
    lists = (target_path(namespace, ""), sla_path(namespace, ""))
    return [thing for path in lists for thing in cluster.api.get(path.rstrip("/"))["items"]]


def known(operator: OperatorProcess) -> int:
    """Count the resources that an operator knows."""
    count: int = json.loads(operator.read("/health"))["resources"]
    return count


def token_of(kubeconfig: Path) -> str:
    """Read the token of a kubeconfig that the sandbox has written."""
    token: str = yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]["token"]
    return token
