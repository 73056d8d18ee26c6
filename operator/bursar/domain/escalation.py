"""Who is told next: for each later step of an alert one more alert, in the same group and right after it.

Alertmanager cannot count how long an alert has fired: newer ones begin anew whenever they are reloaded. Prometheus can:
it records in `ALERTS` what fires at every evaluation.
Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ (ALERTS)
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Final

from bursar.conventions import INCIDENT, NAMESPACE, REMAINING_BELOW, ROUTE, STEP
from bursar.domain.alerting import FIRST_STEP, route
from bursar.domain.durations import format_duration
from bursar.domain.objective import Audience
from bursar.domain.promql.build import over_time
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector
from bursar.domain.rules import Alert

_MISSED_EVALUATIONS: Final = 5
_MISSED_SHARE: Final = 10
_SUMMARY: Final = "summary"


def with_steps(alert: Alert, audience: Audience, interval: timedelta, *, burning: str = "") -> tuple[Alert, ...]:
    """Return an alert, evaluated every `interval`, and its later steps.

    A later step begins once the alert has fired for its time and still has its cause, and ends with it. With `burning`,
    a condition on the same series, it begins only while that holds too: for an alert that looks far back, and so
    outlives what it is about.
    """
    return (alert, *_later_steps(alert, audience, interval, burning))


def _later_steps(alert: Alert, audience: Audience, interval: timedelta, burning: str) -> Iterator[Alert]:
    for step, after in enumerate(audience.escalation, start=FIRST_STEP + 1):
        place = {STEP: str(step), ROUTE: route(alert.labels[INCIDENT], audience.severity, step)}
        later = replace(alert, labels={**alert.labels, **place}, pending=timedelta())
        yield replace(
            later,
            expression=_expression(alert, later, _due(alert, after, interval), burning),
            annotations=_annotations(alert, after),
        )


def _expression(alert: Alert, later: Alert, due: str, burning: str) -> str:
    """Ask for the cause itself, so that `$value` is its, and nothing escalates that is only kept firing."""
    ignoring = f"ignoring ({', '.join(sorted({*alert.labels, 'alertname', 'alertstate'}))})"
    lines = [str(_firing(alert)), f"and {due}"]
    if burning:
        lines += [f"and {ignoring} ({burning})", f"or {_firing(later)}"]
    return "\n".join(("(", alert.expression, f") and {ignoring} (", *lines, ")"))


def _due(alert: Alert, after: timedelta, interval: timedelta) -> str:
    """Ask whether it has fired for that time in all, with few evaluations missing between.

    What is missing is Prometheus' own absence, or a cause that was away for a moment; then the alert was pending again.
    """
    missed = max(_MISSED_EVALUATIONS * interval, after / _MISSED_SHARE) + alert.pending
    window = ceil((after + missed) / interval) * interval
    return f"{over_time('count', _firing(alert), window)} > {ceil(after / interval)}"


def _firing(alert: Alert) -> Selector:
    """Select one alert among all: the name of its route holds incident, severity and step."""
    wanted = {name: alert.labels[name] for name in (NAMESPACE, ROUTE, REMAINING_BELOW) if name in alert.labels}
    selector = Selector("ALERTS")
    for name, value in {"alertname": alert.name, "alertstate": "firing", **wanted}.items():
        selector = selector.where(name, MatchOperator.EQUAL, value)
    return selector


def _annotations(alert: Alert, after: timedelta) -> dict[str, str]:
    summary = f"Not acknowledged for {format_duration(after)}: {alert.annotations.get(_SUMMARY, alert.name)}"
    return {**alert.annotations, _SUMMARY: summary}
