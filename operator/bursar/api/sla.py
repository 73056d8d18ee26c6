"""SLA: promises, and the books kept on them."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from bursar.api.alerting import Alerting
from bursar.api.base import ExactNumber, Model, PromDuration, Resource, Spec
from bursar.api.fields import (
    BY_NAME,
    UNIQUE_NAMES,
    Annotations,
    ItemName,
    LabelName,
    Labels,
    Line,
    ObjectName,
    Text,
)
from bursar.api.indicators import Indicator
from bursar.api.notify import NOTIFY, NotifyList
from bursar.api.rules import Rule

PROMISES_SOMETHING = Rule("self > 0.0", lambda target: target > 0, "0 promises nothing; use a value above 0")
LEAVES_A_BUDGET = Rule("self < 100.0", lambda target: target < 100, "100 leaves no error budget; use a value below 100")
ONE_DAY = Rule(
    "self.matches('[1-9][0-9]*[ywd]')"
    " || duration(self.find('([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$') + '0s') >= duration('24h')",
    lambda window: window >= timedelta(days=1),
    "a window is at least 1d",
)
HAS_ITS_QUERIES = Rule(
    "has(self.targetRef) || self.objectives.all(o, !has(o.indicator.availability)"
    " && (!has(o.indicator.latency) || has(o.indicator.latency.histogram)))",
    lambda spec: spec.target_ref is not None or not any(o.indicator.reads_the_target for o in spec.objectives),
    "availability, and latency without histogram, read the signals of a target; set targetRef",
)

GROUPS_KEEP_THEIR_LABELS = Rule(
    "self.objectives.all(o, !has(o.groupBy) || o.groupBy.all(g, !(has(o.labels) && g in o.labels)"
    " && !(has(self.alerting) && has(self.alerting.labels) && g in self.alerting.labels)))",
    lambda spec: all(
        {*objective.group_by}.isdisjoint({*objective.labels, *spec.alerting.labels}) for objective in spec.objectives
    ),
    "a label of groupBy tells groups apart and cannot be among the labels of alerts; remove it from one of them",
)

Percentage = Annotated[ExactNumber, PROMISES_SOMETHING, LEAVES_A_BUDGET]


class Window(Model):
    """The time over which a promise is kept."""

    rolling: Annotated[PromDuration, ONE_DAY] = Field(
        default=timedelta(days=30), description="A window that ends now, of at least 1d. Default 30d."
    )


class Objective(Model):
    """One promise: an indicator, a target and a window."""

    name: ItemName = Field(description="Name of the objective, unique in the SLA; the label objective of its series.")
    title: Line = Field(default="", description="Name for people: Checkout answers. Default: the name.")
    description: Text = Field(default="", description="What the promise means for those who rely on it.")
    target: Percentage = Field(
        description="Percentage of good events promised, above 0 and below 100: 99.9. The rest is the budget."
    )
    window: Window = Field(default=Window(), description="The time over which it is promised. Default rolling 30d.")
    indicator: Indicator = Field(description="What is counted as good and bad: exactly one of the fields.")
    group_by: Annotated[tuple[LabelName, ...], Field(max_length=8)] = Field(
        default=(),
        description="Labels that divide the objective; every combination of values has a budget of its own.",
    )
    max_groups: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=50,
        description="How many combinations of groupBy are kept; DataQuality reports more. Default 50.",
    )
    labels: Labels = Field(
        default_factory=dict, description="Labels for the alerts of this objective, beside those of alerting."
    )
    annotations: Annotations = Field(
        default_factory=dict,
        description="Annotations for the alerts of this objective, beside those of alerting.",
    )


class TargetRef(Model):
    """A reference to a MonitoringTarget; references never cross namespaces."""

    name: ObjectName = Field(description="Name of a MonitoringTarget in the same namespace.")


class SLASpec(Spec):
    """What is promised, and which alerts guard it."""

    RULES: ClassVar[tuple[Rule, ...]] = (HAS_ITS_QUERIES, GROUPS_KEEP_THEIR_LABELS)

    target_ref: TargetRef | None = Field(
        default=None,
        description="The target whose signals are promised; optional where all indicators bring queries.",
    )
    objectives: Annotated[tuple[Objective, ...], UNIQUE_NAMES] = Field(
        min_length=1,
        max_length=20,
        description="The promises, 1 to 20; for a second window repeat the objective under another name.",
        json_schema_extra=BY_NAME,
    )
    alerting: Alerting = Field(default=Alerting(), description="Which alerts tell about a burning budget.")
    notify: NotifyList = NOTIFY


class SLA(Resource):
    """Promises, and the books kept on them."""

    spec: SLASpec
