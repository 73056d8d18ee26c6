"""The only place with Kopf: its watches run in a thread of their own and only report what they see.

Kopf ends every task that was born after its own start when it stops, and its per-object tasks come in bursts; with
a thread and an event loop of its own neither reaches the engine. Only `on.event` is used: it writes no annotation
and no finalizer into a user's object.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import kopf
from kubernetes import client
from kubernetes.config import ConfigException, load_incluster_config, load_kube_config
from yaml import YAMLError

from bursar.conventions import GROUP, MANAGED_BY_LABEL, PRODUCT, ChildKind
from bursar.edge.kubeconfig import kubeconfig_exists
from bursar.edge.resources import ENDPOINTS, Endpoint
from bursar.engine import telemetry
from bursar.engine.feed import Sighting
from bursar.engine.ports import AnyKind

log = logging.getLogger(__name__)

CREDENTIALS_LIFETIME: Final = timedelta(minutes=10)
LOGIN_PAUSE_SECONDS: Final = 5.0
GRACE_SECONDS: Final = 1.0
STOP_SECONDS: Final = 10.0
STEADY_SECONDS: Final = 60.0
IDLE_SECONDS: Final = 0.25  # of a task of Kopf's per object; as long as it lives it holds the object as it was read


class EndlessBackoff:
    """1, 2, 4 … 30 seconds, for ever, anew each time: an API server that is away must not end the process."""

    def __iter__(self) -> Iterator[float]:
        delay = 1.0
        while True:
            yield delay
            delay = min(delay * 2, 30.0)


class NoDiffBase(kopf.DiffBaseStorage):
    """Spares Kopf the deep copy of every object by which it would find out what has changed."""

    def build(self, *, body: kopf.Body, extra_fields: object = None) -> kopf.BodyEssence:
        """Nothing of an object is worth comparing."""
        return kopf.BodyEssence()

    def fetch(self, *, body: kopf.Body) -> None:
        """Nothing was kept."""

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        """Keep nothing: an annotation in a user's object least of all."""


@dataclass(slots=True)
class Watches:
    """Watches the given kinds and hands every sighting to `accept` in the event loop that started it.

    `namespaces` empty: the whole cluster, where a kind that is installed later is noticed by Kopf itself. With
    namespaces Kopf may not read CRDs, and `restart` looks at the kinds anew.
    """

    kinds: frozenset[AnyKind]
    namespaces: tuple[str, ...]
    accept: Callable[[Sighting], None]
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _stopping: asyncio.Event = field(init=False)

    def start(self) -> None:
        """Begin to watch; returns at once."""
        ours = asyncio.get_running_loop()
        self._loop, self._stopping = asyncio.new_event_loop(), asyncio.Event()
        work = self._watch_until(self._stopping, lambda seen: ours.call_soon_threadsafe(self.accept, seen))
        self._thread = threading.Thread(target=_run, args=(self._loop, work), name="bursar-watches", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """End the watches and wait for their thread."""
        if self._thread is not None:
            with contextlib.suppress(RuntimeError):  # a closed loop: the thread has ended already
                self._loop.call_soon_threadsafe(self._stopping.set)
            await asyncio.to_thread(self._thread.join, STOP_SECONDS)

    async def restart(self, appeared: frozenset[AnyKind]) -> None:
        """Watch anew after kinds have appeared; only needed where Kopf cannot notice them itself."""
        if self.namespaces:
            log.info("watches restart for kinds that were installed later", extra={"kinds": sorted(appeared)})
            await self.stop()
            self.start()

    async def _watch_until(self, stopping: asyncio.Event, report: Callable[[Sighting], object]) -> None:
        """Run Kopf, again and again: an unusual answer to one watch, such as 410 as a status, ends all of it."""
        pauses = iter(EndlessBackoff())
        while True:
            started = time.monotonic()
            try:
                await self._run_kopf(stopping, report)
            except Exception as error:
                telemetry.ERRORS.labels(type(error).__name__).inc()
                log.warning("the watches broke and start anew", extra={"error": repr(error)})
            if time.monotonic() - started > STEADY_SECONDS:
                pauses = iter(EndlessBackoff())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(next(pauses)):
                    await stopping.wait()
                    return

    async def _run_kopf(self, stopping: asyncio.Event, report: Callable[[Sighting], object]) -> None:
        """Run Kopf until `stopping`, or until it breaks: then its error is raised."""
        registry, ending = kopf.OperatorRegistry(), asyncio.Event()
        kopf.on.login(id="credentials", registry=registry)(Login())
        for kind in sorted(self.kinds):
            _watch(registry, kind, ENDPOINTS[kind], report)

        @kopf.on.cleanup(id="ending", registry=registry)
        async def _(**_: Any) -> None:
            ending.set()

        running = asyncio.create_task(
            kopf.operator(
                registry=registry,
                settings=self._settings(),
                clusterwide=not self.namespaces,
                namespaces=self.namespaces,
                stop_flag=stopping,
            )
        )
        await asyncio.wait({running, asyncio.create_task(ending.wait())}, return_when=asyncio.FIRST_COMPLETED)
        await _ended(running)

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
        settings.queueing.idle_timeout = IDLE_SECONDS
        settings.process.ultimate_exiting_timeout = None  # it would kill this process, which goes on
        settings.persistence.diffbase_storage = NoDiffBase()
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


class Login:
    """Reads the same credentials as the official client; they expire, so that a rotated token is read again.

    Kopf asks at once when the API server answers 401, and would go round in circles as fast as it can.
    """

    def __init__(self) -> None:
        self._last = -LOGIN_PAUSE_SECONDS

    def __call__(self, **_: Any) -> kopf.ConnectionInfo:
        """Implement a login handler of Kopf."""
        pause = self._last + LOGIN_PAUSE_SECONDS - time.monotonic()
        if pause > 0:
            raise kopf.TemporaryError("the API server does not accept the credentials", delay=pause)
        self._last = time.monotonic()
        try:
            return _connection()
        except (OSError, ValueError, YAMLError, ConfigException) as error:
            raise kopf.TemporaryError(f"the credentials cannot be read: {error}", delay=LOGIN_PAUSE_SECONDS) from error


def _connection() -> kopf.ConnectionInfo:
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


async def _ended(kopf_itself: asyncio.Task[None]) -> None:
    """Wait until Kopf has ended; raises what it broke by.

    When one watcher breaks, the others survive Kopf's only attempt to cancel them, and it would wait for ever.
    """
    while not (await asyncio.wait({kopf_itself}, timeout=GRACE_SECONDS))[0]:
        for task in asyncio.all_tasks() - {asyncio.current_task(), kopf_itself}:
            task.cancel()
    await kopf_itself


def _run(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(work)
