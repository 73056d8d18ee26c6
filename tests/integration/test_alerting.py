"""A burst of errors, from the first bad event to the message, and back: as the person on call sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fakes import shop
from fakes.exposition import Exposition
from fakes.samples import has, sla_path
from sandbox.backfill import Sample, open_metrics, write_blocks
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.receiver import Message
from sandbox.stack import PrometheusStack

SECONDS = 40.0
SECOND = timedelta(seconds=1)
REACTION = timedelta(seconds=15)
STEP = timedelta(seconds=5)
PAST = timedelta(hours=23)
EVENTS_A_STEP = 50_000.0
OUTAGE = {shop.OK_EU: 0.0, shop.BAD_EU: 2_000.0, shop.OK_US: 10.0}
QUIET = {shop.OK_EU: 10.0, shop.OK_US: 10.0}
BUSY = {shop.OK_EU: 50_000.0, shop.OK_US: 10.0}
"""So busy that the outage is soon a small part of the last minute."""


@dataclass(frozen=True)
class Promise:
    """An SLA with a good day behind it, divided by region."""

    cluster: Cluster
    stack: PrometheusStack
    namespace: str
    exposition: Exposition

    def eventually(self, holds: Any) -> dict[str, Any]:
        found = self.cluster.api.eventually(
            sla_path(self.namespace, "shop"), lambda found: holds(row_of(found)), seconds=SECONDS
        )
        status: dict[str, Any] = found["status"]
        return status

    def message(self, status: str) -> Message:
        def wanted(message: Message) -> bool:
            return (message.status, message.labels.get("namespace")) == (status, self.namespace)

        return self.stack.receiver.wait_for(wanted, seconds=SECONDS)


def row_of(found: Any) -> dict[str, Any]:
    row: dict[str, Any] = found["status"]["objectives"][0]
    return row


def good_day(namespace: str) -> Iterator[Sample]:
    """The recorded sums of a day without any error, up to an hour ago."""
    end = datetime.now(UTC) - timedelta(hours=1)
    identity = f'namespace="{namespace}",sla="shop",objective="availability"'
    for region in ("eu", "us"):
        for step in range(PAST // STEP):
            at = end - PAST + step * STEP
            yield Sample(f'bursar:budget_total:sum{{{identity},region="{region}"}}', EVENTS_A_STEP, at)
            yield Sample(f'bursar:budget_bad:sum{{{identity},region="{region}"}}', 0.0, at)


@pytest.fixture(scope="module")
def promise(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, quick_operator: OperatorProcess
) -> Iterator[Promise]:
    namespace = module_namespace
    stack.stop_prometheus()
    write_blocks(open_metrics(good_day(namespace)), control_plane.folder / "stack" / "prometheus-data")
    stack.start_prometheus()
    with Exposition(*shop.HEALTHY) as exposition:
        exposition.grow(QUIET)
        sla = shop.shop_sla(namespace, "shop", shop.availability(groupBy=["region"]))
        control_plane.apply([*shop.published(namespace, "shop", exposition.port), shop.shop_target(namespace), sla])
        loaded = has("RulesLoaded", "True", "Loaded")
        control_plane.api.eventually(sla_path(namespace, "shop"), loaded, seconds=SECONDS)
        promise = Promise(control_plane, stack, namespace, exposition)
        promise.eventually(lambda row: row.get("coverage", "0") != "0")
        yield promise


@dataclass(frozen=True)
class Page:
    """What was seen when the page began to fire; the outage began at `started`."""

    started: datetime
    status: dict[str, Any]
    message: Message


@pytest.fixture(scope="module")
def page(promise: Promise) -> Page:
    started = datetime.now(UTC)
    promise.exposition.grow(OUTAGE)
    return Page(started, promise.eventually(is_paging), promise.message("firing"))


def is_paging(row: dict[str, Any]) -> bool:
    return bool(row["alerts"]["page"] == "Firing")


def test_a_burst_of_errors_is_burning_in_the_status(page: Page) -> None:
    row = page.status["objectives"][0]
    at = datetime.fromisoformat(page.status["asOf"])
    assert (page.status["state"], row["state"]) == ("Burning", "Burning")
    assert row["alerts"] | {"since": ""} == {"page": "Firing", "ticket": "Inactive", "tier": "9m/45s", "since": ""}
    assert page.started - SECOND <= datetime.fromisoformat(row["alerts"]["since"]) <= at
    assert at - page.started < REACTION
    assert has("BudgetHealthy", "False", "Burning")({"status": page.status})


def test_a_burning_budget_has_an_end(page: Page) -> None:
    row = page.status["objectives"][0]
    burn = float(next(entry["rate"] for entry in row["burn"] if entry["window"] == "52m"))
    left = float(row["budget"]["remaining"]) / 100
    lasts = datetime.fromisoformat(row["exhaustion"]) - datetime.fromisoformat(page.status["asOf"])
    assert burn > 14.4
    assert lasts / timedelta(days=1) == pytest.approx(left / burn, rel=0.05)
    assert page.status["worst"]["exhaustion"] == row["exhaustion"]


def test_a_covered_window_leaves_no_doubt(page: Page) -> None:
    row = page.status["objectives"][0]
    assert float(row["coverage"]) == pytest.approx(100 * (PAST / timedelta(days=1)), abs=0.2)
    assert row["events"]["total"] == pytest.approx(EVENTS_A_STEP * (PAST / STEP), rel=0.01)
    assert has("DataQuality", "True", "Complete")({"status": page.status})


def test_a_page_is_delivered_with_its_identity_and_what_the_person_on_call_must_know(
    promise: Promise, page: Page
) -> None:
    assert page.message.receiver == "root"
    assert page.message.labels == {
        "alertname": "ErrorBudgetBurnPage",
        "namespace": promise.namespace,
        "sla": "shop",
        "objective": "availability",
        "region": "eu",
        "severity": "critical",
        "team": "storefront",
        "bursar_incident": "SLA/shop/availability",
        "bursar_group": "eu",
        "bursar_step": "1",
        "bursar_route": "SLA/shop/availability/critical/1",
        "prometheus": "monitoring/main",
    }
    assert page.message.annotations["summary"] == "shop/availability region=eu: the error budget burns too fast"
    assert "burns at more than 14.4x over 9m and 45s" in page.message.annotations["description"]


def test_a_page_that_is_over_is_resolved_in_the_message_and_in_the_status(promise: Promise, page: Page) -> None:
    promise.exposition.grow(BUSY)
    resolved = promise.message("resolved")
    assert resolved.labels == page.message.labels
    status = promise.eventually(lambda row: not is_paging(row))
    assert status["state"] == "Healthy"
    assert status["objectives"][0]["alerts"] == {"page": "Inactive", "ticket": "Inactive"}
    assert status["objectives"][0]["events"]["bad"] > 0
