"""Every query of every template, asked of a real Prometheus that has a day of the shop."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from click.testing import CliRunner

from bursar.api.base import ObjectMeta
from bursar.api.dashboard import TemplateRef
from bursar.api.dashboard_widgets import Query, Widget
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.cli import main
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.templated import content_of
from bursar.compiler.dashboard.templates import TEMPLATES
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import RulePolicy
from fakes.shop_past import END, NAMESPACE, past, sla, target
from fakes.world import World
from sandbox.backfill import backfilled_prometheus
from sandbox.web import read

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(300)]

POLICY = RulePolicy(labels={}, scrape_interval=timedelta(minutes=1))
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "slo-detail": [{"sla": "shop"}],
    "resource-use": [{"containers": '{namespace="shop"}'}],
    "database-performance": [{"engine": "postgres"}, {"engine": "mysql", "series": '{job="shop"}'}],
    "capacity-planning": [{"lookback": "6h", "horizon": "7d"}],
    "worker-executions": [
        {
            "runs": "jobs_total",
            "failures": "jobs_failed_total",
            "durations": "job_duration_seconds",
            "retries": "jobs_retried_total",
            "oldest": "queue_oldest_seconds",
            "by": "reason",
        },
        {},
    ],
    "slo-overview": [{}, {"namespaces": "*"}],
    "system-overview": [{"namespaces": "shop|monitoring"}],
}
CASES = [(name, parameters) for name in TEMPLATES for parameters in PARAMETERS.get(name, [{}])]
FILLED_IN = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "6h"}


@dataclass(frozen=True)
class Shop:
    """The shop, its promises, and a Prometheus that knows both."""

    url: str
    world: World

    def content(self, name: str, parameters: dict[str, str]) -> Content:
        wanted = TemplateRef.model_validate({"name": name, "parameters": parameters})
        return content_of(wanted, self.world.targets[0], ObjectMeta(name="x", namespace=NAMESPACE), self.world)

    def ask(self, expression: str, *, instant: bool, at: datetime = END) -> list[dict[str, Any]]:
        """The newest answers: labels and value of each series."""
        if instant:
            path, asked = "query", {"time": at.timestamp()}
        else:
            path, asked = "query_range", {"start": END.timestamp() - 3600, "end": END.timestamp(), "step": 60}
        data = json.loads(read(f"{self.url}/api/v1/{path}?{urlencode({'query': expression, **asked})}"))["data"]
        values = [each["value"] if instant else each["values"][-1] for each in data["result"]]
        return [
            {"labels": each["metric"], "value": float(value)}
            for each, (_, value) in zip(data["result"], values, strict=True)
        ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    promises = SLA.model_validate(sla())
    world = World(targets=(MonitoringTarget.model_validate(target()),), policy=POLICY, slas=(promises,))
    (rule,) = compile_sla(promises, world).apply
    groups = [
        {**group, "rules": [rule for rule in group["rules"] if "record" in rule]} for group in rule["spec"]["groups"]
    ]
    folder = tmp_path_factory.mktemp("shop")
    with backfilled_prometheus(folder, past(), rule_groups=groups) as url:
        yield Shop(url, world)


def widgets(content: Content) -> list[Widget]:
    return [widget for row in content.rows for widget in row.widgets]


def filled_in(expression: str) -> str:
    for variable, value in FILLED_IN.items():
        expression = expression.replace(variable, value)
    return expression


def wanted_labels(widget: Widget, query: Query) -> set[str]:
    """The labels that people shall see: those of the legend and of the columns."""
    columns = {column.name for column in widget.columns if not column.name.startswith("Value")}
    return set(re.findall(r"\{\{(\w+)\}\}", query.legend)) | columns


@pytest.mark.parametrize(("name", "parameters"), CASES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(CASES)])
def test_every_query_of_a_template_is_answered(shop: Shop, name: str, parameters: dict[str, str]) -> None:
    empty, unnamed = [], []
    for widget in widgets(shop.content(name, parameters)):
        for query in widget.queries:
            instant = widget.type not in ("timeseries", "heatmap", "timeline")
            found = shop.ask(filled_in(query.expr), instant=instant)
            if not any(isfinite(each["value"]) for each in found):
                empty.append(f"{widget.title}: {query.expr}")
            labels = set().union(*(each["labels"] for each in found))
            if missing := wanted_labels(widget, query) - labels:
                unnamed.append(f"{widget.title} lacks {sorted(missing)}: {query.expr}")
    assert (empty, unnamed) == ([], [])


def test_the_burn_of_an_overview_is_that_of_the_objective(shop: Shop) -> None:
    """An overview does not know the targets; it finds the budget in what was spent of it.

    Before the outage: here each rule was evaluated at a second of its own, and in the outage seconds make a difference.
    """
    at = END - timedelta(hours=2)
    identity = 'namespace="shop",sla="shop",objective="availability"'
    bad, total = (f"sum_over_time(bursar:sli_{kind}:rate{{{identity}}}[1h])" for kind in ("bad", "total"))
    (wanted,) = shop.ask(f"{bad} / {total} / 0.05", instant=True, at=at)
    overview = shop.content("slo-overview", {})
    (query,) = (query for widget in widgets(overview) if widget.title == "Fastest burn" for query in widget.queries)
    found = {each["labels"]["objective"]: each["value"] for each in shop.ask(query.expr, instant=True, at=at)}
    assert found["availability"] == pytest.approx(wanted["value"], rel=1e-3)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_a_budget_that_is_gone_is_exhausted_now_and_one_that_burns_is_later(shop: Shop) -> None:
    found = {}
    for row in shop.content("slo-detail", {"sla": "shop"}).rows:
        for widget in row.widgets:
            if widget.title == "Exhausted in":
                (answer,) = shop.ask(widget.queries[0].expr, instant=True)
                found[row.title.partition(":")[0]] = answer["value"]
    assert found["latency"] == 0
    assert 0 < found["The shop answers"] < 86400


def test_a_picture_of_the_shop_shows_every_panel(shop: Shop, tmp_path: Path) -> None:
    resources, out = tmp_path / "shop.yaml", tmp_path / "shop.html"
    resources.write_text(yaml.safe_dump_all([target(), sla()]))
    asked = ["--prometheus", shop.url, "--at", str(END.timestamp()), "--scrape-interval", "1m", "-o", str(out)]
    result = CliRunner().invoke(main, ["dashboard", "preview", str(resources), *asked])
    assert (result.exit_code, result.stderr) == (0, "")
    html = out.read_text()
    assert "Burn rate by window" in html
    assert "No data" not in html
