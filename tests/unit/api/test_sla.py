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
    assert not sla.suspend


@pytest.mark.parametrize(
    "indicator",
    [
        {"ratio": {"total": "jobs_total", "bad": "jobs_failed_total"}},
        {"ratio": {"total": "jobs_total", "good": "jobs_done_total"}},
        {"latency": {"threshold": "300ms", "histogram": "duration_seconds"}},
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
