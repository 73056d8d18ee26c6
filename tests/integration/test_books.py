"""The books in the status of an SLA: what was exposed is what is shown."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes import shop
from fakes.exposition import Exposition
from fakes.samples import condition, has, sla_path
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until
from sandbox.stack import PrometheusStack

SECONDS = 40.0
QUIET_SECONDS = 10.0
ENOUGH_EVENTS = 2000
ENOUGH_FAULTS = 100
NOT_COUNTED_YET = timedelta(seconds=12)  # two steps of the sums and a base window
CLOCKS = timedelta(seconds=2)  # asOf has no fractions, and a scrape takes its time


@dataclass(frozen=True)
class Books:
    """A shop that has had faults for a while, and where its status is."""

    cluster: Cluster
    namespace: str
    exposition: Exposition
    events_before: Mapping[str, tuple[str, int]]
    quiet_since: float

    @property
    def path(self) -> str:
        return sla_path(self.namespace, "shop")

    def read(self) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """The status once enough was counted, and its rows by objective."""
        status = self.cluster.api.eventually(self.path, is_settled, seconds=SECONDS)["status"]
        return status, {row["name"]: row for row in status["objectives"]}


def recorded_events(cluster: Cluster, namespace: str) -> Mapping[str, tuple[str, int]]:
    """Reason and count of every Event, by its name; other components may leave the count out."""
    found = cluster.api.get(f"/api/v1/namespaces/{namespace}/events")["items"]
    return {event["metadata"]["name"]: (event["reason"], event.get("count", 1)) for event in found}


def has_enough_faults(exposition: Exposition) -> bool:
    """So many bad events that those at both ends, of which a rate sees but a part, do not matter."""
    now = datetime.now(UTC)
    return all(counted.exposed(exposition, now)[1] > ENOUGH_FAULTS for counted in shop.COUNTED.values())


def is_settled(found: Any) -> bool:
    """Enough was counted, and nothing was evaluated between the answers of the cycle that was read."""
    rows = [row for row in found["status"]["objectives"] if "sli" in row and row["events"]["total"] > ENOUGH_EVENTS]
    return len(list(filter(agrees, rows))) == len(shop.COUNTED)


def agrees(row: Any) -> bool:
    """Whether the figures of a row follow from its events."""
    burn = errors(row) / shop.BUDGET
    return (
        float(row["sli"]) == pytest.approx(100 * (1 - errors(row)), abs=0.05)
        and float(row["budget"]["remaining"]) == pytest.approx(100 * (1 - burn), abs=1)
        and float(row["burn"][-1]["rate"]) == pytest.approx(burn, abs=0.1)
    )


def errors(row: Any) -> float:
    """The share of bad events."""
    return float(row["events"]["bad"] / row["events"]["total"])


@pytest.fixture(scope="module")
def books(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, quick_operator: OperatorProcess
) -> Iterator[Books]:
    """Counters that stood at 0 until the rules were loaded, then grew with some faults, now without any."""
    namespace, path = module_namespace, sla_path(module_namespace, "shop")
    with Exposition(*shop.HEALTHY) as exposition:
        control_plane.apply(
            [
                *shop.published(namespace, "shop", exposition.port),
                shop.shop_target(namespace),
                shop.shop_sla(namespace, "shop", *shop.all_objectives(namespace)),
                shop.shop_sla(namespace, "orphan", shop.availability(), target="nowhere"),
            ]
        )
        control_plane.api.eventually(path, has("RulesLoaded", "True", "Loaded"), seconds=SECONDS)
        control_plane.api.eventually(path, lambda found: "events" in str(found["status"]), seconds=SECONDS)
        quiet_since, before = as_of(quick_operator), recorded_events(control_plane, namespace)
        exposition.grow(shop.FAULTY)
        wait_until(lambda: has_enough_faults(exposition), seconds=SECONDS, what="enough faults")
        control_plane.api.eventually(path, lambda found: "remaining" in str(found["status"]), seconds=SECONDS)
        exposition.grow(shop.HEALTHY)
        yield Books(control_plane, namespace, exposition, before, quiet_since)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("name", shop.COUNTED)
def test_the_events_of_an_objective_are_those_that_were_exposed(books: Books, name: str) -> None:
    status, rows = books.read()
    at, events = moment(status["asOf"]), rows[name]["events"]
    least, most = (shop.COUNTED[name].exposed(books.exposition, limit) for limit in (at - NOT_COUNTED_YET, at + CLOCKS))
    assert 0.98 * least[0] <= events["total"] <= 1.02 * most[0]
    assert 0.98 * least[1] - 1 <= events["bad"] <= 1.02 * most[1] + 1
    assert events["bad"] > 0


@pytest.mark.parametrize("name", shop.COUNTED)
def test_the_rest_of_a_row_follows_from_its_events(books: Books, name: str) -> None:
    status, rows = books.read()
    row = rows[name]
    assert agrees(row)
    assert row["budget"]["events"] == int(row["events"]["total"] * Decimal(str(shop.BUDGET)))
    assert [entry["window"] for entry in row["burn"]] == ["45s", "9m", "52m", "3h26m", "10h18m"]
    assert moment(row["window"]["end"]) - moment(row["window"]["start"]) == timedelta(days=1)
    assert row["window"]["end"] == status["asOf"]
    assert (row["state"], row["target"], row["alerts"]) == ("Healthy", "95", {"page": "Inactive", "ticket": "Inactive"})
    assert float(row["coverage"]) < 1


def test_every_sample_of_a_gauge_is_an_event(books: Books) -> None:
    status, rows = books.read()
    row, scraped = rows["reachable"], books.exposition.scraped(moment(status["asOf"]) + CLOCKS)
    assert 0 < row["events"]["total"] <= scraped
    assert (row["events"]["bad"], row["sli"], row["state"]) == (0, "100", "Healthy")


def test_a_divided_objective_shows_its_groups_the_worst_first(books: Books) -> None:
    row = books.read()[1]["regions"]
    assert [group["labels"] for group in row["worstGroups"]] == [{"region": "us"}, {"region": "eu"}]
    us, eu = (float(group["remaining"]) for group in row["worstGroups"])
    assert us < eu < 100
    assert float(row["budget"]["remaining"]) == us


def test_the_worst_objective_and_its_figures_are_in_the_summary(books: Books) -> None:
    status, rows = books.read()
    worst = min(rows.values(), key=lambda row: float(row["budget"]["remaining"]))
    burn = next(entry["rate"] for entry in worst["burn"] if entry["window"] == "52m")
    assert status["state"] == "Healthy"
    assert status["worst"] == {
        "objective": worst["name"],
        "remaining": worst["budget"]["remaining"],
        "burn": burn,
        "sli": worst["sli"],
        "coverage": worst["coverage"],
    }


def test_every_condition_of_the_books_has_its_verdict(books: Books) -> None:
    status, _ = books.read()
    verdicts = {entry["type"]: (entry["status"], entry["reason"]) for entry in status["conditions"]}
    assert verdicts == {
        "Ready": ("True", "Succeeded"),
        "Selected": ("True", "Selected"),
        "Routed": ("False", "NoChannel"),
        "RulesLoaded": ("True", "Loaded"),
        "DataFresh": ("True", "Fresh"),
        "DataQuality": ("False", "LowCoverage"),
        "TiersReachable": ("True", "Reachable"),
        "BudgetHealthy": ("True", "WithinBudget"),
    }
    provisional = condition({"status": status}, "DataQuality")["message"]
    assert "spec.objectives[availability]: the budget is provisional, 0 % of 1d is recorded" in provisional
    assert provisional.endswith("; +4 more")


def test_kubectl_shows_the_books_of_an_sla(books: Books) -> None:
    books.read()
    header, row = lines(books, "get", "sla", "shop")
    assert header == ["NAME", "READY", "STATE", "WORST", "BUDGET%", "BURN", "EXHAUSTION", "AGE"]
    worst = books.cluster.api.get(books.path)["status"]["worst"]
    assert row[:6] == ["shop", "True", "Healthy", worst["objective"], worst["remaining"], worst["burn"]]
    wide, row = lines(books, "get", "sla", "shop", "-o", "wide")
    assert wide == [*header[:-1], "SLI", "COVERAGE%", "AGE"]
    assert row[6] == books.cluster.api.get(books.path)["status"]["worst"]["sli"]


def test_kubectl_shows_a_target_and_both_kinds_by_their_category(books: Books) -> None:
    header, row = lines(books, "get", "mtgt")
    assert header == ["NAME", "READY", "TARGETS", "OWNER", "FIRING", "AGE"]
    assert row[:4] == ["shop", "True", "1/1", "storefront"]
    names = books.cluster.kubectl("get", "bursar", "-n", books.namespace, "-o", "name").split()
    assert {"monitoringtarget.bursar.dev/shop", "sla.bursar.dev/shop"} <= set(names)


def lines(books: Books, *arguments: str) -> list[list[str]]:
    """The words of every line that kubectl prints."""
    return [line.split() for line in books.cluster.kubectl(*arguments, "-n", books.namespace).splitlines()]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("sla.spec.objectives.target", "Percentage of good events promised"),
        ("sla.status.objectives.budget.remaining", "Percentage of the budget that is left"),
        ("mtgt.spec.signals.latency.histogram", "Selector of a histogram in seconds"),
    ],
)
def test_kubectl_explains_every_field(control_plane: Cluster, field: str, said: str) -> None:
    assert said in " ".join(control_plane.kubectl("explain", field).split())


def test_cycles_without_a_transition_record_no_events(books: Books, quick_operator: OperatorProcess) -> None:
    done = books.quiet_since + QUIET_SECONDS
    wait_until(lambda: as_of(quick_operator) >= done, seconds=SECONDS, what="ten cycles")
    assert "DependencyNotReady" in {reason for reason, _ in books.events_before.values()}
    assert recorded_events(books.cluster, books.namespace) == books.events_before


def as_of(operator: OperatorProcess) -> float:
    """When the books of all SLAs were last read, in seconds; there is one cycle in a second."""
    return metrics(operator)['bursar_books_as_of_timestamp_seconds{kind="SLA"}']


def metrics(operator: OperatorProcess) -> dict[str, float]:
    samples = (line.rpartition(" ") for line in operator.read("/metrics").splitlines() if not line.startswith("#"))
    return {series: float(value) for series, _, value in samples}


MOVING = (
    "bursar_reconciles_total{",
    "bursar_reconcile_duration_seconds_count{",
    "bursar_writes_total{",
    "bursar_resources{",
    "bursar_generated_objects",
    "bursar_watch_last_event_timestamp_seconds{",
    "bursar_prometheus_query_duration_seconds_count{",
    "bursar_books_as_of_timestamp_seconds{",
    "bursar_books_cycle_duration_seconds{",
)


def test_the_operator_measures_itself(books: Books, quick_operator: OperatorProcess) -> None:
    books.read()
    shown = metrics(quick_operator)
    idle = [name for name in MOVING if not any(value for series, value in shown.items() if series.startswith(name))]
    assert idle == []
    assert {"bursar_queue_depth", "bursar_resync_differences_total"} <= shown.keys()
    before = as_of(quick_operator)
    wait_until(lambda: as_of(quick_operator) > before, seconds=SECONDS, what="the next cycle")


def test_the_operator_says_that_it_is_well(books: Books, quick_operator: OperatorProcess) -> None:
    health = json.loads(quick_operator.read("/health"))
    assert health["status"] == "ok"
    assert health["checks"] == {"eventLoop": "", "caches": "", "election": ""}
    assert (health["missingKinds"], health["resources"] >= 2, health["generatedObjects"] >= 2) == ([], True, True)
    for path in ("/livez", "/readyz", "/health/live", "/health/ready"):
        assert quick_operator.read(path) == "ok"
