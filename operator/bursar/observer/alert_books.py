"""What Prometheus knows of all alerts of one kind, asked in bulk: which are loaded, which fire, since when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from bursar.conventions import ALERT_INFO, DEFINITION, INCIDENT, NAMESPACE, STEP, Kind
from bursar.domain.alerting import FIRST_STEP
from bursar.observer.figures import sensible
from bursar.observer.samples import Answer, Sample

GROUPS_PER_QUESTION: Final = 50

_LONGEST_ERROR: Final = 512
_STATE: Final = "alertstate"
_FIRING: Final = "firing"
_LATEST_TIME: Final = 253402300799.0  # the last second of the year 9999

Identity: TypeAlias = tuple[str, str]
"""Namespace and incident of an alert."""


def alert_queries(kind: Kind) -> Mapping[str, str]:
    """Ask about the alerts of a kind; escalations are the same incident, so their first step speaks for them."""
    ours = f'{INCIDENT}=~"{kind}/.+"'
    first, by = f'{ours},{STEP}="{FIRST_STEP}"', f"by ({NAMESPACE}, {INCIDENT}"
    return {
        "definitions": f"{ALERT_INFO}{{{ours}}}",
        "states": f"count {by}, {_STATE}) (ALERTS{{{first}}})",
        "since": f"min {by}) (ALERTS_FOR_STATE{{{first}}})",
    }


@dataclass(frozen=True, slots=True)
class AlertBooks:
    """The answers of one cycle; `at` is the evaluation time of the oldest.

    `firing` and `pending` count series; `since` tells since when the condition of the first of them holds.
    """

    at: datetime
    definitions: Mapping[Identity, frozenset[str]] = field(default_factory=dict)
    firing: Mapping[Identity, int] = field(default_factory=dict)
    pending: Mapping[Identity, int] = field(default_factory=dict)
    since: Mapping[Identity, datetime] = field(default_factory=dict)

    @classmethod
    def from_answers(cls, answers: Mapping[str, Answer]) -> "AlertBooks":
        """Index the answers to `alert_queries`."""
        loaded: defaultdict[Identity, set[str]] = defaultdict(set)
        for sample in answers["definitions"].samples:
            loaded[_identity(sample)].add(sample.labels.get(DEFINITION, ""))
        states = answers["states"].samples
        return cls(
            min(answer.at for answer in answers.values()),
            {identity: frozenset(found) for identity, found in loaded.items()},
            _counts(sample for sample in states if sample.labels.get(_STATE) == _FIRING),
            _counts(sample for sample in states if sample.labels.get(_STATE) != _FIRING),
            {
                _identity(sample): datetime.fromtimestamp(sample.value, UTC)
                for sample in answers["since"].samples
                if 0 < sample.value < _LATEST_TIME
            },
        )

    def has_loaded(self, identity: Identity, definition: str) -> bool:
        """Tell whether Prometheus evaluates this version of an alert."""
        return definition in self.definitions.get(identity, ())


def rule_questions(groups: Iterable[str]) -> Iterator[Mapping[str, str | tuple[str, ...]]]:
    """Ask for some groups only, many at a time, without their alerts: all of a large server are many megabytes."""
    names = sorted(set(groups))
    for start in range(0, len(names), GROUPS_PER_QUESTION):
        yield {"rule_group[]": tuple(names[start : start + GROUPS_PER_QUESTION]), "exclude_alerts": "true"}


def rule_errors(answer: Mapping[str, Any]) -> dict[Identity, str]:
    """Read what Prometheus says against alerts out of its /api/v1/rules."""
    errors: dict[Identity, str] = {}
    for group in answer.get("groups") or ():
        for rule in group.get("rules") or ():
            labels = rule.get("labels") or {}
            if rule.get("health") == "err" and rule.get("lastError") and INCIDENT in labels:
                identity = labels.get(NAMESPACE, ""), labels[INCIDENT]
                errors.setdefault(identity, str(rule["lastError"])[:_LONGEST_ERROR])
    return errors


def _identity(sample: Sample) -> Identity:
    return sample.labels.get(NAMESPACE, ""), sample.labels.get(INCIDENT, "")


def _counts(samples: Iterable[Sample]) -> dict[Identity, int]:
    return {_identity(sample): max(0, round(sample.value)) for sample in samples if sensible(sample.value)}
