"""A picture of a dashboard, from made-up answers."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from bursar.errors import Unavailable
from bursar.preview.asking import answered
from bursar.preview.axes import Span
from bursar.preview.page import empty_panels, page

HOUR = Span(1_793_584_800.0, 1_793_588_400.0)
RISING = [[HOUR.start + 60 * n, str(n)] for n in range(61)]


def panel(kind: str = "timeseries", **fields: Any) -> dict[str, Any]:
    place = {"x": 0, "y": 0, "w": 12, "h": 8}
    target = {"expr": "up", "refId": "A", "legendFormat": "{{job}}", "instant": kind not in ("timeseries", "heatmap")}
    return {"id": 1, "type": kind, "title": "Panel", "gridPos": place, "targets": [target], **fields}


class Prometheus:
    """Answers every question alike, and remembers them."""

    def __init__(self, *series: Mapping[str, str], values: Any = RISING, error: str = "") -> None:
        self.series, self.values, self.error = series, values, error
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    async def read(self, path: str, parameters: Mapping[str, str]) -> Any:
        self.asked.append((path, parameters))
        if self.error and "bad" in parameters.get("query", ""):
            raise Unavailable(self.error)
        if path.startswith("label/"):
            return ["eu", "us"]
        points = {"values": self.values} if path == "query_range" else {"value": self.values[-1]}
        return {"resultType": "vector", "result": [{"metric": dict(each), **points} for each in self.series]}


SHOP = Prometheus({"job": "shop"}, {"job": "<b>mail</b>"})


async def drawn(*panels: dict[str, Any], prometheus: Prometheus = SHOP, **dashboard: Any) -> str:
    return page([await answered({"title": "Shop", "panels": list(panels), **dashboard}, prometheus.read, HOUR)])


def count(pattern: str, text: str) -> int:
    return len(re.findall(pattern, text))


@pytest.mark.parametrize(
    "kind",
    [
        *("timeseries", "stat", "gauge", "bargauge", "barchart", "piechart", "table", "heatmap", "state-timeline"),
        *("text", "row", "geomap"),
    ],
)
async def test_a_page_asks_nobody_for_anything(kind: str) -> None:
    html = await drawn(panel(kind, options={"content": "a **b** [c](https://example.com)"}))
    assert "Panel" in html
    assert count(r"<script|<link|<img|<iframe|\bsrc=|url\(|@import", html) == 0


async def test_what_comes_from_prometheus_is_no_markup() -> None:
    html = await drawn(panel(), panel("table", id=2), panel("bargauge", id=3), title="<i>")
    assert "<b>mail" not in html
    assert count("&lt;b&gt;mail&lt;/b&gt;", html) == 3
    assert "<h1>&lt;i&gt;</h1>" in html


async def test_every_series_is_a_line_with_its_name_and_newest_value() -> None:
    html = await drawn(panel(fieldConfig={"defaults": {"unit": "percent"}}))
    assert count('class="curve"', html) == 2
    assert "shop <b>60 %</b>" in html


async def test_a_gap_in_the_samples_is_a_gap_in_the_line() -> None:
    values = [*RISING[:20], *RISING[40:]]
    html = await drawn(panel(), prometheus=Prometheus({"job": "shop"}, values=values))
    assert count('class="curve"', html) == 2


async def test_thresholds_are_lines_where_the_panel_says_so() -> None:
    steps = [{"value": None, "color": "green"}, {"value": 30, "color": "red"}]
    for mode, lines in (("dashed", 1), ("off", 0)):
        fields = {"defaults": {"thresholds": {"steps": steps}, "custom": {"thresholdsStyle": {"mode": mode}}}}
        assert count('class="threshold"', await drawn(panel(fieldConfig=fields))) == lines


async def test_a_figure_has_the_colour_of_its_value_or_the_text_in_its_place() -> None:
    steps = [{"value": None, "color": "#00ff00"}, {"value": 30, "color": "#ff0000"}]
    nothing = {"type": "special", "options": {"match": "null", "result": {"text": "lasts", "color": "#0000ff"}}}
    stat = panel("stat", fieldConfig={"defaults": {"thresholds": {"steps": steps}, "mappings": [nothing]}})
    assert 'color:#ff0000">60<' in await drawn(stat, prometheus=Prometheus({}))
    assert 'color:#0000ff">lasts<' in await drawn(stat, prometheus=Prometheus())


@pytest.mark.parametrize("zero", ["0", "-0", "0.0"])
async def test_a_zero_has_its_text_whatever_its_sign(zero: str) -> None:
    gone = {"type": "value", "options": {"0": {"text": "it is gone"}}}
    stat = panel("stat", fieldConfig={"defaults": {"mappings": [gone]}})
    assert ">it is gone<" in await drawn(stat, prometheus=Prometheus({}, values=[[HOUR.end, zero]]))


async def test_the_columns_of_a_table_are_those_that_the_panel_arranges() -> None:
    arranged = [
        {"id": "filterFieldsByName", "options": {"include": {"names": ["job", "Value"]}}},
        {"id": "organize", "options": {"indexByName": {"Value": 0, "job": 1}, "renameByName": {"job": "Program"}}},
    ]
    prometheus = Prometheus({"job": "shop", "instance": "a"})
    html = await drawn(panel("table", transformations=arranged), prometheus=prometheus)
    assert re.findall("<th>(.*?)</th>", html) == ["Value", "Program"]


async def test_a_collapsed_row_is_closed_and_an_open_one_a_heading() -> None:
    inner = panel(id=3, title="Inside")
    rows = [{"id": 1, "type": "row", "title": "A", "collapsed": True, "panels": [inner]}, {"id": 2, "type": "row"}]
    html = await drawn(*rows, panel(id=4, title="Outside"))
    assert re.search(r"<details><summary>A</summary>.*Inside.*</details><h2>.*Outside", html)


async def test_a_panel_without_an_answer_says_why_and_the_others_are_drawn() -> None:
    bad = panel(id=2, title="Broken", targets=[{"expr": "bad", "refId": "A"}])
    prometheus = Prometheus({"job": "shop"}, error="no such function")
    answers = await answered({"panels": [panel(), bad]}, prometheus.read, HOUR)
    assert empty_panels(answers) == ["Broken: A: no such function"]
    html = page([answers])
    assert "no such function" in html
    assert count('class="curve"', html) == 1


async def test_a_panel_without_data_is_told() -> None:
    answers = await answered({"panels": [panel()]}, Prometheus().read, HOUR)
    assert empty_panels(answers) == ["Panel: no data"]
    assert "No data" in page([answers])


async def test_variables_are_filled_in_with_what_prometheus_has() -> None:
    prometheus = Prometheus({"job": "shop"})
    variable = {"name": "region", "type": "query", "query": "label_values(up, region)", "includeAll": True}
    target = {"expr": 'rate(a{region=~"$region"}[$__rate_interval])', "refId": "A"}
    await drawn(panel(targets=[target]), prometheus=prometheus, templating={"list": [variable]})
    assert prometheus.asked[0] == ("label/region/values", {"match[]": "up"})
    assert prometheus.asked[1][1]["query"] == 'rate(a{region=~"(eu|us)"}[4m])'


async def test_series_without_a_legend_are_told_apart_by_what_differs() -> None:
    series = [{"job": "shop", "instance": name, "__name__": "up"} for name in "ab"]
    html = await drawn(panel(targets=[{"expr": "up", "refId": "A"}]), prometheus=Prometheus(*series))
    assert "instance=a <b>" in html
    assert "job=shop" not in html
