"""Is there what an objective reads? Questions about its series, asked every few minutes, and their answers."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from bursar.compiler.facts import ObjectiveFacts, SlaFacts
from bursar.compiler.plan import Key
from bursar.domain.promql.matcher import MatchOperator
from bursar.observer.checks import Check, Findings, bucket_bounds
from bursar.observer.sla_books import Found
from bursar.observer.sla_series import Identity

_TOTAL: Final = "total"
_BUCKETS: Final = "buckets"
_NATIVE: Final = "native"
_BORN: Final = "born"


def checks(key: Key, facts: SlaFacts, *, born_within: timedelta) -> Iterator[Check]:
    """Ask for the series of all objectives; counters that came within `born_within` are asked what they held."""
    for objective in facts.objectives:
        watched = objective.watched
        if watched.total is not None:
            yield Check(_id(key, objective, _TOTAL), watched.total)
        if watched.bad is not None:
            yield Check(_id(key, objective, _BORN), watched.bad, born_within=born_within)
        if watched.bucket is not None:
            yield Check(_id(key, objective, _BUCKETS), watched.bucket.bucket, by_bucket=True)
        if watched.native is not None:
            no_summary = watched.native.where("quantile", MatchOperator.EQUAL, "")
            yield Check(_id(key, objective, _NATIVE), no_summary)


def found(key: Key, facts: SlaFacts, answers: Findings) -> Mapping[Identity, Found]:
    """Read the answers to `checks`."""
    return {
        (key.namespace, key.name, objective.name): Found(
            total=_count(answers, key, objective, _TOTAL) if objective.watched.total is not None else None,
            buckets=bucket_bounds(answers.get(_id(key, objective, _BUCKETS), {})),
            native=_count(answers, key, objective, _NATIVE),
            uncounted=_count(answers, key, objective, _BORN),
        )
        for objective in facts.objectives
    }


def complete(facts: SlaFacts, found: Mapping[Identity, Found], key: Key) -> bool:
    """Tell whether everything is there; what is missing is looked for sooner."""
    return all(_is_there(objective, found[key.namespace, key.name, objective.name]) for objective in facts.objectives)


def _is_there(objective: ObjectiveFacts, found: Found) -> bool:
    if objective.watched.bucket is not None:
        return bool(found.buckets or found.native)
    return found.total != 0


def _count(answers: Findings, key: Key, objective: ObjectiveFacts, what: str) -> int:
    return max(0, sum(answers.get(_id(key, objective, what), {}).values()))


def _id(key: Key, objective: ObjectiveFacts, what: str) -> str:
    return f"{key.namespace}/{key.name}/{objective.name}/{what}"
