from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bursar.compiler.pace import scrape_interval
from bursar.compiler.view import RulePolicy, Selectors
from fakes.world import World


def world(*specs: Mapping[str, Any] | None, kind: str = "Prometheus", setting: timedelta | None = None) -> World:
    servers = tuple({"kind": kind, "spec": spec} for spec in specs)
    return World(policy=RulePolicy(labels={}, scrape_interval=setting), selectors=Selectors(servers, {}))


def test_the_slowest_of_the_prometheus_resources_sets_the_pace() -> None:
    assert scrape_interval(world({"scrapeInterval": "15s"}, {"scrapeInterval": "1m"})) == timedelta(minutes=1)


def test_the_setting_of_the_platform_wins() -> None:
    assert scrape_interval(world({"scrapeInterval": "1m"}, setting=timedelta(seconds=5))) == timedelta(seconds=5)


@pytest.mark.parametrize(
    "spec", [None, {}, {"scrapeInterval": ""}, {"scrapeInterval": "soon"}, {"scrapeInterval": "0s"}]
)
def test_what_says_nothing_readable_is_scraped_as_by_default(spec: Mapping[str, Any] | None) -> None:
    assert scrape_interval(world(spec)) == timedelta(seconds=30)


def test_what_only_evaluates_rules_scrapes_nothing() -> None:
    assert scrape_interval(world({"scrapeInterval": "1m"}, kind="ThanosRuler")) == timedelta(seconds=30)


def test_where_no_server_may_be_read_the_default_counts() -> None:
    assert scrape_interval(World(selectors=Selectors(None, None))) == timedelta(seconds=30)
