"""The alerts on Bursar itself, as the chart renders them: each fires on its fault and is silent otherwise."""

from pathlib import Path
from typing import Any

import pytest

from rules.promtool import Expected, assert_accepted, assert_replay, write_rules
from sandbox.chart import render_chart

OURS = 'namespace="bursar-system",job="bursar"'
A, B = f'{{{OURS},instance="a"}}', f'{{{OURS},instance="b"}}'
MINUTES = 60
STEPS = 2 * MINUTES

HEALTHY = {
    f"bursar_leader{A}": f"1x{STEPS}",
    f"bursar_leader{B}": f"0x{STEPS}",
    f"bursar_queue_depth{A}": f"0x{STEPS}",
    f"bursar_queue_depth{B}": f"40x{STEPS}",
    f'bursar_reconciles_total{{{OURS},instance="a",kind="SLA",result="success"}}': f"0+5x{STEPS}",
    f'bursar_reconciles_total{{{OURS},instance="a",kind="SLA",result="conflict"}}': f"0+1x{STEPS}",
    f'bursar_reconciles_total{{{OURS},instance="a",kind="SLA",result="transient"}}': f"3x{STEPS}",
    f'bursar_resyncs_total{{{OURS},instance="a",result="success"}}': f"0+1x{STEPS}",
    f'bursar_resyncs_total{{{OURS},instance="a",result="failure"}}': f"0+1x{STEPS}",
    f'bursar_books_as_of_timestamp_seconds{{{OURS},instance="a",kind="SLA"}}': f"0+30x{STEPS}",
    f'bursar_prometheus_query_duration_seconds_count{{{OURS},instance="a",result="success"}}': f"0+9x{STEPS}",
    f'bursar_prometheus_query_duration_seconds_count{{{OURS},instance="a",result="failure"}}': f"0+1x{STEPS}",
}


@pytest.fixture(scope="module")
def groups() -> list[dict[str, Any]]:
    (rule,) = [
        manifest
        for manifest in render_chart({"selfMonitoring": {"enabled": True}})
        if manifest["kind"] == "PrometheusRule"
    ]
    return list(rule["spec"]["groups"])


def firing(alert: str) -> str:
    return f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'


def test_prometheus_accepts_them(tmp_path: Path, groups: list[dict[str, Any]]) -> None:
    assert_accepted(write_rules(tmp_path / "rules.yaml", groups))


def test_every_alert_has_a_severity_and_tells_what_it_means_and_what_to_do(groups: list[dict[str, Any]]) -> None:
    for rule in groups[0]["rules"]:
        assert set(rule["labels"]) == {"severity"}
        assert set(rule["annotations"]) == {"summary", "description", "runbook"}


def test_nothing_fires_on_a_healthy_pair(tmp_path: Path, groups: list[dict[str, Any]]) -> None:
    """Single failures of resyncs and queries, conflicts, and the full queue of a replica that waits are health."""
    never = [
        Expected(firing(rule["alert"]), at=minute, value=None) for rule in groups[0]["rules"] for minute in (15, 35, 59)
    ]
    assert_replay(tmp_path, groups, HEALTHY, never)


def test_a_queue_that_is_never_empty_and_is_worked_on_is_no_reason(
    tmp_path: Path, groups: list[dict[str, Any]]
) -> None:
    busy = {**HEALTHY, f"bursar_queue_depth{A}": f"7x{STEPS}"}
    assert_replay(tmp_path, groups, busy, [Expected(firing("BursarQueueStuck"), at=59, value=None)])


def without(*names: str) -> dict[str, str]:
    return {series: values for series, values in HEALTHY.items() if not series.startswith(names)}


FAULTS = {
    "BursarNoLeader": [
        {f"bursar_leader{A}": f"0x{STEPS}"},
        without("bursar_leader"),
    ],
    "BursarTwoLeaders": [{f"bursar_leader{B}": f"1x{STEPS}", f"bursar_queue_depth{B}": f"0x{STEPS}"}],
    "BursarReconcileErrors": [
        {f'bursar_reconciles_total{{{OURS},instance="a",kind="SLA",result="{result}"}}': f"0+1x{STEPS}"}
        for result in ("transient", "refused", "bug")
    ],
    "BursarQueueStuck": [
        {
            **without("bursar_reconciles"),
            f"bursar_queue_depth{A}": f"7x{STEPS}",
            f'bursar_reconciles_total{{{OURS},instance="a",kind="SLA",result="success"}}': f"9x{STEPS}",
        }
    ],
    "BursarResyncFails": [
        {
            f'bursar_resyncs_total{{{OURS},instance="a",result="success"}}': f"4x{STEPS}",
            f'bursar_resyncs_total{{{OURS},instance="a",result="failure"}}': f"0+1x{STEPS}",
        }
    ],
    "BursarBudgetsStale": [
        {f'bursar_books_as_of_timestamp_seconds{{{OURS},instance="a",kind="SLA"}}': f"30x{STEPS}"},
    ],
    "BursarPrometheusUnreachable": [
        {
            f'bursar_prometheus_query_duration_seconds_count{{{OURS},instance="a",result="success"}}': f"4x{STEPS}",
            f'bursar_prometheus_query_duration_seconds_count{{{OURS},instance="a",result="failure"}}': f"0+1x{STEPS}",
        },
        {
            **without("bursar_prometheus"),
            f'bursar_prometheus_query_duration_seconds_count{{{OURS},instance="a",result="failure"}}': f"0+1x{STEPS}",
        },
    ],
}
CASES = [(alert, fault) for alert, faults in FAULTS.items() for fault in faults]


@pytest.mark.parametrize(("alert", "fault"), CASES, ids=[f"{alert}-{n}" for n, (alert, _) in enumerate(CASES)])
def test_each_fires_on_its_fault_and_no_other_does(
    tmp_path: Path, groups: list[dict[str, Any]], alert: str, fault: dict[str, str]
) -> None:
    others = [rule["alert"] for rule in groups[0]["rules"] if rule["alert"] != alert]
    series = fault if len(fault) > 2 else {**HEALTHY, **fault}
    expected = [
        Expected(firing(alert), at=59, value=1),
        *(Expected(firing(name), at=59, value=None) for name in others),
    ]
    assert_replay(tmp_path, groups, series, expected)


def test_every_alert_is_seen_firing(groups: list[dict[str, Any]]) -> None:
    assert {rule["alert"] for rule in groups[0]["rules"]} == set(FAULTS)
