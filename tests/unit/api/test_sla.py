from datetime import timedelta
from typing import Any

import pytest

from bursar.api.sla import SLASpec
from bursar.conventions import Severity


def spec(indicator: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"objectives": [{"name": "a", "target": 99, "indicator": indicator}], **fields}


def test_what_is_not_said_has_the_documented_default() -> None:
    sla = SLASpec.model_validate(spec({"availability": {}}, targetRef={"name": "checkout"}))
    (objective,) = sla.objectives
    assert objective.window.rolling == timedelta(days=30)
    assert objective.max_groups == 50
    assert (sla.alerting.page.enabled, sla.alerting.page.severity) == (True, Severity.CRITICAL)
    assert (sla.alerting.ticket.enabled, sla.alerting.ticket.severity) == (True, Severity.HIGH)
    assert (sla.alerting.tiers, sla.alerting.budget, sla.alerting.exhaustion) == ((), (), None)
    no_data = sla.alerting.no_data
    assert (no_data.for_, no_data.severity, no_data.when_absent) == (timedelta(minutes=10), Severity.HIGH, "alert")
    assert sla.alerting.low_traffic == "auto"
    assert not sla.suspend


def test_what_is_not_said_of_an_indicator_or_an_alert_has_the_documented_default() -> None:
    alerting = {"budget": [{"remainingBelow": 25}], "exhaustion": {"within": "3d"}}
    sla = SLASpec.model_validate(spec({"timeslice": {"good": "rate(a[{{.window}}]) < 1"}}, alerting=alerting))
    timeslice = sla.objectives[0].indicator.timeslice
    assert timeslice is not None
    assert (timeslice.slice, timeslice.missing) == (timedelta(minutes=1), "ignore")
    assert sla.alerting.budget[0].severity == Severity.MEDIUM
    assert sla.alerting.exhaustion is not None
    assert sla.alerting.exhaustion.severity == Severity.HIGH


@pytest.mark.parametrize(
    "indicator",
    [
        {"ratio": {"total": "jobs_total", "bad": "jobs_failed_total"}},
        {"ratio": {"total": "jobs_total", "good": "jobs_done_total"}},
        {"latency": {"threshold": "300ms", "histogram": "duration_seconds"}},
        {"expression": {"total": "rate(a[{{.window}}])", "good": "rate(g[{{ .window }}])"}},
        {"gauge": {"selector": "probe_success"}},
        {"timeslice": {"good": "rate(a[{{.window}}]) < 1", "slice": "300s", "missing": "bad"}},
    ],
)
def test_no_target_is_needed_where_the_indicator_brings_its_queries(indicator: dict[str, Any]) -> None:
    assert SLASpec.model_validate(spec(indicator)).target_ref is None


@pytest.mark.parametrize("indicator", [{"availability": {}}, {"latency": {"threshold": "300ms"}}])
def test_a_target_is_needed_where_its_signals_are_read(indicator: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="set targetRef"):
        SLASpec.model_validate(spec(indicator))


@pytest.mark.parametrize("window", ["1d", "24h", "1440m", "23h60m", "1w", "90d", "1y"])
def test_any_window_of_a_day_or_more_is_accepted(window: str) -> None:
    sla = spec({"ratio": {"total": "a", "bad": "b"}})
    sla["objectives"][0]["window"] = {"rolling": window}
    assert SLASpec.model_validate(sla).objectives[0].window.rolling >= timedelta(days=1)
