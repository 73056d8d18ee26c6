"""The one promise that all engines are given, 99.9 % of the requests of a service over 30 days, and parts of rules."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeAlias

Rule: TypeAlias = Mapping[str, Any]
Group: TypeAlias = Mapping[str, Any]
Engine: TypeAlias = Callable[[str], tuple[Group, ...]]
"""The name of a service -> groups of rules, as in a rule file, each with its interval."""

TARGET: Final = 99.9
BUDGET: Final = 0.001
WINDOW: Final = timedelta(days=30)
TOTAL: Final = "requests_total"
FAILED: Final = "requests_failed_total"


def selector(metric: str, service: str) -> str:
    """Select a metric of a service."""
    return series(metric, {"job": service})


def series(metric: str, labels: Mapping[str, str]) -> str:
    """Select series by labels."""
    matchers = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{matchers}}}"


def recording(metric: str, expression: str, labels: Mapping[str, str]) -> Rule:
    """Record an expression."""
    return {"record": metric, "expr": expression, "labels": dict(labels)}


def alert(expression: str, **labels: str) -> Rule:
    """Tell somebody."""
    return {"alert": "ErrorBudgetBurn", "expr": expression, "labels": labels}


def group(name: str, interval: str, *rules: Rule) -> Group:
    """Evaluate rules together."""
    return {"name": name, "interval": interval, "rules": list(rules)}
