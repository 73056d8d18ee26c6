"""What makes several replicas of the operator one: an election where settings ask for it."""

import asyncio
import contextlib
import os
import random
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from math import inf
from uuid import uuid4

from kubernetes.aio import client

from bursar.edge.cluster import ApiServer
from bursar.edge.kubeconfig import configured
from bursar.edge.lease import Candidacy, LeaseElection
from bursar.engine import telemetry
from bursar.engine.ports import Election
from bursar.settings import Settings


class OnlyReplica:
    """Implements engine.ports.Election where nobody else stands for it."""

    async def run(self) -> None:
        """Lead until cancelled."""
        telemetry.LEADER.set(1)
        await asyncio.Event().wait()

    async def won(self) -> None:
        """Return at once."""

    def remaining(self) -> float:
        """For ever."""
        return inf

    def problem(self) -> str:
        """Nothing."""
        return ""

    async def resign(self) -> None:
        """Nobody waits for it."""


class BootClock:
    """Clocks for the election: one that goes on while the machine sleeps, where there is such a one (Linux)."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since the machine was started."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def waiting() -> float:
    """A share of the time between two attempts, so that several candidates do not come at once."""
    return random.uniform(0.5, 1.0)


@contextlib.asynccontextmanager
async def election(settings: Settings) -> AsyncIterator[Election]:
    """Stand for the Lease that settings name, over a connection of its own: a write that hangs must not delay it."""
    if not settings.leader_election:
        yield OnlyReplica()
        return
    configuration = await configured()
    configuration.connection_pool_maxsize = 1
    async with client.ApiClient(configuration) as api:
        yield LeaseElection(ApiServer(api, ()), _candidacy(settings), BootClock(), waiting)


def _candidacy(settings: Settings) -> Candidacy:
    return Candidacy(
        namespace=settings.lease_namespace,
        name=settings.lease_name,
        identity=f"{socket.gethostname()}_{os.getpid()}_{uuid4()}",
        lease=settings.lease_duration.total_seconds(),
        renew=settings.renew_deadline.total_seconds(),
        retry=settings.retry_period.total_seconds(),
    )
