"""Dashboard: what people look at."""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from bursar.api.base import Model, PromDuration, Resource, Spec
from bursar.api.dashboard_widgets import Color, Link, PromQL, Row, Title
from bursar.api.fields import BY_NAME, UNIQUE_NAMES
from bursar.api.rules import Rule, exactly_one
from bursar.api.sla import TargetRef

LONGEST_IMPORT: Final = 900_000
MOST_FOLDERS: Final = 3

_NAME: Final = "[A-Za-z0-9][A-Za-z0-9 _-]*"

TemplateName = Literal[
    "system-overview", "service-red", "resource-use", "database-performance", "worker-executions", "system-health",
    "sla-compliance", "slo-detail", "slo-overview", "capacity-planning",
]  # fmt: skip
VariableName = Annotated[str, Field(min_length=1, max_length=64, pattern="^[a-zA-Z_][a-zA-Z0-9_]*$")]
Folder = Annotated[str, Field(max_length=120, pattern=f"^({_NAME}(/{_NAME}){{0,{MOST_FOLDERS - 1}}})?$")]


def _one_content(spec: Any) -> bool:
    return sum(1 for content in (spec.template, spec.rows or None, spec.import_) if content is not None) == 1


ONE_CONTENT: Final = Rule(
    "(has(self.template) ? 1 : 0) + (has(self.rows) && size(self.rows) > 0 ? 1 : 0)"
    " + (has(self.__import__) ? 1 : 0) == 1",
    _one_content,
    "set exactly one of template, rows, import",
)
NOT_LIKE_ITS_FOLDER: Final = Rule(
    "!has(self.folder) || !has(self.title) || self.title == '' || self.title != self.folder",
    lambda spec: not spec.title or spec.title != spec.folder,
    "Grafana refuses a dashboard that is called like its folder; change one of them",
)
ONE_DEFAULT: Final = Rule(
    "!has(self.multi) || !self.multi || has(self.query) || has(self.custom)",
    lambda variable: not variable.multi or variable.query is not None or variable.custom is not None,
    "only variables with a query or custom values can have several values; remove multi",
)


class Variable(Model):
    """Something that the reader of a dashboard chooses; exactly one of the kinds."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        exactly_one("query", "custom", "interval", "textbox", "constant"),
        ONE_DEFAULT,
    )

    name: VariableName = Field(description="What stands in queries: region is $region.")
    label: Annotated[str, Field(max_length=128)] = Field(default="", description="What readers see. Default: its name.")
    query: PromQL | None = Field(
        default=None, description='Values from the data source: label_values(http_requests_total{job="x"}, region).'
    )
    custom: Annotated[tuple[Annotated[str, Field(max_length=256)], ...], Field(min_length=1, max_length=100)] | None = (
        Field(default=None, description="Fixed values to choose from.")
    )
    interval: Annotated[tuple[PromDuration, ...], Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="Durations to choose from: [1m, 10m, 1h]."
    )
    textbox: Annotated[str, Field(max_length=256)] | None = Field(
        default=None, description="Whatever the reader types; this is what stands there first."
    )
    constant: Annotated[str, Field(max_length=256)] | None = Field(
        default=None, description="A fixed value that readers do not see."
    )
    multi: bool = Field(default=False, description="Whether several values may be chosen. Default false.")
    include_all: bool = Field(default=False, description="Whether all may be chosen at once. Default false.")
    regex: Annotated[str, Field(max_length=256)] = Field(
        default="", description="Which values of a query are offered, and which part of them: /(.*)-prod/."
    )
    hidden: bool = Field(default=False, description="Do not show it. Default false.")


class AnnotationQuery(Model):
    """Times that are marked in all graphs."""

    name: Annotated[str, Field(min_length=1, max_length=128)] = Field(description="What is marked: Deployments.")
    expr: PromQL = Field(description="Marks the times at which it has a value.")
    title: Annotated[str, Field(max_length=256)] = Field(default="", description="Text at a mark: {{version}}.")
    color: Color = Field(default="blue", description="Colour of the marks. Default blue.")


class Annotations(Model):
    """What is marked in all graphs."""

    alerts: bool = Field(default=True, description="Mark when alerts of this namespace fire. Default true.")
    queries: tuple[AnnotationQuery, ...] = Field(default=(), max_length=10, description="Further marks.")


class DatasourceRef(Model):
    """The Prometheus that is chosen first."""

    uid: Annotated[str, Field(min_length=1, max_length=64, pattern="^[a-zA-Z0-9_-]+$")] = Field(
        description="Uid of a Prometheus data source in Grafana. Readers may choose another."
    )


class TemplateRef(Model):
    """A dashboard that Bursar brings along."""

    name: TemplateName = Field(description="Name of the template: service-red.")
    version: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="Version to keep to. Default: the newest."
    )
    parameters: Annotated[dict[str, Annotated[str, Field(max_length=1024)]], Field(max_length=20)] = Field(
        default_factory=dict, description="What the template asks for, such as names of metrics."
    )


class Import(Model):
    """A dashboard that was made in Grafana, 8 to 13."""

    json_: Annotated[str, Field(min_length=2, max_length=LONGEST_IMPORT)] = Field(
        alias="json", description="Its JSON, as Grafana exports it in the classic format."
    )


class DashboardSpec(Spec):
    """A dashboard: from a template, of rows of widgets, or imported."""

    RULES: ClassVar[tuple[Rule, ...]] = (ONE_CONTENT, NOT_LIKE_ITS_FOLDER)

    title: Title = Field(
        default="",
        description="Title, unique in its folder of Grafana. Default: Dashboard / namespace / name.",
    )
    description: Annotated[str, Field(max_length=1024)] = Field(default="", description="What it is for.")
    folder: Folder = Field(
        default="", description="Folder in Grafana: Shop, or Shop/Checkout. Needs the setting folderAnnotation."
    )
    tags: tuple[Annotated[str, Field(min_length=1, max_length=50)], ...] = Field(
        default=(), max_length=20, description="Tags to find it by."
    )
    refresh: PromDuration | None = Field(default=None, description="How often it is loaded anew: 30s. Default 1m.")
    time_range: PromDuration | None = Field(
        default=None, description="How far back it looks when it is opened. Default 6h."
    )
    timezone: Annotated[str, Field(max_length=64, pattern="^(browser|utc|[A-Za-z]+(/[A-Za-z0-9_+-]+)+)?$")] = Field(
        default="browser", description="browser, utc, or a zone such as Europe/Berlin. Default browser."
    )
    datasource: DatasourceRef | None = Field(
        default=None, description="The data source that is chosen first. Default: Grafana's default one."
    )
    target_ref: TargetRef | None = Field(
        default=None, description="The target that it is about; templates read its signals."
    )
    variables: Annotated[tuple[Variable, ...], UNIQUE_NAMES] = Field(
        default=(), max_length=30, description="What readers choose.", json_schema_extra=BY_NAME
    )
    annotations: Annotations = Field(default=Annotations(), description="What is marked in all graphs.")
    links: tuple[Link, ...] = Field(default=(), max_length=20, description="Links at the top.")
    template: TemplateRef | None = Field(default=None, description="A dashboard that Bursar brings along.")
    rows: tuple[Row, ...] = Field(default=(), max_length=30, description="Widgets, row by row.")
    import_: Import | None = Field(default=None, alias="import", description="A dashboard that was made in Grafana.")


class Dashboard(Resource):
    """What people look at: becomes a ConfigMap that Grafana's sidecar loads."""

    spec: DashboardSpec
