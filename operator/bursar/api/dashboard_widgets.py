"""The widgets of a dashboard: what each of them shows, without Grafana's JSON."""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from bursar.api.base import ExactNumber, Model
from bursar.api.fields import LABEL_KEYS, ItemName, ObjectName
from bursar.api.rules import Rule
from bursar.domain.markdown import plain_markdown
from bursar.domain.units import known_unit

WidgetType = Literal[
    "timeseries", "bar", "stat", "gauge", "bargauge", "table", "heatmap", "pie", "timeline", "text", "logs", "alerts",
    "slo", "burn", "budget",
]  # fmt: skip

SLA_WIDGETS: Final = ("slo", "burn", "budget")
WITHOUT_QUERIES: Final = ("text", "alerts", *SLA_WIDGETS)
COLUMNS: Final = 24


def _in(types: tuple[str, ...]) -> str:
    return f"self.type in [{', '.join(map(repr, types))}]"


NEEDS_QUERIES: Final = Rule(
    f"{_in(WITHOUT_QUERIES)} || (has(self.queries) && size(self.queries) > 0)",
    lambda widget: widget.type in WITHOUT_QUERIES or bool(widget.queries),
    "this type of widget shows queries; set queries",
)
NEEDS_AN_SLA: Final = Rule(
    f"!({_in(SLA_WIDGETS)}) || has(self.slaRef)",
    lambda widget: widget.type not in SLA_WIDGETS or widget.sla_ref is not None,
    "this type of widget shows an SLA; set slaRef",
)
NEEDS_CONTENT: Final = Rule(
    "self.type != 'text' || has(self.content)",
    lambda widget: widget.type != "text" or bool(widget.content),
    "a text shows its content; set content",
)
WHOLE_PLACE: Final = Rule(
    "has(self.left) == has(self.top)",
    lambda widget: (widget.left is None) == (widget.top is None),
    "set both left and top, or none of them",
)
INSIDE_THE_GRID: Final = Rule(
    f"!has(self.left) || !has(self.width) || self.left + self.width <= {COLUMNS}",
    lambda widget: widget.left is None or widget.width is None or widget.left + widget.width <= COLUMNS,
    f"a row has {COLUMNS} columns, and left and width together are more",
)

PromQL = Annotated[str, Field(min_length=1, max_length=8192)]
Title = Annotated[str, Field(max_length=256)]
Color = Annotated[str, Field(max_length=32, pattern="^([a-z]+(-[a-z]+)*|#[0-9a-fA-F]{6})$")]
Unit = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(known_unit)]
Address = Annotated[str, Field(min_length=1, max_length=2048, pattern="^(https?://|/)[^ ]*$")]
MatchedLabels = Annotated[dict[str, Annotated[str, Field(max_length=256)]], Field(max_length=8), LABEL_KEYS]
FreeMap = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})]


class Query(Model):
    """One question to the data source."""

    expr: PromQL = Field(
        description="PromQL; $__rate_interval, $__range and the dashboard's variables may stand in it. "
        "In a logs widget: LogQL."
    )
    legend: str = Field(default="", max_length=256, description="Name of its series: {{code}}. Default: their labels.")
    instant: bool | None = Field(
        default=None, description="Ask for the newest value only. Default: for tables, stats, gauges and pies."
    )


class Threshold(Model):
    """From which value on which colour is shown."""

    value: ExactNumber | None = Field(default=None, description="From this value on; absent: from the beginning.")
    color: Color = Field(description="A colour of Grafana, such as green, orange, dark-red, or #rrggbb.")


class Mapping(Model):
    """What is shown in place of a value."""

    value: Annotated[str, Field(max_length=256)] = Field(description='The value: "1", or "null" where there is none.')
    text: Annotated[str, Field(max_length=256)] = Field(default="", description="What is shown for it: Up.")
    color: Color | None = Field(default=None, description="Its colour.")


class Column(Model):
    """One column of a table."""

    name: Annotated[str, Field(min_length=1, max_length=128)] = Field(
        description="Label that it shows, or Value; with several queries Value #A, Value #B."
    )
    title: Annotated[str, Field(max_length=128)] = Field(default="", description="Its heading. Default: its name.")
    unit: Unit | None = Field(default=None, description="Unit of its numbers. Default: the widget's.")
    decimals: Annotated[int, Field(ge=0, le=10)] | None = Field(default=None, description="Digits after the point.")


class Link(Model):
    """Where somebody may go from here."""

    title: Annotated[str, Field(min_length=1, max_length=128)] = Field(description="What it is called.")
    url: Address = Field(description="Where it leads: https://…, or /d/… within Grafana.")


class SlaRef(Model):
    """A reference to an SLA; references never cross namespaces."""

    name: ObjectName = Field(description="Name of an SLA in the same namespace.")


class Widget(Model):
    """One thing to look at. Which fields mean something depends on its type."""

    RULES: ClassVar[tuple[Rule, ...]] = (NEEDS_QUERIES, NEEDS_AN_SLA, NEEDS_CONTENT, WHOLE_PLACE, INSIDE_THE_GRID)

    type: WidgetType = Field(
        description="timeseries, bar, stat, gauge, bargauge, table, heatmap, pie, timeline (states over time), text, "
        "logs, alerts (what fires), slo, burn or budget (of an SLA)."
    )
    title: Title = Field(default="", description="Heading of the widget.")
    description: Annotated[str, Field(max_length=1024), AfterValidator(plain_markdown)] = Field(
        default="", description="More for people, behind the i beside the heading; Markdown."
    )
    queries: tuple[Query, ...] = Field(default=(), max_length=20, description="What it shows.")
    unit: Unit | None = Field(default=None, description="A unit id of Grafana: reqps, s, percentunit, bytes, short.")
    decimals: Annotated[int, Field(ge=0, le=10)] | None = Field(default=None, description="Digits after the point.")
    min: ExactNumber | None = Field(default=None, description="Lower end of the scale. Default: of the data.")
    max: ExactNumber | None = Field(default=None, description="Upper end of the scale. Default: of the data.")
    thresholds: tuple[Threshold, ...] = Field(
        default=(), max_length=10, description="Colours by value; lines in a timeseries. Below the first: green."
    )
    mappings: tuple[Mapping, ...] = Field(default=(), max_length=50, description="Texts in place of values.")
    columns: tuple[Column, ...] = Field(
        default=(), max_length=30, description="Columns of a table, in this order. Default: all."
    )
    stack: Literal["normal", "percent"] | None = Field(default=None, description="Put series upon each other.")
    scale: Literal["linear", "log"] | None = Field(default=None, description="linear or log. Default linear.")
    legend: Literal["list", "table", "hidden"] | None = Field(
        default=None, description="list, table (with last, mean and maximum) or hidden. Default list."
    )
    content: Annotated[str, Field(max_length=16384), AfterValidator(plain_markdown)] | None = Field(
        default=None, description="Markdown of a text; HTML is refused."
    )
    sla_ref: SlaRef | None = Field(default=None, description="The SLA that slo, burn, budget or alerts are about.")
    objective: ItemName | None = Field(default=None, description="Its objective. Default: the first.")
    labels: MatchedLabels = Field(
        default_factory=dict, description="Which alerts an alerts widget shows: {severity: critical}. Default: all."
    )
    width: Annotated[int, Field(ge=1, le=COLUMNS)] | None = Field(
        default=None, description="Columns, of 24. Default by type: 12 for timeseries, 6 for stat."
    )
    height: Annotated[int, Field(ge=1, le=40)] | None = Field(
        default=None, description="Height in Grafana's units of 30 pixels. Default by type: 8 for timeseries."
    )
    left: Annotated[int, Field(ge=0, le=COLUMNS - 1)] | None = Field(
        default=None, description="Column of its left side; for all widgets of a row or none. Default: side by side."
    )
    top: Annotated[int, Field(ge=0, le=500)] | None = Field(
        default=None, description="Its upper side, counted from the top of the row."
    )
    repeat: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="Name of a variable: one widget for each of its values."
    )
    links: tuple[Link, ...] = Field(default=(), max_length=10, description="Links in the heading.")
    overrides: FreeMap = Field(
        default_factory=dict,
        description="Anything of Grafana's panel JSON, merged over what is generated; lists replace lists.",
    )


class Row(Model):
    """Widgets under a common heading."""

    title: Title = Field(default="", description="Heading; without one the widgets follow those of the row before.")
    collapsed: bool = Field(default=False, description="Show the heading only, until somebody opens it. Default false.")
    repeat: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="Name of a variable: one row for each of its values."
    )
    widgets: tuple[Widget, ...] = Field(min_length=1, max_length=50, description="What it shows.")
