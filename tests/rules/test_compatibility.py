"""The same rules under Prometheus 2.4x: what promtool 3 and Prometheus 3 say of them, the older ones say as well.

One thing differs: in Prometheus 2 a range holds both of its ends, in Prometheus 3 only the later one. A range that is
read at the very instants at which its series was recorded therefore holds one sample more: a staged window of an alert
is one evaluation longer, and the events of a window are those of one more step (1 in 8,640 for 30 days, 1 in 1,440 for
one day); ratios stay. promtool evaluates all groups at the same instants, where Prometheus gives each its own: so the
counts of one group that another adds up are out by a whole sample there, and are not compared here. The older promtool
has no notation for native histograms.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
import yaml

from bursar.domain.promql.functions import FUNCTIONS, Function
from bursar.domain.promql.nodes import ValueType
from bursar.edge.prometheus import PrometheusServer
from bursar.observer import sla_books, target_books
from fakes.exposition import LOOPBACK, Exposition
from firing import replay
from firing.golden import QUICK_FILE
from firing.quick import QUICK
from firing.table import measurements
from firing.theory import Episode
from rules import test_guards, test_indicators, test_selectors, test_shapes
from rules.promtool import OLDER, assert_accepted, judged_by, promtool, write_rules
from sandbox import prometheus
from sandbox.backfill import Sample, open_metrics, write_blocks
from sandbox.binaries import binary
from sandbox.process import wait_until
from sandbox.web import read

GOLDEN: Final = sorted((Path(__file__).parents[1] / "golden" / "sla").glob("*/expected/PrometheusRule-*.yaml"))
IDENTITY: Final = 'namespace="shop",sla="checkout",objective="availability"'
GOOD, BAD = (f'http_requests_total{{job="checkout",code="{code}"}}' for code in (200, 500))
AS_OLD_AS: Final = (2, 42)
SECONDS: Final = 60.0


def golden_groups(path: Path) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load(path.read_text())["spec"]["groups"]
    return groups


def call(name: str, function: Function) -> str:
    written = {ValueType.VECTOR: "x", ValueType.RANGE: "x[5m]", ValueType.SCALAR: "1", ValueType.STRING: '"a"'}
    return f"{name}({', '.join(written[argument] for argument in function.arguments)})"


def moments(episodes: Iterable[Episode]) -> list[float]:
    """When an alert comes and goes; infinity where it does not go."""
    return [moment for each in episodes for moment in (each.onset, inf if each.clearance is None else each.clearance)]


@pytest.fixture
def older_promtool() -> Iterator[None]:
    with judged_by(OLDER):
        yield


@pytest.mark.usefixtures("older_promtool")
class TestPromtool:
    def test_is_of_the_series_2_4(self) -> None:
        answer = promtool("--version")
        assert (answer.stdout + answer.stderr).startswith("promtool, version 2.4")

    @pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parents[1].name)
    def test_accepts_every_golden_rule(self, path: Path, tmp_path: Path) -> None:
        assert_accepted(write_rules(tmp_path / "rules.yaml", golden_groups(path)))

    def test_accepts_every_regular_expression_that_we_accept(self, tmp_path: Path) -> None:
        test_selectors.test_prometheus_accepts_every_regular_expression_that_we_accept_and_agrees_on_the_empty_string(
            tmp_path
        )

    def test_accepts_every_printed_name_and_value(self, tmp_path: Path) -> None:
        test_selectors.test_prometheus_accepts_every_printed_name_and_value(tmp_path)

    def test_knows_those_functions_that_we_say_it_knows(self, tmp_path: Path) -> None:
        known = {name: function for name, function in FUNCTIONS.items() if not function.flagged}
        calls = [{"record": name, "expr": call(name, function)} for name, function in known.items()]
        write_rules(tmp_path / "rules.yaml", [{"name": "all", "rules": calls}])
        refused = re.findall(
            r'unknown function with name "(\w+)"', promtool("check", "rules", tmp_path / "rules.yaml").stderr
        )
        assert refused == [name for name, function in known.items() if function.since > AS_OLD_AS]

    @pytest.mark.parametrize("name", ["a week at 95 %", "a day at 99.99 %", "a quarter at 99 %"])
    def test_sees_alerts_come_and_go_at_most_one_evaluation_later(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(replay, "binary", lambda _: binary(OLDER))
        usual = measurements(QUICK_FILE.path.read_text())
        for row in QUICK[name].replayed():
            pairs = list(zip(moments(usual.get(row.key, ())), moments(row.measured), strict=True))
            assert [pair for pair in pairs if not pair[0] <= pair[1] <= pair[0] + 1] == [], row

    def test_finds_nothing_that_is_not_a_number(self, tmp_path: Path) -> None:
        test_shapes.test_an_idle_gap_leaves_no_value_that_is_not_a_number(tmp_path)

    def test_keeps_groups_apart(self, tmp_path: Path) -> None:
        test_shapes.test_the_first_error_of_one_group_leaves_the_other_groups_alone(tmp_path)


@pytest.mark.usefixtures("older_promtool")
class TestTelemetryIsLost(test_shapes.TestTelemetryIsLost):
    """All of them, as promtool 3 sees them."""


@pytest.mark.usefixtures("older_promtool")
class TestEventSources(test_shapes.TestEventSources):
    """All of them, as promtool 3 sees them."""


@pytest.mark.usefixtures("older_promtool")
class TestExpressions(test_indicators.TestExpressions):
    """All of them, as promtool 3 sees them."""


@pytest.mark.usefixtures("older_promtool")
class TestSlices(test_indicators.TestSlices):
    """All of them, as promtool 3 sees them."""


@pytest.mark.usefixtures("older_promtool")
class TestNoData(test_guards.TestNoData):
    """All of them, as promtool 3 sees them."""


def rates_of_the_past() -> Iterator[Sample]:
    """Ten minutes of what the fast group records, so that the slow one has something to add up."""
    now = datetime.now(UTC)
    for seconds in range(0, 600, 15):
        for metric, value in (("bursar:sli_total:rate", 10.0), ("bursar:sli_bad:rate", 5.0)):
            yield Sample(f"{metric}{{{IDENTITY}}}", value, now - timedelta(seconds=5 + seconds))


def every_second() -> Iterator[dict[str, Any]]:
    """All golden groups, each under a name of its own."""
    for path in GOLDEN:
        for group in golden_groups(path):
            yield {**group, "name": f"{path.parents[1].name}/{group['name']}", "interval": "1s"}


def scraping(port: int) -> dict[str, Any]:
    targets = [{"targets": [f"{LOOPBACK}:{port}"]}]
    job = {"job_name": "counters", "honor_labels": True, "scrape_interval": "1s", "static_configs": targets}
    return {"scrape_configs": [job]}


@pytest.fixture(scope="module")
def older_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus 2.4x that evaluates all golden rules every second, over a service that fails half the time."""
    folder = tmp_path_factory.mktemp("prometheus-2")
    write_blocks(open_metrics(rates_of_the_past()), folder / "data")
    with Exposition(GOOD, BAD) as counters:
        counters.grow({GOOD: 5, BAD: 5})
        with prometheus.running_prometheus(
            folder, scraping(counters.port), rule_groups=every_second(), program=prometheus.OLDER
        ) as url:
            wait_until(
                lambda: "ErrorBudgetBurnPage" in read(f"{url}/api/v1/alerts"),
                seconds=SECONDS,
                what="the page for a service that fails half the time",
            )
            yield url


def rules(url: str) -> list[dict[str, Any]]:
    return [rule for group in json.loads(read(f"{url}/api/v1/rules"))["data"]["groups"] for rule in group["rules"]]


def test_prometheus_finds_every_golden_rule_healthy(older_prometheus: str) -> None:
    firing = time.time()

    def all_evaluated() -> bool:
        return all(
            datetime.fromisoformat(rule["lastEvaluation"]).timestamp() > firing for rule in rules(older_prometheus)
        )

    wait_until(all_evaluated, seconds=SECONDS, what="one more evaluation of all rules")
    found = rules(older_prometheus)
    assert len(found) == sum(len(group["rules"]) for path in GOLDEN for group in golden_groups(path))
    assert [rule for rule in found if rule["health"] != "ok" or rule.get("lastError")] == []


async def test_prometheus_answers_the_bulk_queries_of_the_operator(older_prometheus: str) -> None:
    queries = {**sla_books.QUERIES, "burning": sla_books.BURNING, **target_books.QUERIES}
    async with aiohttp.ClientSession() as session:
        server = PrometheusServer(session, older_prometheus, timeout_seconds=10, headers={})
        answers = {name: await server.query(query) for name, query in queries.items()}
    empty = {name for name, answer in answers.items() if not answer.samples}
    assert empty == {"low", *target_books.QUERIES}, "traffic is not low, and none of the targets is a MonitoringTarget"
