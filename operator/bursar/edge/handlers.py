"""The only place with Kopf: its watches run in a thread of their own and only report what they see.

Kopf ends every task that was born after its own start when it stops, and its per-object tasks come in bursts; with
a thread and an event loop of its own neither reaches the engine. Only `on.event` is used: it writes no annotation
and no finalizer into a user's object.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import kopf
from kubernetes import client
from kubernetes.config import load_incluster_config, load_kube_config

from bursar.conventions import GROUP, MANAGED_BY_LABEL, PRODUCT, ChildKind
from bursar.edge.kubeconfig import kubeconfig_exists
from bursar.edge.resources import ENDPOINTS, Endpoint
from bursar.engine.feed import Sighting
from bursar.engine.ports import AnyKind

log = logging.getLogger(__name__)

CREDENTIALS_LIFETIME: Final = timedelta(minutes=10)
STOP_SECONDS: Final = 10.0


class EndlessBackoff:
    """1, 2, 4 … 30 seconds, for ever, anew each time: an API server that is away must not end the process."""

    def __iter__(self) -> Iterator[float]:
        delay = 1.0
        while True:
            yield delay
            delay = min(delay * 2, 30.0)


@dataclass(slots=True)
class Watches:
    """Watches the given kinds and hands every sighting to `accept` in the event loop that started it.

    `namespaces` empty: the whole cluster, where a kind that is installed later is noticed by Kopf itself. With
    namespaces Kopf may not read CRDs, and `restart` looks at the kinds anew.
    """

    kinds: frozenset[AnyKind]
    namespaces: tuple[str, ...]
    accept: Callable[[Sighting], None]
    failed: Callable[[BaseException], None]
    _thread: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to watch; returns at once."""
        loop = asyncio.get_running_loop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(loop, self._stop), name="bursar-watches", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """End the watches and wait for their thread."""
        self._stop.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, STOP_SECONDS)

    async def restart(self, appeared: frozenset[AnyKind]) -> None:
        """Watch anew after kinds have appeared; only needed where Kopf cannot notice them itself."""
        if self.namespaces:
            log.info("watches restart for kinds that were installed later", extra={"kinds": sorted(appeared)})
            await self.stop()
            self.start()

    def _run(self, loop: asyncio.AbstractEventLoop, stop: threading.Event) -> None:
        try:
            asyncio.run(
                kopf.operator(
                    registry=self._registry(loop),
                    settings=self._settings(),
                    clusterwide=not self.namespaces,
                    namespaces=self.namespaces,
                    stop_flag=stop,
                )
            )
            if not stop.is_set():
                raise RuntimeError("the watches ended by themselves")
        except BaseException as error:
            loop.call_soon_threadsafe(self.failed, error)

    def _registry(self, loop: asyncio.AbstractEventLoop) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()
        kopf.on.login(registry=registry)(_login)
        for kind in sorted(self.kinds):
            _watch(
                registry,
                kind,
                ENDPOINTS[kind],
                lambda sighting: loop.call_soon_threadsafe(self.accept, sighting),
            )
        return registry

    def _settings(self) -> kopf.OperatorSettings:
        settings = kopf.OperatorSettings()
        settings.peering.standalone = True
        settings.scanning.disabled = bool(self.namespaces)
        settings.watching.chunk_size = 500
        settings.watching.server_timeout = 300
        settings.networking.request_timeout = 30
        settings.networking.connect_timeout = 5
        settings.networking.error_backoffs = EndlessBackoff()
        settings.posting.enabled = False
        settings.posting.loggers = False
        settings.execution.max_workers = 2
        settings.persistence.finalizer = f"{GROUP}/unused"
        for kind in self.kinds:
            if isinstance(kind, ChildKind):
                endpoint = ENDPOINTS[kind]
                ours = f"{MANAGED_BY_LABEL}={PRODUCT}"
                settings.watching.label_selectors[endpoint.group, endpoint.version, endpoint.plural] = ours
        return settings


def _watch(
    registry: kopf.OperatorRegistry, kind: AnyKind, endpoint: Endpoint, report: Callable[[Sighting], object]
) -> None:
    async def seen(event: kopf.RawEvent, **_: Any) -> None:
        raw: Any = event["object"]
        metadata = raw["metadata"]
        gone = event["type"] == "DELETED"
        report(
            Sighting(
                kind=kind,
                namespace=metadata.get("namespace", ""),
                name=metadata["name"],
                raw=None if gone else raw,
                initial=event["type"] is None,
            )
        )

    kopf.on.event(endpoint.group, endpoint.version, endpoint.plural, id=f"see-{kind}", registry=registry)(seen)


def _login(**_: Any) -> kopf.ConnectionInfo:
    """Read the same credentials as the official client; they expire, so that a rotated token is read again."""
    configuration = client.Configuration()
    if kubeconfig_exists():
        load_kube_config(client_configuration=configuration)
    else:
        load_incluster_config(client_configuration=configuration)
    scheme, _separator, token = (configuration.get_api_key_with_prefix("BearerToken") or "").partition(" ")
    return kopf.ConnectionInfo(
        server=configuration.host,
        ca_path=configuration.ssl_ca_cert,
        insecure=not configuration.verify_ssl,
        scheme=scheme or None,
        token=token or None,
        certificate_path=configuration.cert_file,
        private_key_path=configuration.key_file,
        expiration=datetime.now(UTC) + CREDENTIALS_LIFETIME,
    )
