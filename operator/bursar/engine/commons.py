"""Keeps what belongs to all of a namespace: objects that no resource owns, there while it has objects of some kind."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from bursar.compiler.plan import Manifest
from bursar.compiler.view import View
from bursar.conventions import ChildKind
from bursar.engine import telemetry
from bursar.engine.children import CONTESTED_SECONDS, Children, Contested, NotOwned
from bursar.engine.owners import Commons
from bursar.engine.queue import BUG_RETRY_SECONDS, WorkQueue
from bursar.engine.store import ChildIndex
from bursar.errors import Refused, TransientError

log = logging.getLogger(__name__)

Compile = Callable[[str, View], tuple[Manifest, ...]]


@dataclass(frozen=True, slots=True)
class _Owner:
    """A namespace, as the owner of its common objects."""

    key: Commons
    uid: str = ""


@dataclass(frozen=True, slots=True)
class CommonObjects:
    """Makes the common objects of each namespace what `compile` says, while it has objects of the kind `because`.

    `foreign_recheck_seconds` is how soon a name that somebody else holds is looked at again.
    """

    queue: WorkQueue[str]
    index: ChildIndex
    children: Children
    view: View
    compile: Compile
    because: ChildKind
    foreign_recheck_seconds: float = field(default=300.0)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            namespace = await self.queue.get()
            try:
                await self._attempt(namespace)
            finally:
                self.queue.done(namespace)

    async def _attempt(self, namespace: str) -> None:
        try:
            await self._reconcile(namespace)
        except Contested as error:
            self._later(namespace, CONTESTED_SECONDS, error)
        except NotOwned as error:
            self._later(namespace, self.foreign_recheck_seconds, error)
        except (TransientError, Refused) as error:
            self.queue.retry(namespace)
            log.warning("common objects not written, will retry", extra={"key": namespace, "error": str(error)})
        except Exception as error:
            telemetry.ERRORS.labels(type(error).__name__).inc()
            self.queue.retry(namespace, at_least=BUG_RETRY_SECONDS)
            log.exception("common objects failed unexpectedly", extra={"key": namespace})
        else:
            self.queue.forget(namespace)

    async def _reconcile(self, namespace: str) -> None:
        wanted = self.compile(namespace, self.view) if self.index.has(self.because, namespace) else ()
        owner = _Owner(Commons(namespace))
        for ref in await self.children.bring_in_line(owner, wanted):
            telemetry.DRIFT_REPAIRS.labels(ref.kind).inc()
            log.info("drift repaired", extra={"key": namespace, "child": str(ref)})
        if not wanted:
            self.children.forget(owner.key)

    def _later(self, namespace: str, seconds: float, error: TransientError) -> None:
        self.queue.add_after(namespace, seconds)
        log.warning("common objects stay as they are", extra={"key": namespace, "error": str(error)})
