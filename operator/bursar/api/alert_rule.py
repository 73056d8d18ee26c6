"""AlertRule: one alert."""

import re
from datetime import timedelta
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from bursar.api.alert_conditions import Condition
from bursar.api.base import Model, PromDuration, Resource, Spec, VectorSelector
from bursar.api.fields import (
    BY_NAME,
    UNIQUE_NAMES,
    Annotations,
    Labels,
    TemplatedLine,
    TemplatedText,
)
from bursar.api.notify import NOTIFY, NotifyList
from bursar.api.rules import Rule
from bursar.api.sla import TargetRef
from bursar.conventions import Severity

MOST_SAMPLES: Final = 10_000

_DAY: Final = timedelta(hours=24)
_REPEATED: Final = re.compile(r"x([0-9]+)")

WITHIN_A_DAY = Rule(
    "self.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$') && duration(self) <= duration('24h')",
    lambda at: at <= _DAY,
    "a test lasts at most 24h; write h, m and s",
)
GROUPS_KEEP_THEIR_LABELS = Rule(
    "!has(self.condition.ratio) || !has(self.condition.ratio.groupBy) || !has(self.labels)"
    " || self.condition.ratio.groupBy.all(g, !(g in self.labels))",
    lambda spec: spec.condition.ratio is None or {*spec.condition.ratio.group_by}.isdisjoint(spec.labels),
    "a label of groupBy tells groups apart and cannot be among the labels; remove it from one of them",
)


def _few_samples(values: str) -> str:
    """Keep a test from filling the operator's memory."""
    count = len(values.split()) + sum(int(number[:9]) for number in _REPEATED.findall(values))
    if count > MOST_SAMPLES:
        raise ValueError(f"a test has at most {MOST_SAMPLES} samples of a series; this has {count}")
    return values


class InputSeries(Model):
    """One series of a test, in promtool's notation."""

    series: VectorSelector = Field(description='The series with its labels: queue_depth{job="checkout"}.')
    values: Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(_few_samples)] = Field(
        description="Its samples, one for each interval from 0 on: 0+200x20 counts up, 5x10 stays, _x5 is missing."
    )


class Expectation(Model):
    """Whether the alert fires at a time of the test."""

    at: Annotated[PromDuration, WITHIN_A_DAY] = Field(description="When, counted from the first sample: 6m.")
    firing: bool = Field(description="Whether the alert fires then.")


class AlertTest(Model):
    """What must fire, and what must not, over made-up series."""

    name: Annotated[str, Field(min_length=1, max_length=128, pattern=r'^[^\x00-\x1f"\\]*$')] = Field(
        description="Name of the test, unique in the rule: fires above 1000."
    )
    interval: PromDuration = Field(
        default=timedelta(minutes=1), description="How far the samples of a series are apart. Default 1m."
    )
    series: Annotated[tuple[InputSeries, ...], Field(min_length=1, max_length=20)] = Field(
        description="The series of the test; there are no others."
    )
    expect: Annotated[tuple[Expectation, ...], Field(min_length=1, max_length=20)] = Field(
        description="When the alert must fire, and when it must not."
    )


class AlertRuleSpec(Spec):
    """One alert: when it fires, how urgent it is, and what it says."""

    RULES: ClassVar[tuple[Rule, ...]] = (GROUPS_KEEP_THEIR_LABELS,)

    target_ref: TargetRef | None = Field(
        default=None, description="The target that it is about: its owner and its runbook stand in the alert."
    )
    alert_name: str = Field(
        default="",
        max_length=128,
        pattern="^([a-zA-Z_][a-zA-Z0-9_]*)?$",
        description="Label alertname: CheckoutQueueDepth. Default: the resource's name in CamelCase.",
    )
    severity: Severity = Field(description="How urgent it is: critical, high, medium, low or info.")
    condition: Condition = Field(description="When it fires: exactly one of the fields.")
    for_: PromDuration | None = Field(
        default=None, alias="for", description="How long the condition must hold: 5m. Default: it fires at once."
    )
    keep_firing_for: PromDuration | None = Field(
        default=None,
        description="How long it goes on after the condition ended, against flapping. Default: not.",
    )
    summary: TemplatedLine = Field(
        default="",
        description="One line for people: Queue of {{ $labels.job }} is at {{ $value | humanize }}. "
        "Default: what the condition says.",
    )
    description: TemplatedText = Field(default="", description="More for people: what it means and what to do.")
    labels: Labels = Field(default_factory=dict, description="Labels for the alert: {component: queue}.")
    annotations: Annotations = Field(default_factory=dict, description="Annotations for the alert.")
    notify: NotifyList = NOTIFY
    tests: Annotated[tuple[AlertTest, ...], UNIQUE_NAMES] = Field(
        default=(),
        max_length=20,
        description="When it must fire and when not; run where the platform has set promtool.",
        json_schema_extra=BY_NAME,
    )


class AlertRule(Resource):
    """One alert, and what it says."""

    spec: AlertRuleSpec
