"""The demonstration's table: what stands in the resources' status, and what has been delivered."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bursar.conventions import STEP
from sandbox.receiver import Message

Row = tuple[str, ...]
HEADER: Row = ("RESOURCE", "TARGET", "SLI", "BUDGET LEFT", "BURN", "EXHAUSTED AT", "PAGE", "TICKET", "STATE")


def table(
    target: Mapping[str, Any],
    sla: Mapping[str, Any],
    alerts: Sequence[Mapping[str, Any]],
    messages: Mapping[str, Sequence[Message]],
) -> str:
    """Render one picture of everything; `alerts` are those of Prometheus, `messages` those of each channel."""
    rows = [HEADER, *_objectives(sla)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([_target_line(target), "", *lines, "", *_firing(alerts), *_messages(messages)])


def _target_line(target: Mapping[str, Any]) -> str:
    status = target.get("status", {})
    summary = status.get("targets", {}).get("summary", "-")
    signals = ", ".join(sorted(status.get("signals", {}))) or "none yet"
    return f"MonitoringTarget shop/shop: up {summary}; signals found: {signals}"


def _objectives(sla: Mapping[str, Any]) -> Iterator[Row]:
    for row in sla.get("status", {}).get("objectives", ()):
        alerts = row.get("alerts", {})
        burn = row.get("burn", [])
        yield (
            f"sla/shop {row['name']}",
            f"{row['target']} %",
            _percent(row.get("sli")),
            _percent(row.get("budget", {}).get("remaining")),
            f"{burn[0]['rate']}x" if burn else "-",
            row.get("exhaustion", "-"),
            alerts.get("page", "-"),
            alerts.get("ticket", "-"),
            row["state"],
        )


def _percent(text: str | None) -> str:
    return f"{text} %" if text is not None else "-"


def _firing(alerts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    firing = sorted(
        (_name(alert["labels"]), alert["labels"]["objective"], alert["annotations"]["description"])
        for alert in alerts
        if alert["state"] == "firing"
    )
    yield f"Alerts that fire in Prometheus: {len(firing)}"
    for name, objective, description in firing:
        yield f"  {name}, {objective}: {re.split(r'[.] | [(]', description)[0]}"


def _name(labels: Mapping[str, str]) -> str:
    step = labels[STEP]
    return labels["alertname"] if step == "1" else f"{labels['alertname']} (step {step})"


def _messages(messages: Mapping[str, Sequence[Message]]) -> Iterator[str]:
    for channel, delivered in messages.items():
        yield f"Messages delivered to {channel}: {len(delivered)}"
        for message in delivered[-6:]:
            yield f"  {message.status:8}  {message.labels['alertname']}: {message.annotations.get('summary', '')}"
