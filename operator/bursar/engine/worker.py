"""The loop that makes the cluster look like the decision: one resource at a time per worker, the same for all kinds."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from bursar.compiler.plan import Accepted, ChildRef, Key, Plan, Rejected
from bursar.compiler.view import View
from bursar.conventions import ConditionType, Kind, Reason
from bursar.engine import telemetry, verdicts
from bursar.engine.children import CONTESTED_SECONDS, Children, Contested, NotOwned
from bursar.engine.claims import Claims, Taken
from bursar.engine.observation import Observation
from bursar.engine.ports import Clock, Cluster, EventNote, KindSpec
from bursar.engine.queue import BUG_RETRY_SECONDS, WorkQueue
from bursar.engine.secrets import SecretStore
from bursar.engine.status import Part, StatusWriter
from bursar.engine.store import ChildIndex, Live, ResourceStore
from bursar.engine.trials import Trials
from bursar.errors import BursarError, Conflict, DependencyMissing, Refused, Throttled, TransientError

log = logging.getLogger(__name__)

DEPENDENCY_RETRY_SECONDS: Final = 30.0
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Worker:
    """Takes keys from the queue and reconciles them. Any number of these share all their parts.

    `foreign_recheck_seconds` is how soon a name that somebody else holds is looked at again.
    """

    kinds: Mapping[Kind, KindSpec]
    store: ResourceStore
    index: ChildIndex
    queue: WorkQueue[Key]
    view: View
    children: Children
    status: StatusWriter
    observation: Observation
    cluster: Cluster
    clock: Clock
    trials: Trials
    secrets: SecretStore
    claims: Claims
    foreign_recheck_seconds: float = field(default=300.0)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            key = await self.queue.get()
            telemetry.QUEUE_DEPTH.set(len(self.queue))
            started = self.clock.monotonic()
            try:
                outcome = await self._attempt(key)
            finally:
                self.queue.done(key)
            telemetry.reconciled(key.kind, outcome, self.clock.monotonic() - started)

    async def _attempt(self, key: Key) -> str:
        """Reconcile a key and schedule what comes next; returns how it went, as a metric's label."""
        try:
            await self._reconcile(key)
        except Throttled as error:
            self.queue.retry(key, at_least=error.retry_after)
            return "throttled"
        except Conflict:
            # Somebody wrote between our reading and our writing: the watch brings the newer version.
            self.queue.retry(key)
            return "conflict"
        except TransientError as error:
            delay = self.queue.retry(key)
            log.warning("reconcile failed, will retry", extra={"key": str(key), "error": str(error), "seconds": delay})
            return "transient"
        except Refused as error:
            self.queue.retry(key, at_least=BUG_RETRY_SECONDS)
            log.error("refused by the API server, will retry", extra={"key": str(key), "error": str(error)})
            return "refused"
        except Exception as error:
            telemetry.ERRORS.labels(type(error).__name__).inc()
            self.queue.retry(key, at_least=BUG_RETRY_SECONDS)
            log.exception("reconcile failed unexpectedly", extra={"key": str(key)})
            await self._confess(key, error)
            return "bug"
        return "success"

    async def _confess(self, key: Key, error: Exception) -> None:
        """Say in the status that a defect of Bursar, not the user, keeps a resource from being Ready."""
        live = self.store.get(key)
        if live is None:
            return
        message = f"a defect of Bursar: {type(error).__name__}: {error}; please report it with the operator's log"
        try:
            await self._settle(live, verdicts.unknown(Reason.INTERNAL_ERROR, message), self._objects(key))
        except BursarError as second:
            log.warning("status not written", extra={"key": str(key), "error": str(second)})

    async def _reconcile(self, key: Key) -> None:
        live = self.store.get(key)
        if live is None:
            self.children.forget(key)
            self.status.forget(key)
            self.observation.forget(key)
            self.trials.forget(key)
            self.secrets.forget(key)
            self.claims.register.forget(key, self._exists)
            self.queue.forget(key)
            return
        if live.invalid is not None:
            await self._settle(live, verdicts.stalled(Reason.INVALID_SPEC, str(live.invalid)), ())
            self.queue.forget(key)
            return
        resource = live.resource
        assert resource is not None
        if resource.spec.suspend:
            await self.observation.refresh(live)
            await self._settle(live, verdicts.accepted(suspended=True), self._objects(key))
            self.queue.forget(key)
            return
        kind = self.kinds[key.kind]
        await self.secrets.follow(key, kind.secrets(resource))
        await self._carry_out(live, kind.compile(resource, self.view))

    async def _carry_out(self, live: Live, plan: Plan) -> None:
        try:
            if isinstance(plan.verdict, Accepted):
                await self._apply(live, plan)
        except NotOwned as error:
            await self._settle(live, (*verdicts.waiting(Reason.NOT_OWNED, str(error)), *plan.conditions), ())
            self.queue.add_after(live.key, self.foreign_recheck_seconds)
            return
        except Taken as error:
            self.observation.know(live, plan.facts)
            conditions = (*verdicts.waiting(Reason.TITLE_CONFLICT, str(error)), *plan.conditions)
            await self._settle(live, conditions, self._objects(live.key), plan.fields)
            self.queue.add_after(live.key, self.foreign_recheck_seconds)
            return
        except Contested as error:
            await self._settle(
                live, (*verdicts.waiting(Reason.CONTESTED, str(error)), *plan.conditions), self._objects(live.key)
            )
            self.queue.add_after(live.key, CONTESTED_SECONDS)
            return
        except (TransientError, Refused) as error:
            await self._report_failure(live, plan, error)
            raise
        self.observation.know(live, plan.facts)
        await self._conclude(live, plan)

    async def _apply(self, live: Live, plan: Plan) -> None:
        conflicts = await self.claims.secure(live.key, plan.claims, self._exists)
        repaired = await self.children.bring_in_line(live, plan.apply, spared=conflicts)
        for ref in plan.claims.keys() - conflicts.keys():
            self.claims.register.settle(ref, plan.claims[ref])
        for ref in repaired:
            telemetry.DRIFT_REPAIRS.labels(ref.kind).inc()
            message = f"{ref.kind} {ref.name} had been changed or deleted and was restored"
            log.info("drift repaired", extra={"key": str(live.key), "child": str(ref)})
            await self._announce(live, "Normal", Reason.DRIFT_REPAIRED, message)
        if conflicts:
            raise Taken(conflicts)

    async def _conclude(self, live: Live, plan: Plan) -> None:
        rejections = [
            f"{child.ref.kind} {child.ref.name}: {child.rejection}"
            for child in self.index.of(live.key)
            if child.rejection
        ]
        tested = self.trials.verdict(live.key, plan.tests, self.status.decided(live))
        conditions = (*verdicts.conditions_for(plan.verdict, rejections), *plan.conditions, *tested)
        await self.observation.refresh(live)
        await self._settle(live, conditions, self._objects(live.key), plan.fields)
        self.queue.forget(live.key)
        if plan.wake_after is not None:
            self.queue.add_after(live.key, plan.wake_after.total_seconds())
        elif not isinstance(plan.verdict, Accepted | Rejected):
            self.queue.add_after(live.key, DEPENDENCY_RETRY_SECONDS)

    async def _report_failure(self, live: Live, plan: Plan, error: BursarError) -> None:
        """Let the user see why nothing moves, unless the same problem would stop that write as well."""
        if isinstance(error, Conflict | Throttled):
            return
        reason = Reason.DEPENDENCY_NOT_READY if isinstance(error, DependencyMissing) else Reason.PROGRESSING_WITH_RETRY
        await self._settle(live, (*verdicts.waiting(reason, str(error)), *plan.conditions), self._objects(live.key))

    def _objects(self, key: Key) -> tuple[Part, ...]:
        return tuple({"kind": child.ref.kind.value, "name": child.ref.name} for child in self.index.of(key))

    def _exists(self, ref: ChildRef) -> bool:
        return self.index.get(ref) is not None

    async def _settle(
        self, live: Live, conditions: tuple[Any, ...], objects: tuple[Part, ...], more: Mapping[str, Any] = NOTHING
    ) -> None:
        """Write the decided half of the status, and an Event where Ready or Stalled turned."""
        fields: dict[str, Any] = {**more, "objects": list(objects)}
        if live.requested_at:
            fields["lastHandledRequest"] = live.requested_at
        previous = await self.status.decide(live, fields, conditions)
        if previous is None:
            return
        before = {condition["type"]: condition["status"] for condition in previous.get("conditions", ())}
        ready = conditions[0]
        if before.get(ConditionType.READY, verdicts.TRUE) != ready.status:
            log.info(
                "readiness changed",
                extra={"key": str(live.key), "ready": ready.status, "reason": ready.reason},
            )
            severity = "Normal" if ready.status == verdicts.TRUE else "Warning"
            await self._announce(live, severity, ready.reason, ready.message)

    async def _announce(self, live: Live, severity: str, reason: Reason, message: str) -> None:
        """Record an Event; it is news, not state, so its loss changes nothing."""
        try:
            await self.cluster.record(EventNote(live.key, live.uid, severity, reason, message))
        except BursarError as error:
            log.warning("event not recorded", extra={"key": str(live.key), "error": str(error)})
