"""What a restart does to an escalation, on a real Prometheus."""

import json
import time
import urllib.parse
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from bursar.domain.alert_rules import AlertDefinition, compile_alerts
from bursar.domain.alerting import Incident
from bursar.domain.objective import Audience
from sandbox.prometheus import running_prometheus
from sandbox.web import read

PACE: Final = timedelta(seconds=4)
AFTER: Final = 3 * PACE
LONGEST_SECONDS: Final = 60

pytestmark = pytest.mark.sandbox


def evaluations(url: str, step: int) -> list[float]:
    """When a step was seen to fire, in seconds."""
    query = urllib.parse.quote(f'ALERTS{{bursar_step="{step}",alertstate="firing"}}[10m]')
    series = json.loads(read(f"{url}/api/v1/query?query={query}"))["data"]["result"]
    return [at for each in series for at, _ in each["values"]]


def once_seen(url: str, step: int, times: int) -> list[float]:
    """Wait until a step has fired at so many evaluations."""
    until = time.monotonic() + LONGEST_SECONDS
    while len(found := evaluations(url, step)) < times:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


def test_a_restart_delays_an_escalation_by_no_more_than_it_lasts_and_takes_none_back(tmp_path: Path) -> None:
    """Three intervals are between four evaluations, however long Prometheus was away between them."""
    incident = Incident(namespace="shop", name="AlertRule/on")
    alert = AlertDefinition(incident, "On", "vector(1) > 0", Audience("high", escalation=(AFTER,)))
    rules = [compile_alerts("arule/on", PACE, [alert]).group.as_data()]
    with running_prometheus(tmp_path, {}, rule_groups=rules) as url:
        once_seen(url, 1, 2)
    with running_prometheus(tmp_path, {}, rule_groups=rules) as url:
        second = once_seen(url, 2, 1)
        first = evaluations(url, 1)
    assert first.index(second[0]) == AFTER // PACE
    with running_prometheus(tmp_path, {}, rule_groups=rules) as url:
        second = once_seen(url, 2, len(second) + 2)
        first = evaluations(url, 1)
    assert second == [at for at in first if second[0] <= at <= second[-1]]
