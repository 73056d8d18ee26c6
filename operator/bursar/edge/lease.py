"""Elects one of several replicas by a Lease of coordination.k8s.io.

Two things decide, and neither is a wall clock. A replica that waits takes a Lease that has not changed for as long as
its holder asked for, counted from when this replica saw the last change. A holder stops to write sooner than that,
counted from before it sent the last renewal that succeeded. So clocks may differ; only their pace must be about the
same, and the difference of the two spans is what is left for that and for a write that is under way.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, inf
from typing import Any, Protocol

from bursar.compiler.plan import Manifest
from bursar.engine import telemetry
from bursar.engine.ports import Clock
from bursar.errors import BursarError, NotLeading

log = logging.getLogger(__name__)


class Leases(Protocol):
    """Where Leases are; raises the errors of `bursar.errors`."""

    async def read_lease(self, namespace: str, name: str) -> Manifest | None:
        """Read a Lease; None when there is none."""
        ...

    async def write_lease(self, lease: Manifest) -> Manifest:
        """Write over the version that the Lease names, or make the first one. Raises Conflict when that is not it."""
        ...


@dataclass(frozen=True, slots=True)
class Candidacy:
    """Who stands for which Lease, and for how long, in seconds.

    `lease` is how long others wait after the last renewal they saw, `renew` how long the holder writes after its last
    one, `retry` how long it waits between two attempts and how long one may take.
    """

    namespace: str
    name: str
    identity: str
    lease: float
    renew: float
    retry: float


class LeaseElection:
    """Implements engine.ports.Election. `jitter` is a factor below 1 that keeps candidates from marching in step."""

    def __init__(self, leases: Leases, candidacy: Candidacy, clock: Clock, jitter: Callable[[], float]) -> None:
        self._leases = leases
        self._candidacy = candidacy
        self._clock = clock
        self._jitter = jitter
        self._won = asyncio.Event()
        self._until = -inf
        self._mine: Manifest | None = None
        self._seen: Mapping[str, Any] = {}
        self._seen_at = -inf
        self._problem = "the Lease has not been read yet"
        telemetry.LEADER.set(0)

    async def run(self) -> None:
        """Stand until won, then renew until cancelled; raises NotLeading when the Lease could not be kept."""
        while not self._won.is_set():
            await self.attempt(self._candidacy.retry)
            if not self._won.is_set():
                await asyncio.sleep(self._candidacy.retry * self._jitter())
        while (left := self.remaining()) > 0:
            await asyncio.sleep(min(self._candidacy.retry, left))
            await self.attempt(min(self._candidacy.retry, self.remaining()))
        telemetry.LEADER.set(0)
        raise NotLeading(f"the Lease {self._path} was lost: {self._problem or 'its holder stood still for too long'}")

    async def won(self) -> None:
        """Return once this replica leads."""
        await self._won.wait()

    def remaining(self) -> float:
        """Seconds for which this replica may still write; not above 0: not at all."""
        return self._until - self._clock.monotonic()

    def problem(self) -> str:
        """What keeps this replica from standing, empty when nothing does."""
        return self._problem

    async def resign(self) -> None:
        """Leave the Lease to the next; what cannot be left expires by itself."""
        if self.remaining() <= 0:
            return
        self._until = -inf
        telemetry.LEADER.set(0)
        try:
            async with asyncio.timeout(self._candidacy.retry):
                lease = await self._read()
                if lease is not None and _holder(lease["spec"]) == self._candidacy.identity:
                    await self._leases.write_lease(_released(lease))
                    log.info("leadership released", extra={"lease": self._path})
        except (TimeoutError, BursarError) as error:
            log.warning("leadership not released, it will expire", extra={"error": _words(error)})

    async def attempt(self, seconds: float) -> None:
        """Take the Lease where it is free, renew it where it is ours; what fails in that time is only told."""
        if self._won.is_set() and seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._take()
            self._problem = ""
        except (TimeoutError, BursarError) as error:
            self._mine = None
            self._problem = _words(error)
            log.warning("lease not reached, will retry", extra={"lease": self._path, "error": self._problem})

    async def _take(self) -> None:
        started = self._clock.monotonic()
        lease = self._mine or await self._read()
        if not self._is_free(lease):
            self._until = -inf
            return
        self._mine = await self._leases.write_lease(self._claim(lease))
        self._until = started + self._candidacy.renew
        if not self._won.is_set():
            self._won.set()
            telemetry.LEADER.set(1)
            telemetry.LEADER_TRANSITIONS.inc()
            log.info("leading", extra={"lease": self._path, "identity": self._candidacy.identity})

    async def _read(self) -> Manifest | None:
        return await self._leases.read_lease(self._candidacy.namespace, self._candidacy.name)

    def _is_free(self, lease: Manifest | None) -> bool:
        """Whether nobody else holds a Lease, as far as this replica has seen it change."""
        now = self._clock.monotonic()
        spec = (lease or {}).get("spec") or {}
        if spec != self._seen:
            self._tell_of_another(spec)
            self._seen, self._seen_at = spec, now
        if _holder(spec) in ("", self._candidacy.identity):
            return True
        return bool(now - self._seen_at >= spec.get("leaseDurationSeconds", self._candidacy.lease))

    def _tell_of_another(self, spec: Mapping[str, Any]) -> None:
        holder = _holder(spec)
        if holder not in ("", self._candidacy.identity, _holder(self._seen)):
            log.info("another replica leads", extra={"lease": self._path, "holder": holder})

    def _claim(self, lease: Manifest | None) -> Manifest:
        """The Lease as its holder writes it. The times are for people; nobody reads them to decide."""
        spec = (lease or {}).get("spec") or {}
        now, known = _micro_time(self._clock.now()), _holder(spec) == self._candidacy.identity
        claim = {
            "holderIdentity": self._candidacy.identity,
            "leaseDurationSeconds": ceil(self._candidacy.lease),
            "acquireTime": spec["acquireTime"] if known else now,
            "renewTime": now,
            "leaseTransitions": spec.get("leaseTransitions", -1) + (0 if known else 1),
        }
        metadata = {"name": self._candidacy.name, "namespace": self._candidacy.namespace}
        return _lease((lease or {}).get("metadata", metadata), claim)

    @property
    def _path(self) -> str:
        return f"{self._candidacy.namespace}/{self._candidacy.name}"


def _holder(spec: Mapping[str, Any]) -> str:
    return spec.get("holderIdentity") or ""


def _released(lease: Manifest) -> Manifest:
    spec = {name: value for name, value in lease["spec"].items() if name != "holderIdentity"}
    return _lease(lease["metadata"], spec)


def _lease(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Manifest:
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}


def _micro_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _words(error: Exception) -> str:
    return str(error) or "no answer in time"
