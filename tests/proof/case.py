"""What is varied: the traffic, its errors, what goes wrong with processes and with telemetry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final, TypeAlias

Lives: TypeAlias = Mapping[str, Sequence[tuple[float, float]]]
"""Of each group the parts of the time in which it is there, 0 the beginning and 1 the end of all."""
REGION: Final = "region"
"""The label of groups."""

ALWAYS: Final[Lives] = {"": ((0.0, 1.0),)}


@dataclass(frozen=True, slots=True)
class Case:
    """One world. The numbers say how often something happens in 30 days, at random times."""

    name: str
    seed: int
    load: str = "steady"  # steady, daily, weekly, rare
    errors: str = "steady"  # steady, nightly, none
    share: float = 0.001  # of the events fails in quiet times
    bursts: int = 0  # ten times the traffic for up to two minutes
    incidents: int = 0  # 2 % to 100 % fail for up to six hours
    spikes: int = 0  # everything fails for half a minute
    idles: int = 0  # no traffic for half an hour
    restarts: int = 0  # of every process: counters begin anew
    gaps: int = 0  # no scrape succeeds, for 5 minutes to three hours
    partial_gaps: int = 0  # the same for a single process
    outages: int = 0  # of Prometheus: neither scrapes nor evaluations for 3 to 40 minutes
    missed: int = 0  # single scrapes of every process that fail
    late_errors: bool = False  # the counter of errors appears with the first one
    replicas: int = 1
    groups: Lives = field(default_factory=lambda: ALWAYS)
    scrape: timedelta = timedelta(seconds=30)
    window: timedelta = timedelta(days=30)
    target: Decimal = Decimal("99.9")

    @property
    def group_by(self) -> tuple[str, ...]:
        """The labels by which the objectives of this case are grouped."""
        return () if self.groups is ALWAYS else (REGION,)
