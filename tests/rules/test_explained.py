"""What `bursar explain` says is what happens: alerts fire and clear when it says."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner

from bursar.cli import main
from bursar.conventions import PAGE_ALERT
from bursar.domain.durations import parse_duration
from rules.promtool import Expected, Phase, assert_replay, counter

SLA: Final[dict[str, Any]] = {
    "apiVersion": "bursar.dev/v1alpha1",
    "kind": "SLA",
    "metadata": {"name": "mail", "namespace": "shop"},
    "spec": {
        "objectives": [
            {"name": "jobs", "target": 99.9, "indicator": {"ratio": {"bad": "failed_total", "total": "jobs_total"}}}
        ],
        "alerting": {"lowTraffic": "ignore"},
    },
}
HEALTHY: Final = 400
LATEST: Final = 3  # minutes: an evaluation, a scrape, and the minute that promtool is asked for


def said(path: Path) -> dict[str, Any]:
    """The first page tier, as it is explained."""
    (objective,) = json.loads(CliRunner().invoke(main, ["explain", "-f", str(path), "-o", "json"]).stdout)
    return dict(objective["tiers"][0])


def minutes(duration: str) -> int:
    return int(parse_duration(duration).total_seconds() // 60)


@pytest.mark.parametrize(("share", "errors"), [("100", 1.0), ("50", 0.5), ("10", 0.1)])
def test_a_page_comes_when_it_is_said_to_come(tmp_path: Path, share: str, errors: float) -> None:
    path = tmp_path / "sla.yaml"
    path.write_text(yaml.safe_dump(SLA))
    rendered = next(yaml.safe_load_all(CliRunner().invoke(main, ["render", "-f", str(path)]).stdout))
    phases = [Phase(HEALTHY), Phase(40, errors=errors)]
    good, bad = counter(phases, bad=False), counter(phases, bad=True)
    series = {'jobs_total{of="good"}': good, 'jobs_total{of="bad"}': bad, "failed_total": bad}
    fires = f'count(ALERTS{{alertname="{PAGE_ALERT}",alertstate="firing"}})'
    after = HEALTHY + minutes(said(path)["fires_after"][share])
    expected = [Expected(fires, after - 1, None), Expected(fires, after + LATEST, 1)]
    assert_replay(tmp_path, rendered["spec"]["groups"], series, expected)
