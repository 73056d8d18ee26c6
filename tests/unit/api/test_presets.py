"""What may be tuned of a preset."""

from typing import Any

import pytest

from bursar.api.parse import parse_resource
from bursar.conventions import Kind
from bursar.errors import InvalidSpec

TUNED: list[tuple[str, str, Any, str]] = [
    ("QueueBacklog", "abovePercent", 5, "TargetDown, HighErrorRate, Saturation, MemoryHigh, RateLimitExceeded"),
    ("HighErrorRate", "belowPercent", 5, "CacheHitRateLow"),
    ("MemoryHigh", "above", 5, "QueueBacklog"),
    ("HighErrorRate", "quantile", 0.9, "HighLatency, SlowQueries"),
    ("TargetDown", "slowerThan", "1s", "HighLatency, SlowQueries"),
    (
        "Saturation",
        "over",
        "5m",
        "HighLatency, SlowQueries, HighErrorRate, CacheHitRateLow, RateLimitExceeded",
    ),
    ("TargetDown", "minEvents", 5, "HighLatency, SlowQueries, HighErrorRate, CacheHitRateLow, RateLimitExceeded"),
    ("MemoryHigh", "signal", "x", "Saturation, QueueBacklog"),
    ("Saturation", "whenAbsent", "ok", "TargetDown"),
]


def findings(*alerts: dict[str, Any]) -> list[str]:
    metadata = {"name": "checkout", "namespace": "shop"}
    with pytest.raises(InvalidSpec) as caught:
        parse_resource(Kind.MONITORING_TARGET, {"metadata": metadata, "spec": {"alerts": list(alerts)}})
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize(("preset", "field", "value", "presets"), TUNED)
def test_a_preset_is_tuned_only_by_what_it_reads(preset: str, field: str, value: Any, presets: str) -> None:
    message = f"spec.alerts[0]: {field} is for {presets}; remove it"
    assert findings({"name": "a", "preset": preset, field: value}) == [message]


def test_a_quantile_is_a_share() -> None:
    (finding,) = findings({"name": "a", "preset": "HighLatency", "quantile": 95})
    assert finding == "spec.alerts[0].quantile: a quantile is between 0 and 1: 0.95"


def test_two_alerts_have_two_names() -> None:
    down = {"name": "a", "preset": "TargetDown"}
    assert findings(down, down) == ['spec.alerts: two items are named "a"; give each a name of its own']
