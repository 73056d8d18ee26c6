"""How the benchmark reaches the API server without the sandbox's client, which makes one request at a time."""

from dataclasses import dataclass
from pathlib import Path

from kubernetes.client import Configuration
from kubernetes.config import load_kube_config


@dataclass(frozen=True, slots=True)
class Connection:
    """URL, file of the certificate authority, and the value of the Authorization header."""

    url: str
    authority: str
    authorization: str


def connection(kubeconfig: Path) -> Connection:
    """Read the current context."""
    configuration = Configuration()
    load_kube_config(str(kubeconfig), client_configuration=configuration)
    token = configuration.get_api_key_with_prefix("BearerToken")
    return Connection(configuration.host, str(configuration.ssl_ca_cert), str(token))
