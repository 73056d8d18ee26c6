from collections.abc import Iterable
from typing import Any

import pytest

from bursar.api.dashboard import AnnotationQuery, Annotations, Variable
from bursar.api.dashboard_widgets import Query, Row, Widget
from bursar.compiler.dashboard.checks import problems, warnings
from bursar.compiler.dashboard.content import Content
from unit.compiler.dashboard.boards import widget

RATE = "sum(rate(x_total[$__rate_interval]))"


def content(*widgets: Widget, variables: Iterable[dict[str, Any]] = (), **fields: Any) -> Content:
    known = tuple(Variable.model_validate(each) for each in variables)
    return Content(rows=(Row(widgets=widgets),), variables=known, **fields)


def asking(*expressions: str, **fields: Any) -> Widget:
    queries = [Query(expr=expression) for expression in expressions]
    return widget(**{"title": "Title", "unit": "short", "queries": queries, **fields})


def wrong(given: Content, *, most_widgets: int = 50) -> list[str]:
    return [str(problem) for problem in problems(given, most_widgets=most_widgets)]


def doubtful(*expressions: str, **fields: Any) -> list[str]:
    return list(warnings(content(asking(*expressions, **fields))))


def test_a_good_dashboard_has_neither_problems_nor_warnings() -> None:
    given = content(
        asking(RATE, 'sum(rate(x_total{region=~"$region"}[$__rate_interval]))'),
        variables=[{"name": "region", "query": "x"}],
    )
    assert (wrong(given), list(warnings(given))) == ([], [])


def test_a_query_that_does_not_parse_is_named_with_its_place() -> None:
    (problem,) = wrong(content(asking(RATE), asking(RATE, "sum(up")))
    assert problem.startswith("spec.rows[0].widgets[1].queries[1].expr: 1:7: ")


def test_an_annotation_is_read_like_a_query() -> None:
    marks = Annotations(queries=(AnnotationQuery(name="Deployments", expr="changes(x[1m])) > $limit"),))
    found = wrong(content(asking("up"), annotations=marks))
    assert [each.partition(": ")[0] for each in found] == ["spec.annotations.queries[0].expr"] * 2


def test_logs_are_asked_in_a_language_that_is_not_read() -> None:
    assert wrong(content(widget("logs", queries=[Query(expr='{app="x"} |= "error"')]))) == []


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"queries": [Query(expr='up{job="$job"}')]}, "queries[0].expr"),
        ({"queries": [Query(expr="up", legend="$job")]}, "queries[0].legend"),
        ({"title": "Of $job"}, "title"),
        ({"description": "Of ${job}"}, "description"),
        ({"repeat": "job"}, "repeat"),
        ({"links": [{"title": "x", "url": "/d/x?var-job=$job"}]}, "links[0].url"),
    ],
)
def test_a_variable_that_is_not_there_is_named_wherever_it_stands(fields: dict[str, Any], place: str) -> None:
    advice = "$job is no variable of this dashboard; add it to spec.variables"
    assert wrong(content(widget(**fields))) == [f"spec.rows[0].widgets[0].{place}: {advice}"]


def test_a_variable_may_be_used_by_another_one() -> None:
    known: list[dict[str, Any]] = [
        {"name": "region", "custom": ["a"]},
        {"name": "zone", "query": 'label_values(x{r="$region"}, zone)'},
    ]
    given = content(asking('up{zone="$zone"}'), variables=known)
    assert (wrong(given), list(warnings(given))) == ([], [])


def test_a_variable_that_nothing_uses_is_doubtful() -> None:
    (warning,) = warnings(content(asking("up"), variables=[{"name": "job", "custom": ["a"]}]))
    assert warning.startswith("spec.variables[job]: nothing uses it")


def test_widgets_that_cover_each_other_are_named() -> None:
    one, other = (widget(left=left, top=0, width=12, height=4) for left in (0, 11))
    assert wrong(content(one, other)) == ["spec.rows[0].widgets[1]: covers a part of widgets[0]; move one of them"]


def test_a_row_places_all_of_its_widgets_or_none() -> None:
    (problem,) = wrong(content(widget(left=0, top=0), widget()))
    assert "give them to all of a row, or to none" in problem


def test_the_platform_bounds_the_number_of_widgets() -> None:
    given = content(asking("up"), asking("up"))
    assert wrong(given, most_widgets=2) == []
    assert "2 widgets are more than the 1 that the platform allows" in wrong(given, most_widgets=1)[0]


def test_identity_and_place_of_a_panel_cannot_be_overridden() -> None:
    assert [
        each.partition(": ")[0] for each in wrong(content(widget(overrides={"id": 1, "gridPos": {}, "interval": "1m"})))
    ] == [
        "spec.rows[0].widgets[0].overrides.gridPos",
        "spec.rows[0].widgets[0].overrides.id",
    ]


@pytest.mark.parametrize("query", ["x_total", "sum(x_total) by (job)", "x_total / 2", "avg_over_time(x_total[5m])"])
def test_a_counter_that_is_shown_as_it_is_is_doubtful(query: str) -> None:
    (warning,) = doubtful(query)
    assert "x_total is a counter" in warning


@pytest.mark.parametrize("query", [RATE, "increase(x_total[$__range])", "changes(x_total[5m])", "x", "absent(x_total)"])
def test_a_counter_below_a_rate_is_not(query: str) -> None:
    assert doubtful(query) == []


@pytest.mark.parametrize("query", ["rate(x[5m])", "increase(x[1h])"])
def test_a_rate_over_a_fixed_range_is_doubtful(query: str) -> None:
    (warning,) = doubtful(query)
    assert "use $__rate_interval" in warning


def test_a_rate_over_a_range_that_readers_choose_is_not() -> None:
    given = content(asking("rate(x[$window])"), variables=[{"name": "window", "interval": ["5m"]}])
    assert list(warnings(given)) == []


def test_what_readers_cannot_understand_is_doubtful() -> None:
    found = [each.partition(": ")[0] for each in doubtful("up", title="", unit=None)]
    assert found == ["spec.rows[0].widgets[0].title", "spec.rows[0].widgets[0].unit"]
