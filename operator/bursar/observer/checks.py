"""Does a selector find anything? Many such questions in one query.

Every question is a `count`, marked with its id by `label_replace` and joined to the next by `or`. Counting works for
floats and native histograms alike and needs nothing newer than Prometheus 2.0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from bursar.domain.decimals import plain
from bursar.domain.promql.build import over_time
from bursar.domain.promql.quoting import quote
from bursar.domain.promql.selector import Selector
from bursar.observer.figures import sensible
from bursar.observer.samples import Answer

CHECKS_PER_QUERY: Final = 50
_ID_LABEL: Final = "bursar_check"
_BUCKET_LABEL: Final = "le"
_BEFORE: Final = timedelta(hours=1)  # a counter whose scrapes failed for a while is not new
_LEAST_BOUND: Final = 1e-9  # a nanosecond; less is garbage, and long when it is printed


@dataclass(frozen=True, slots=True)
class Check:
    """One question; `id` is unique among all that are asked together.

    `by_bucket` counts the series of each `le`. `born_within` asks instead what counters held when they first came, for
    those that came in that time: events that no rate can ever count.
    """

    id: str
    selector: Selector
    by_bucket: bool = False
    born_within: timedelta | None = None


Findings: TypeAlias = Mapping[str, Mapping[str, int]]
"""Id of a check -> value of `le`, empty without buckets -> number of series. What found nothing is not in it."""


def check_queries(checks: Iterable[Check]) -> tuple[str, ...]:
    """Ask all questions in queries of up to 50."""
    terms = [_term(check) for check in checks]
    return tuple(
        " or ".join(terms[start : start + CHECKS_PER_QUERY]) for start in range(0, len(terms), CHECKS_PER_QUERY)
    )


def findings(answers: Iterable[Answer]) -> Findings:
    """Read the answers to `check_queries`."""
    found: dict[str, dict[str, int]] = {}
    for answer in answers:
        for sample in answer.samples:
            identity = sample.labels.get(_ID_LABEL)
            if identity is not None and sensible(sample.value):
                found.setdefault(identity, {})[sample.labels.get(_BUCKET_LABEL, "")] = round(sample.value)
    return found


def bucket_bounds(found: Mapping[str, int]) -> tuple[str, ...]:
    """List the finite upper bounds of buckets in ascending order, as plain decimals: `1.0` and `1` are one."""
    bounds = {bound for text in found if sensible(bound := _bound(text)) and (not bound or abs(bound) >= _LEAST_BOUND)}
    return tuple(plain(Decimal(repr(bound))) for bound in sorted(bounds))


def _asked(check: Check) -> str:
    if check.by_bucket:
        return f"count by ({_BUCKET_LABEL}) ({check.selector})"
    if check.born_within is not None:
        first = over_time("min", check.selector, check.born_within)
        before = over_time("last", check.selector, _BEFORE, offset=check.born_within)
        return f"sum({first} unless {before})"
    return f"count({check.selector})"


def _bound(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _term(check: Check) -> str:
    return f'label_replace({_asked(check)}, "{_ID_LABEL}", {quote(check.id)}, "", "")'
