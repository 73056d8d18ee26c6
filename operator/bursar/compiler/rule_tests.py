"""The tests of an alert, in the format of promtool.

Source: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bursar.api.alert_rule import AlertTest, Expectation
from bursar.compiler.plan import RuleTests
from bursar.conventions import INCIDENT, NAMESPACE
from bursar.domain.alert_rules import AlertDefinition
from bursar.domain.durations import format_duration
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector
from bursar.domain.rules import RuleGroup

RULE_FILE: Final = "rules.yaml"


def rule_tests(tests: Iterable[AlertTest], alert: AlertDefinition, group: RuleGroup) -> RuleTests:
    """Write a rule file and a suite over it: promtool's series, and whether the alert fires at some times."""
    suite = {
        "rule_files": [RULE_FILE],
        "evaluation_interval": format_duration(group.interval),
        "tests": [_test(test, alert) for test in tests],
    }
    return RuleTests(rules={"groups": [group.as_data()]}, suite=suite)


def _test(test: AlertTest, alert: AlertDefinition) -> Mapping[str, Any]:
    return {
        "name": test.name,
        "interval": format_duration(test.interval),
        "input_series": [{"series": str(each.series), "values": each.values} for each in test.series],
        "promql_expr_test": [_question(test, expected, alert) for expected in test.expect],
    }


def _question(test: AlertTest, expected: Expectation, alert: AlertDefinition) -> Mapping[str, Any]:
    """Ask whether any instance fires; an alert that does not has no series.

    Of what failed, promtool shows the expression alone: its comment tells people what they have asked for.
    """
    wanted = f"spec.tests[{test.name}]: {'does not fire' if expected.firing else 'fires'} at"
    firing = Selector("ALERTS").where("alertstate", MatchOperator.EQUAL, "firing")
    firing = firing.where(NAMESPACE, MatchOperator.EQUAL, alert.incident.namespace)
    firing = firing.where(INCIDENT, MatchOperator.EQUAL, alert.incident.name)
    return {
        "expr": f"group({firing}) # {wanted} {format_duration(expected.at)}",
        "eval_time": format_duration(expected.at),
        "exp_samples": [{"labels": "{}", "value": 1}] if expected.firing else [],
    }
