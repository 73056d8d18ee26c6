"""What a dashboard shows, before it is drawn: what templates and SLA widgets give, and the renderer takes."""

from dataclasses import dataclass, field

from bursar.api.dashboard import Annotations, Variable
from bursar.api.dashboard_widgets import Link, Row


@dataclass(frozen=True, slots=True)
class Content:
    """Rows of widgets with the variables that their queries use.

    The data source is no variable of it: the renderer adds `datasource`, and every query goes there. `warnings` are
    said in the status of the resource that asked for it.
    """

    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    annotations: Annotations = field(default=Annotations())
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()
