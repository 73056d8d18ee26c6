"""Does a selector find anything? Many such questions in one query.

Every question is a `count`, marked with its id by `label_replace` and joined to the next by `or`. Both exist since
Prometheus 2.0; counting tells nothing but the number of series, for floats and native histograms alike.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Final, TypeAlias

from bursar.domain.promql.quoting import quote
from bursar.domain.promql.selector import Selector
from bursar.observer.samples import Answer

CHECKS_PER_QUERY: Final = 50
_ID_LABEL: Final = "bursar_check"
_BUCKET_LABEL: Final = "le"


@dataclass(frozen=True, slots=True)
class Check:
    """One question; `id` is unique among all that are asked together. `by_bucket` counts the series of each `le`."""

    id: str
    selector: Selector
    by_bucket: bool = False
