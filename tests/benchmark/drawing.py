"""How fast dashboards are drawn: a thousand of a dozen panels each, one after the other on one core."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from bursar.api.dashboard import Dashboard
from bursar.cli.offline import FileView
from bursar.compiler.dashboard.board import Board
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.render import encoded, render
from bursar.compiler.dashboard.resource import compile_dashboard
from bursar.compiler.view import RulePolicy

from .report import Figure, at_most

DASHBOARDS: Final = 1000
PANELS: Final = 12
T = TypeVar("T")


def drawing(share: int) -> list[Figure]:
    """Measure drawing alone, and all that is decided about a dashboard: its queries are parsed, too."""
    dashboards = [_dashboard(number) for number in range(DASHBOARDS // share)]
    boards = [_board(each) for each in dashboards]
    view = FileView(RulePolicy(labels={}), datetime(2026, 11, 21, tzinfo=UTC), {})
    return [
        Figure(
            "dashboards drawn and written as text",
            _seconds(lambda each: encoded(render(each)), boards),
            "s",
            at_most(1),
        ),
        Figure(
            "dashboards checked and compiled", _seconds(lambda each: compile_dashboard(each, view), dashboards), "s"
        ),
    ]


def _dashboard(number: int) -> Dashboard:
    rows = [{"title": title, "widgets": [_widget(number, each) for each in range(PANELS // 2)]} for title in "AB"]
    variables = [{"name": "region", "query": "label_values(http_requests_total, region)"}]
    spec = {"title": f"Dashboard {number}", "rows": rows, "variables": variables}
    return Dashboard.model_validate({"metadata": {"name": f"d-{number}", "namespace": "shop"}, "spec": spec})


def _widget(dashboard: int, number: int) -> dict[str, Any]:
    rate = f'rate(http_requests_total{{job="job-{dashboard}",region=~"$region"}}[$__rate_interval])'
    query = {"expr": f"sum by (code) ({rate})", "legend": "{{code}}"}
    return {"type": "timeseries", "title": f"Panel {number}", "unit": "reqps", "queries": [query]}


def _board(dashboard: Dashboard) -> Board:
    spec = dashboard.spec
    return Board("uid", spec.title, Content(rows=spec.rows, variables=spec.variables), dashboard.metadata.namespace)


def _seconds(work: Callable[[T], object], items: Sequence[T]) -> float:
    start = time.process_time()
    for item in items:
        work(item)
    return time.process_time() - start
