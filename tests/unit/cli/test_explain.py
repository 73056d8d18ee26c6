"""`bursar explain` as a user runs it."""

import json
from pathlib import Path
from typing import Any, Final

import yaml
from click.testing import CliRunner, Result

from bursar.cli import main

SLA: Final[dict[str, Any]] = {
    "apiVersion": "bursar.dev/v1alpha1",
    "kind": "SLA",
    "metadata": {"name": "mail", "namespace": "shop"},
    "spec": {
        "objectives": [
            {"name": "jobs", "target": 99.9, "indicator": {"ratio": {"bad": "failed_total", "total": "jobs_total"}}}
        ]
    },
}


def sla(*, alerting: dict[str, Any] | None = None, **objective: Any) -> dict[str, Any]:
    (given,) = SLA["spec"]["objectives"]
    return {**SLA, "spec": {"objectives": [{**given, **objective}], "alerting": alerting or {}}}


def write(path: Path, *documents: Any) -> Path:
    path.write_text(yaml.safe_dump_all(documents))
    return path


def ran(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", "-f", str(path), *arguments])


def words(path: Path, *arguments: str) -> str:
    """All that is said, with one blank between words."""
    return " ".join(ran(path, *arguments).stdout.split())


def numbers(path: Path, *arguments: str) -> dict[str, Any]:
    (found,) = json.loads(ran(path, "-o", "json", *arguments).stdout)
    return dict(found)


def test_the_promise_is_said_as_a_share_as_time_and_as_events(tmp_path: Path) -> None:
    text = words(write(tmp_path / "a.yaml", sla()), "--events", "2000000")
    assert "Promised are 99.9 % good events over the last 30d" in text
    assert "The error budget is the other 0.1 %" in text
    assert "43m12s of total outage" in text
    assert "Of 2,000,000 events 2,000 may be bad." in text


def test_the_expressions_are_those_of_the_rules(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", sla())
    rendered = CliRunner().invoke(main, ["render", "-f", str(path)]).stdout
    rules = [rule for group in next(yaml.safe_load_all(rendered))["spec"]["groups"] for rule in group["rules"]]
    recorded = {rule["record"]: rule["expr"] for rule in rules if "record" in rule}
    found = numbers(path)
    assert found["total"] == recorded["bursar:sli_total:rate"]
    assert found["bad"] == recorded["bursar:sli_bad:rate"]
    assert f"    {found['bad']}\n" in ran(path).stdout


def test_every_tier_says_when_it_fires(tmp_path: Path) -> None:
    first, second, third, fourth = numbers(write(tmp_path / "a.yaml", sla()))["tiers"]
    assert (first["kind"], first["long"], first["short"], first["factor"]) == ("page", "1h", "5m", "14.4")
    assert first["error_percent"] == "1.44"
    assert first["budget_gone"] == "2"
    assert first["fires_after"] == {"100": "52s", "50": "1m44s", "10": "8m38s", "1": None}
    assert first["clears_after"] == "4m56s"
    assert [second["factor"], third["factor"], fourth["factor"]] == ["6", "3", "1"]
    assert fourth["fires_after"]["1"] == "7h12m"


def test_the_smallest_outage_is_that_of_the_alerts_that_exist(tmp_path: Path) -> None:
    paged = numbers(write(tmp_path / "a.yaml", sla()))
    silent = numbers(write(tmp_path / "b.yaml", sla(alerting={"page": {"enabled": False}})))
    assert (paged["smallest_outage"], paged["spent_by_then"]) == ("1m", "2.3")
    assert (silent["smallest_outage"], silent["spent_by_then"]) == ("4m19s", "10")
    assert {tier["kind"] for tier in silent["tiers"]} == {"ticket"}


def test_a_tier_that_cannot_be_had_is_said_with_its_reason(tmp_path: Path) -> None:
    text = words(write(tmp_path / "a.yaml", sla(target=80)))
    assert "There is no page" in text
    assert "fires at the same burn rate, and earlier" in text


def test_the_least_traffic_is_said_unless_events_come_by_the_clock(tmp_path: Path) -> None:
    counted = numbers(write(tmp_path / "a.yaml", sla()))
    clocked = numbers(write(tmp_path / "b.yaml", sla(indicator={"gauge": {"selector": "probe_success"}})))
    assert (counted["events_for_pages"], counted["events_for_tickets"]) == (50_000, 10_000)
    assert (clocked["events_for_pages"], clocked["events_for_tickets"]) == (None, None)


def test_without_alerts_it_says_so(tmp_path: Path) -> None:
    off = {"page": {"enabled": False}, "ticket": {"enabled": False}, "noData": {"whenAbsent": "ok"}}
    assert "No alert on a burning budget can fire." in words(write(tmp_path / "a.yaml", sla(alerting=off)))


def test_a_status_from_a_cluster_says_what_is_left(tmp_path: Path) -> None:
    row = {
        "name": "jobs",
        "events": {"total": 1_000_000, "bad": 500},
        "budget": {"events": 1000, "remaining": "50", "remainingTime": "21m36s"},
        "burn": [{"window": "1h", "rate": "2"}],
        "exhaustion": "2026-12-01T00:00:00Z",
        "coverage": "99.8",
    }
    path = write(tmp_path / "a.yaml", {"kind": "List", "items": [{**sla(), "status": {"objectives": [row]}}]})
    text = words(path)
    assert "500 of 1,000,000 events were bad, where 1,000 may be. Left are 50 % of the budget, 21m36s" in text
    assert "It burns 2x over 1h. At the burn of the last hour it is gone at 2026-12-01T00:00:00Z." in text
    assert "Measured were 99.8 % of the window." in text


def test_one_sla_is_chosen_by_its_name_or_namespace_and_name(tmp_path: Path) -> None:
    other = {**sla(), "metadata": {"name": "other", "namespace": "shop"}}
    path = write(tmp_path / "a.yaml", sla(), other)
    for chosen in ("other", "shop/other"):
        assert numbers(path, chosen)["sla"] == "shop/other"
    missing = ran(path, "nobody")
    assert (missing.exit_code, missing.stderr) == (1, "these files hold no SLA nobody\n")


def test_an_sla_that_cannot_be_compiled_is_told_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", {**SLA, "spec": {**SLA["spec"], "targetRef": {"name": "nobody"}}})
    result = ran(path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{path}:1: SLA/shop/mail: spec.targetRef.name: ")
