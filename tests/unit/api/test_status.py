from typing import Any

import pytest

from bursar.api.monitoring_target_status import MonitoringTargetStatus
from bursar.api.sla_status import SLAStatus

CONDITION = {
    "type": "Ready",
    "status": "True",
    "reason": "Succeeded",
    "message": "all generated objects are as specified",
    "lastTransitionTime": "2026-11-21T07:00:00Z",
    "observedGeneration": 2,
}
SLA: dict[str, Any] = {
    "observedGeneration": 2,
    "lastHandledRequest": "now",
    "conditions": [CONDITION],
    "objects": [{"kind": "PrometheusRule", "name": "sla-checkout"}],
    "state": "Burning",
    "worst": {
        "objective": "availability",
        "remaining": "41.2",
        "burn": "6.3",
        "exhaustion": "2026-11-23T06:10:00Z",
        "sli": "99.9412",
        "coverage": "99.8",
    },
    "objectives": [
        {
            "name": "availability",
            "state": "Burning",
            "target": "99.9",
            "sli": "99.9412",
            "window": {"start": "2026-10-22T07:00:00Z", "end": "2026-11-21T07:00:00Z"},
            "events": {"total": 18423311, "bad": 10833},
            "budget": {"events": 18423, "remaining": "41.2", "remainingTime": "17m48s"},
            "burn": [{"window": "5m", "rate": "0.2"}],
            "exhaustion": "2026-11-23T06:10:00Z",
            "coverage": "99.8",
            "alerts": {"page": "Firing", "ticket": "Inactive", "since": "2026-11-21T06:58:00Z", "tier": "1h/5m"},
            "worstGroups": [{"labels": {"region": "eu-1"}, "remaining": "-12"}],
        }
    ],
    "asOf": "2026-11-21T07:00:00Z",
}
TARGET: dict[str, Any] = {
    "observedGeneration": 3,
    "conditions": [CONDITION],
    "objects": [{"kind": "ServiceMonitor", "name": "mtgt-checkout"}],
    "targets": {"active": 3, "up": 3, "summary": "3/3", "lastError": "", "selector": "up{}"},
    "signals": {"latency": {"kind": "classic", "buckets": ["0.05", "0.1"]}, "requests": {"series": 12}},
}


@pytest.mark.parametrize(("model", "status"), [(SLAStatus, SLA), (MonitoringTargetStatus, TARGET)])
def test_the_status_of_the_contract_is_the_status_of_the_models(
    model: type[SLAStatus | MonitoringTargetStatus], status: dict[str, Any]
) -> None:
    dumped = model.model_validate(status).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert dumped == status
