"""Alerts with later steps, and the minutes in which each step fires."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from bursar.domain.alert_rules import AlertDefinition, compile_alerts
from bursar.domain.alerting import Incident
from bursar.domain.objective import Audience
from rules.promtool import Expected

MINUTE: Final = timedelta(minutes=1)
STEPS: Final = (15 * MINUTE, 45 * MINUTE)

Spans = Mapping[int, tuple[int, ...]]
"""Step -> the minutes in which it begins and ends in turn; none when it never fires."""


def deep(
    *,
    namespace: str = "shop",
    escalation: tuple[timedelta, ...] = STEPS,
    pending: timedelta = timedelta(),
    keep_firing: timedelta = timedelta(),
) -> AlertDefinition:
    """An alert on every queue with more than 5 waiting."""
    return AlertDefinition(
        Incident(namespace=namespace, name="AlertRule/deep", team="payments"),
        name="Deep",
        expression=f'max by (queue) (depth{{at="{namespace}"}}) > 5',
        audience=Audience("critical", escalation=escalation),
        annotations={"summary": "{{ $labels.queue }} is at {{ $value }}"},
        pending=pending,
        keep_firing=keep_firing,
    )


def groups(*alerts: AlertDefinition, interval: timedelta = MINUTE) -> list[dict[str, Any]]:
    return [compile_alerts(f"arule/{number}", interval, [alert]).group.as_data() for number, alert in enumerate(alerts)]


def depths(*phases: tuple[int, int], queue: str = "mail", namespace: str = "shop") -> dict[str, str]:
    """A queue that is for so many minutes so deep, and so on; a sample each 30 s."""
    values = " ".join(f"{depth}x{2 * minutes - 1}" for minutes, depth in phases)
    return {f'depth{{queue="{queue}",at="{namespace}"}}': values}


def firing(step: int, matchers: str = "") -> str:
    """How many alerts of a step fire; nothing when none does."""
    return f'count(ALERTS{{bursar_step="{step}",alertstate="firing"{matchers}}})'


def spans(steps: Spans, *, until: int, matchers: str = "") -> Iterator[Expected]:
    """Ask about each step at both of its edges, and that up to the minute `until` it fires at no other time."""
    for step, edges in steps.items():
        count, fired = firing(step, matchers), 0
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            yield from (Expected(count, begin, 1), Expected(count, end - 1, 1))
            fired += end - begin
        yield Expected(f"count_over_time({count}[{until + 1}m:1m])", until, fired or None)
