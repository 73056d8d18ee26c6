"""Where the credentials come from: a kubeconfig where there is one, else the Pod's ServiceAccount."""

import logging
import os
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from kubernetes.aio import client, config
from yaml import YAMLError

from bursar.errors import Unavailable

log = logging.getLogger(__name__)

RENEWAL_PAUSE_SECONDS: Final = 2.0
DEFAULT_NAMESPACE: Final = "default"


def kubeconfig_exists() -> bool:
    """Tell whether a kubeconfig is to be used; KUBECONFIG may name several files, as for kubectl."""
    named = os.environ.get("KUBECONFIG", "~/.kube/config").split(os.pathsep)
    return any(Path(name).expanduser().is_file() for name in named if name)


def current_namespace() -> str:
    """Name the namespace that kubectl would use: that of the current context, else `default`.

    Raises Unavailable when the kubeconfig cannot be read.
    """
    if not kubeconfig_exists():
        return DEFAULT_NAMESPACE
    try:
        _contexts, current = config.list_kube_config_contexts(os.environ.get("KUBECONFIG"))
    except (OSError, ValueError, YAMLError, config.ConfigException) as error:
        raise Unavailable(f"kubeconfig: {error}") from error
    return str(current["context"].get("namespace") or DEFAULT_NAMESPACE)


async def configured() -> client.Configuration:
    """Read the current kubeconfig, or inside a Pod its ServiceAccount."""
    configuration = client.Configuration()
    configuration.connection_pool_maxsize = 64
    # Asked to look by itself, the HTTP client reads the environment and ~/.netrc in a thread, for every request.
    configuration.client_session_kwargs = {"trust_env": False}
    await _read(configuration)
    configuration.proxy = configuration.proxy or _proxy(configuration.host)
    return configuration


class Renewal:
    """Reads the credentials again after the API server has refused them: a token may have been rotated.

    Once for many refused requests; these fail, and their next attempt shows the new token.
    """

    def __init__(self) -> None:
        self._last = -RENEWAL_PAUSE_SECONDS

    async def renew(self, configuration: client.Configuration) -> None:
        """Bring a configuration up to date; what cannot be read now is tried again after the next refusal."""
        if time.monotonic() - self._last < RENEWAL_PAUSE_SECONDS:
            return
        self._last = time.monotonic()
        try:
            await _read(configuration)
        except (OSError, ValueError, YAMLError, config.ConfigException) as error:
            log.warning("credentials not read", extra={"error": str(error)})


def _proxy(server: str) -> str | None:
    """The proxy that the environment names for a server, by HTTPS_PROXY and NO_PROXY."""
    address = urlsplit(server)
    return None if proxy_bypass(address.netloc) else getproxies().get(address.scheme)


async def _read(configuration: client.Configuration) -> None:
    if kubeconfig_exists():
        await config.load_kube_config(client_configuration=configuration)
    else:
        config.load_incluster_config(client_configuration=configuration)
