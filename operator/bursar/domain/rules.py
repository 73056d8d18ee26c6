"""Recording and alerting rules as values, and as the data of a Prometheus rule file.

Source: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from bursar.domain.durations import format_duration


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule: the expression's result is stored as `metric`, with `labels` on top of its own."""

    metric: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return the rule as a rule file spells it."""
        return {"record": self.metric, "expr": self.expression, "labels": dict(self.labels)}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule that fires once its expression was true for `pending`, and on for `keep_firing` after that."""

    name: str
    expression: str
    keep_firing: timedelta
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    pending: timedelta = timedelta()

    def as_data(self) -> dict[str, Any]:
        """Return the rule as a rule file spells it."""
        return {
            "alert": self.name,
            "expr": self.expression,
            **({"for": format_duration(self.pending)} if self.pending else {}),
            **({"keep_firing_for": format_duration(self.keep_firing)} if self.keep_firing else {}),
            "labels": dict(self.labels),
            "annotations": dict(self.annotations),
        }


Rule: TypeAlias = Recording | Alert


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that are evaluated one after the other, all for the same instant, every `interval`."""

    name: str
    interval: timedelta
    rules: tuple[Rule, ...]

    def as_data(self) -> dict[str, Any]:
        """Return the group as a rule file spells it."""
        return {
            "name": self.name,
            "interval": format_duration(self.interval),
            "rules": [rule.as_data() for rule in self.rules],
        }
