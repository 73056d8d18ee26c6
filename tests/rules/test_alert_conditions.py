"""When each condition of an AlertRule fires, and when it does not: replayed by promtool, a sample every 30 s."""

from pathlib import Path

import pytest

from rules.alerts import Case, expected, rule_groups
from rules.promtool import assert_alert, assert_replay

DEEP = {"threshold": {"query": "sum by (queue) (depth)", "above": 1000}}
LOW = {"threshold": {"query": "free", "below": 10}}
STUCK = {"expression": {"promql": "rate(sent_total[2m]) == 0 and on (queue) depth > 100"}}
GONE = {"absent": {"selector": 'up{job="shop"}'}}
FAILURES = {"ratio": {"bad": "failed_total", "total": "all_total", "abovePercent": 5, "minEvents": 20}}
BY_REGION = {"ratio": {"bad": "failed_total", "total": "all_total", "abovePercent": 5, "groupBy": ["region"]}}
HALF = {"change": {"query": "orders", "over": "10m", "byPercent": 50}}
HALF_OF_A_SUM = {"change": {"query": "sum(orders) # of all", "over": "10m", "byPercent": 50}}
FULL_SOON = {"forecast": {"query": "free", "below": 0, "within": "1h"}}
POOL_SOON = {"forecast": {"query": "100 * used / size", "above": 90, "within": "1h", "lookback": "30m"}}

CASES = {
    "above, once it has lasted": Case(
        {"condition": DEEP, "for": "5m"}, {'depth{queue="mail"}': "0+100x60"}, {10: 0, 11: 1, 30: 1}
    ),
    "not at the bound itself": Case({"condition": DEEP}, {'depth{queue="mail"}': "1000x20"}, {10: 0}),
    "one alert for each series": Case(
        {"condition": DEEP}, {f'depth{{queue="{name}"}}': "2000x20" for name in ("mail", "jobs")}, {5: 2}
    ),
    "below": Case({"condition": LOW}, {"free": "20-1x20"}, {5: 0, 6: 1}),
    "kept for a while": Case({"condition": LOW, "keepFiringFor": "3m"}, {"free": "5x9 50x20"}, {4: 1, 5: 1, 8: 0}),
    "an expression": Case(
        {"condition": STUCK},
        {'sent_total{queue="mail"}': "0+5x9 45x20", 'depth{queue="mail"}': "200x30"},
        {5: 0, 8: 1},
    ),
    "an expression with little to do": Case(
        {"condition": STUCK}, {'sent_total{queue="mail"}': "45x20", 'depth{queue="mail"}': "90x20"}, {8: 0}
    ),
    "absent, once it has lasted": Case(
        {"condition": GONE, "for": "2m"}, {'up{job="shop"}': "1x9 stale"}, {4: 0, 6: 0, 7: 1}
    ),
    "down is not absent": Case({"condition": GONE}, {'up{job="shop"}': "0x20"}, {5: 0}),
    "too many failures": Case(
        {"condition": FAILURES}, {"failed_total": "0x10 0+1x40", "all_total": "0+10x50"}, {5: 0, 15: 1}
    ),
    "few enough failures": Case({"condition": FAILURES}, {"failed_total": "0+1x40", "all_total": "0+21x40"}, {15: 0}),
    "too few events to judge": Case(
        {"condition": FAILURES}, {"failed_total": "0+1x40", "all_total": "0+1x40"}, {15: 0}
    ),
    "no counter of failures": Case({"condition": FAILURES}, {"all_total": "0+10x40"}, {15: 0}),
    "no traffic": Case({"condition": BY_REGION}, {"failed_total": "5x40", "all_total": "9x40"}, {15: 0}),
    "failures of one region": Case(
        {"condition": BY_REGION},
        {
            'failed_total{region="eu"}': "0+1x40",
            'all_total{region="eu"}': "0+2x40",
            'all_total{region="us"}': "0+900x40",
        },
        {15: 1},
    ),
    "a rise, until it is old": Case({"condition": HALF}, {"orders": "100x29 151x60"}, {14: 0, 15: 1, 24: 1, 25: 0}),
    "a fall": Case({"condition": HALF}, {"orders": "100x29 49x60"}, {14: 0, 15: 1}),
    "a small rise and a small fall": Case({"condition": HALF}, {"orders": "100x29 149x29 100x60"}, {20: 0, 35: 0}),
    "a rise from nothing": Case({"condition": HALF}, {"orders": "0x29 500x60"}, {15: 0, 20: 0}),
    "nothing to compare with": Case({"condition": HALF}, {"orders": "500x60"}, {9: 0}),
    "a rise of an expression": Case(
        {"condition": HALF_OF_A_SUM}, {"orders": "100x29 151x60"}, {14: 0, 15: 1, 24: 1, 25: 0}
    ),
    "gone within the hour": Case({"condition": FULL_SOON}, {"free": "1000-4x200"}, {65: 0, 66: 1, 90: 1}),
    "not for a long time": Case({"condition": FULL_SOON}, {"free": "100000-4x200"}, {66: 0, 90: 0}),
    "too little of the past": Case({"condition": FULL_SOON}, {"free": "100-4x200"}, {29: 0, 30: 1}),
    "full within the hour, of an expression": Case(
        {"condition": POOL_SOON}, {"used": "0+1x200", "size": "200x200"}, {14: 0, 29: 0, 31: 1}
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_condition_fires_in_the_minutes_of_the_table(case: Case, tmp_path: Path) -> None:
    assert_replay(tmp_path, rule_groups(case.given), case.series, expected(case.firing))


def test_the_value_of_a_change_tells_its_direction(tmp_path: Path) -> None:
    fell = {'orders{shop="b"}': "100x29 20x60"}
    assert_alert(
        tmp_path,
        rule_groups({"condition": HALF}),
        fell,
        alert="QueueDeep",
        at=16,
        labels={
            "namespace": "shop",
            "shop": "b",
            "severity": "high",
            "bursar_incident": "AlertRule/queue-deep",
            "bursar_step": "1",
            "bursar_route": "AlertRule/queue-deep/high/1",
        },
        annotations={"summary": "queue-deep: -80 % against 10m ago"},
    )
