"""What Prometheus knows of all targets, asked in bulk: what it scrapes, what is well, and which signals exist."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from bursar.compiler.monitoring_target import TargetFacts
from bursar.compiler.plan import Key
from bursar.conventions import MONITORING_TARGET, NAMESPACE
from bursar.observer.checks import Check, Findings, check_queries, findings
from bursar.observer.figures import sensible
from bursar.observer.samples import Answer

_LONGEST_ERROR: Final = 512
_BY: Final = f"by ({NAMESPACE}, {MONITORING_TARGET})"
_OURS: Final = f'{{{MONITORING_TARGET}!=""}}'
QUERIES: Final[Mapping[str, str]] = {
    "active": f"count {_BY} (up{_OURS})",
    "up": f"sum {_BY} (up{_OURS})",
    "succeeded": f"sum {_BY} (probe_success{_OURS})",
}
"""Name of an answer -> the query, for every cycle."""

Identity: TypeAlias = tuple[str, str]
"""Namespace and name of a target."""

SignalFindings: TypeAlias = Mapping[Identity, Findings]
"""What was found of each target's signals, by the name of the check; a target that is not in it was not looked at."""


@dataclass(frozen=True, slots=True)
class TargetBooks:
    """The answers of one cycle: for every target how many addresses there are, are up, and were probed with success.

    `at` is the evaluation time of the oldest answer. `errors` holds the last scrape error of targets that were asked
    for because something of them is down.
    """

    at: datetime
    active: Mapping[Identity, int]
    up: Mapping[Identity, int]
    succeeded: Mapping[Identity, int]
    errors: Mapping[Identity, str] = field(default_factory=dict)

    @classmethod
    def from_answers(
        cls, answers: Mapping[str, Answer], *, errors: Mapping[Identity, str] | None = None
    ) -> "TargetBooks":
        """Index the answers to QUERIES."""
        counts = {name: _counts(answer) for name, answer in answers.items()}
        at = min(answer.at for answer in answers.values())
        return cls(at, counts["active"], counts["up"], counts["succeeded"], errors or {})

    def well(self, target: Identity, facts: TargetFacts) -> int:
        """Count the addresses that are well; a probed one is well when its probe succeeded."""
        return (self.succeeded if facts.probed else self.up).get(target, 0)

    def down(self, target: Identity, facts: TargetFacts) -> bool:
        """Tell whether any address is not well, so that its scrape error is worth asking for."""
        return self.well(target, facts) < self.active.get(target, 0)


def signal_queries(targets: Iterable[tuple[Key, TargetFacts]]) -> tuple[str, ...]:
    """Look for the signals of many targets, up to 50 checks in one query."""
    return check_queries(
        Check(f"{key.namespace}/{key.name}/{check.name}", check.selector, check.by_bucket)
        for key, facts in targets
        for check in facts.checks
    )


def signals_from_answers(
    targets: Iterable[tuple[Key, TargetFacts]], answers: Iterable[Answer]
) -> dict[Identity, Findings]:
    """Read the answers to `signal_queries` for the same targets."""
    found: defaultdict[Identity, dict[str, Mapping[str, int]]] = defaultdict(dict)
    for identity, series in findings(answers).items():
        namespace, name, check = identity.split("/", 2)
        found[namespace, name][check] = series
    return {(key.namespace, key.name): found[key.namespace, key.name] for key, _ in targets}


def scrape_error(pools: Sequence[str], answer: Mapping[str, Any]) -> str:
    """Read the first error of a target's scrape pools out of the `data` of /api/v1/targets; empty when there is none.

    Ask with `state=active` and `scrapePool=<pool>`, which servers before 2.42 ignore.
    """
    for address in answer.get("activeTargets") or ():
        if address.get("scrapePool") in pools and address.get("lastError"):
            instance = address.get("labels", {}).get("instance", "an address")
            return f"{instance}: {address['lastError']}"[:_LONGEST_ERROR]
    return ""


def _counts(answer: Answer) -> dict[Identity, int]:
    return {
        (sample.labels.get(NAMESPACE, ""), sample.labels.get(MONITORING_TARGET, "")): max(0, round(sample.value))
        for sample in answer.samples
        if sensible(sample.value)
    }
