"""When each preset of a target fires, and when it does not: replayed by promtool, a sample every 30 s."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rules.alerts import UP, expected, target_groups
from rules.promtool import assert_replay

REQUESTS = {"requests": {"total": "requests_total", "errors": 'requests_total{code="500"}'}}
OK, FAILED = 'requests_total{code="200"}', 'requests_total{code="500"}'
LATENCY = {"latency": {"histogram": "request_seconds"}}
QUERIES = {"queries": {"histogram": "query_seconds"}}
POOL = {"saturation": [{"name": "pool", "used": "used", "capacity": "size"}]}
CACHE = {"cache": {"hits": "hits_total", "total": "gets_total"}}
MEMORY = {"memory": {"used": "used_bytes", "limit": "limit_bytes"}}
QUEUE = {"queues": [{"name": "mail", "depth": 'depth{queue="mail"}'}]}
LIMIT = {"rateLimit": {"limited": 'requests_total{code="429"}', "total": "requests_total"}}
NATIVE = "{{schema:0 sum:0 count:0 buckets:[0]}}+{{schema:0 sum:%s count:20 buckets:[0 0 20]}}x60"


class Row(NamedTuple):
    """A preset on signals over series, and minutes in which so many of its instances fire."""

    alert: dict[str, Any]
    signals: dict[str, Any]
    series: dict[str, str]
    firing: dict[int, int]


def histogram(name: str, *, fast: int, slow: int) -> dict[str, str]:
    """A classic histogram with so many observations up to 0.5 s, and so many of one to two seconds, per scrape."""
    counts = {"0.5": fast, "1": fast, "2": fast + slow, "+Inf": fast + slow}
    buckets = {f'{name}_bucket{{le="{le}"}}': f"0+{count}x60" for le, count in counts.items()}
    return {**buckets, f"{name}_count": f"0+{fast + slow}x60"}


TABLE = {
    "one of two down": Row({"preset": "TargetDown"}, {}, {UP % "a": "1x60", UP % "b": "1x9 0x60"}, {6: 0, 7: 1, 20: 1}),
    "one of two down, but tolerated": Row(
        {"preset": "TargetDown", "abovePercent": 50}, {}, {UP % "a": "1x60", UP % "b": "0x60"}, {20: 0}
    ),
    "all up": Row({"preset": "TargetDown"}, {}, {UP % "a": "1x60", UP % "b": "1x60"}, {20: 0}),
    "no address at all": Row({"preset": "TargetDown"}, {}, {}, {1: 0, 2: 1}),
    "no address at all, on purpose": Row({"preset": "TargetDown", "whenAbsent": "ok"}, {}, {}, {20: 0}),
    "too many errors": Row(
        {"preset": "HighErrorRate"}, REQUESTS, {OK: "0+20x60", FAILED: "0x10 0+2x50"}, {5: 0, 14: 1}
    ),
    "few errors": Row({"preset": "HighErrorRate"}, REQUESTS, {OK: "0+200x60", FAILED: "0+9x60"}, {20: 0}),
    "too few requests": Row({"preset": "HighErrorRate"}, REQUESTS, {FAILED: "0+1x60"}, {20: 0}),
    "slow": Row({"preset": "HighLatency"}, LATENCY, histogram("request_seconds", fast=9, slow=1), {5: 0, 8: 1}),
    "slow, natively": Row({"preset": "HighLatency"}, LATENCY, {"request_seconds": NATIVE % 60}, {5: 0, 8: 1}),
    "fast": Row({"preset": "HighLatency"}, LATENCY, histogram("request_seconds", fast=99, slow=1), {20: 0}),
    "fast enough for the user": Row(
        {"preset": "HighLatency", "slowerThan": "3s"}, LATENCY, histogram("request_seconds", fast=9, slow=1), {20: 0}
    ),
    "slow beyond the last bucket": Row(
        {"preset": "HighLatency", "slowerThan": "2s"},
        LATENCY,
        {
            'request_seconds_bucket{le="2"}': "0x60",
            'request_seconds_bucket{le="+Inf"}': "0+20x60",
            "request_seconds_count": "0+20x60",
        },
        {5: 0, 8: 1},
    ),
    "slow, but hardly used": Row(
        {"preset": "HighLatency"}, LATENCY, histogram("request_seconds", fast=0, slow=1), {20: 0}
    ),
    "nearly full": Row({"preset": "Saturation"}, POOL, {"used": "91x60", "size": "100x60"}, {4: 0, 5: 1}),
    "nearly full in two places": Row(
        {"preset": "Saturation", "signal": "pool"},
        POOL,
        {'used{pod="a"}': "95x60", 'size{pod="a"}': "100x60", 'used{pod="b"}': "9x60", 'size{pod="b"}': "9x60"},
        {5: 2},
    ),
    "half full": Row({"preset": "Saturation"}, POOL, {"used": "50x60", "size": "100x60"}, {20: 0}),
    "many misses": Row(
        {"preset": "CacheHitRateLow"}, CACHE, {"hits_total": "0+7x60", "gets_total": "0+10x60"}, {20: 1}
    ),
    "nothing but misses": Row({"preset": "CacheHitRateLow"}, CACHE, {"gets_total": "0+10x60"}, {8: 0, 20: 1}),
    "many hits": Row({"preset": "CacheHitRateLow"}, CACHE, {"hits_total": "0+9x60", "gets_total": "0+10x60"}, {20: 0}),
    "misses that the user expects": Row(
        {"preset": "CacheHitRateLow", "belowPercent": 50},
        CACHE,
        {"hits_total": "0+7x60", "gets_total": "0+10x60"},
        {20: 0},
    ),
    "memory nearly full": Row(
        {"preset": "MemoryHigh"}, MEMORY, {"used_bytes": "95e6x60", "limit_bytes": "1e8x60"}, {4: 0, 5: 1}
    ),
    "memory without a limit": Row(
        {"preset": "MemoryHigh"}, MEMORY, {"used_bytes": "95e6x60", "limit_bytes": "0x60"}, {20: 0}
    ),
    "too much waits": Row({"preset": "QueueBacklog"}, QUEUE, {'depth{queue="mail"}': "1001x60"}, {9: 0, 10: 1}),
    "what waits is bearable": Row({"preset": "QueueBacklog"}, QUEUE, {'depth{queue="mail"}': "1000x60"}, {20: 0}),
    "too much for the user": Row(
        {"preset": "QueueBacklog", "above": 10, "for": "1m"}, QUEUE, {'depth{queue="mail"}': "11x60"}, {0: 0, 1: 1}
    ),
    "many refused": Row(
        {"preset": "RateLimitExceeded"}, LIMIT, {OK: "0+90x60", 'requests_total{code="429"}': "0+1x60"}, {5: 0, 8: 1}
    ),
    "none refused": Row({"preset": "RateLimitExceeded"}, LIMIT, {OK: "0+90x60"}, {20: 0}),
    "slow queries": Row({"preset": "SlowQueries"}, QUERIES, histogram("query_seconds", fast=9, slow=1), {5: 0, 8: 1}),
    "quick queries": Row({"preset": "SlowQueries"}, QUERIES, histogram("query_seconds", fast=99, slow=1), {20: 0}),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_a_preset_fires_in_the_minutes_of_the_table(row: Row, tmp_path: Path) -> None:
    assert_replay(tmp_path, target_groups(row.alert, row.signals), row.series, expected(row.firing))
