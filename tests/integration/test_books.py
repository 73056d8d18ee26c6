"""The books in the status of an SLA: what was exposed is what is shown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from fakes import shop
from fakes.exposition import Exposition
from fakes.samples import condition, has, rule_path, sla_path
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.stack import PrometheusStack
from sandbox.web import read

SECONDS = 40.0
ENOUGH_EVENTS = 1000
NOT_COUNTED_YET = timedelta(seconds=12)  # two steps of the sums and a base window
CLOCKS = timedelta(seconds=2)  # asOf has no fractions, and a scrape takes its time


@dataclass(frozen=True)
class Counted:
    """Which series an objective counts: events and, among them, bad ones, or good ones that leave the bad."""

    total: tuple[str, ...]
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()

    def exposed(self, exposition: Exposition, at: datetime) -> tuple[float, float]:
        """Total and bad events up to a moment."""
        total, bad, good = (
            sum(exposition.shown(series, at) for series in named) for named in (self.total, self.bad, self.good)
        )
        return total, total - good if self.good else bad


COUNTED = {
    "availability": Counted((shop.OK_EU, shop.BAD_EU, shop.OK_US, shop.BAD_US), bad=(shop.BAD_EU, shop.BAD_US)),
    "regions": Counted((shop.OK_US, shop.BAD_US), bad=(shop.BAD_US,)),  # the worst group is shown
    "jobs": Counted((shop.JOBS,), bad=(shop.JOBS_FAILED,)),
    "mails": Counted((shop.SENT,), good=(shop.DELIVERED,)),
    "latency": Counted((shop.ANSWERS,), good=(shop.ANSWERS_IN_TIME,)),
}


@dataclass(frozen=True)
class Books:
    """A shop that has had faults for a while, and where its status is."""

    cluster: Cluster
    namespace: str
    exposition: Exposition

    @property
    def path(self) -> str:
        return sla_path(self.namespace, "shop")

    def read(self) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """The status once enough was counted, and its rows by objective."""

        def counted(found: Any) -> bool:
            rows = found["status"]["objectives"]
            return all(row.get("events", {"total": 0})["total"] > ENOUGH_EVENTS for row in rows)

        status = self.cluster.api.eventually(self.path, counted, seconds=SECONDS)["status"]
        return status, {row["name"]: row for row in status["objectives"]}


@pytest.fixture(scope="module")
def books(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, quick_operator: OperatorProcess
) -> Iterator[Books]:
    """Counters that stood at 0 until the rules were loaded, then grew with some faults, now without any."""
    namespace = module_namespace
    with Exposition(*shop.HEALTHY) as exposition:
        control_plane.apply(
            [
                *shop.published(namespace, "shop", exposition.port),
                shop.shop_target(namespace),
                shop.shop_sla(namespace, "shop", *shop.all_objectives(namespace)),
            ]
        )
        books = Books(control_plane, namespace, exposition)
        control_plane.api.eventually(books.path, has("RulesLoaded", "True", "Loaded"), seconds=SECONDS)
        control_plane.api.eventually(books.path, lambda found: "events" in str(found["status"]), seconds=SECONDS)
        exposition.grow(shop.FAULTY)
        control_plane.api.eventually(books.path, lambda found: "remaining" in str(found["status"]), seconds=SECONDS)
        exposition.grow(shop.HEALTHY)
        yield books


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("name", COUNTED)
def test_the_events_of_an_objective_are_those_that_were_exposed(books: Books, name: str) -> None:
    status, rows = books.read()
    at, events = moment(status["asOf"]), rows[name]["events"]
    least, most = (COUNTED[name].exposed(books.exposition, limit) for limit in (at - NOT_COUNTED_YET, at + CLOCKS))
    print(name, least, events, most)
    assert 0.98 * least[0] <= events["total"] <= 1.02 * most[0]
    assert 0.98 * least[1] - 1 <= events["bad"] <= 1.02 * most[1] + 1
