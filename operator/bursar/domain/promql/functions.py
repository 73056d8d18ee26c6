"""The functions of PromQL: what they take and return, and which Prometheus knows them.

Source: https://prometheus.io/docs/prometheus/latest/querying/functions/ and Prometheus' change log
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bursar.domain.promql.nodes import ValueType

Version = tuple[int, int]

NEWEST: Final[Version] = (3, 13)  # what the sandbox judges with
ANY: Final[Version] = (2, 0)

_SCALAR, _VECTOR, _RANGE, _STRING = ValueType.SCALAR, ValueType.VECTOR, ValueType.RANGE, ValueType.STRING


@dataclass(frozen=True, slots=True)
class Function:
    """A signature; the last `optional` arguments may be left out, and if `repeats` the last may come again.

    `since` is the first version with it, `until` the first one without it. If `flagged`, Prometheus knows it only with
    a feature flag.
    """

    arguments: tuple[ValueType, ...]
    returns: ValueType = _VECTOR
    optional: int = 0
    repeats: bool = False
    since: Version = ANY
    until: Version | None = None
    flagged: bool = False

    @property
    def at_least(self) -> int:
        """How many arguments it must have."""
        return len(self.arguments) - self.optional

    @property
    def at_most(self) -> int | None:
        """How many arguments it may have; None for any number."""
        return None if self.repeats else len(self.arguments)

    def argument(self, index: int) -> ValueType:
        """Return the type of an argument."""
        return self.arguments[min(index, len(self.arguments) - 1)]


def _same(names: str, function: Function) -> Mapping[str, Function]:
    return dict.fromkeys(names.split(), function)


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        **_same(
            "abs absent ceil deg exp floor histogram_count histogram_sum ln log10 log2 rad sgn sort sort_desc sqrt"
            " timestamp",
            Function((_VECTOR,)),
        ),
        **_same("acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh", Function((_VECTOR,), since=(2, 31))),
        **_same("histogram_stddev histogram_stdvar", Function((_VECTOR,), since=(2, 47))),
        "histogram_avg": Function((_VECTOR,), since=(2, 51)),
        **_same(
            "absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time"
            " max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time"
            " sum_over_time",
            Function((_RANGE,)),
        ),
        **_same(
            "day_of_month day_of_week day_of_year days_in_month hour minute month year",
            Function((_VECTOR,), optional=1),
        ),
        "clamp": Function((_VECTOR, _SCALAR, _SCALAR)),
        **_same("clamp_max clamp_min", Function((_VECTOR, _SCALAR))),
        "histogram_fraction": Function((_SCALAR, _SCALAR, _VECTOR)),
        "histogram_quantile": Function((_SCALAR, _VECTOR)),
        "label_join": Function((_VECTOR, _STRING, _STRING, _STRING), optional=1, repeats=True),
        "label_replace": Function((_VECTOR, _STRING, _STRING, _STRING, _STRING)),
        "predict_linear": Function((_RANGE, _SCALAR)),
        "quantile_over_time": Function((_SCALAR, _RANGE)),
        "round": Function((_VECTOR, _SCALAR), optional=1),
        "scalar": Function((_VECTOR,), _SCALAR),
        "vector": Function((_SCALAR,)),
        **_same("pi time", Function((), _SCALAR)),
        "holt_winters": Function((_RANGE, _SCALAR, _SCALAR), until=(3, 0)),
        **_same(
            "double_exponential_smoothing end first_over_time histogram_quantiles info mad_over_time max_of min_of"
            " range sort_by_label sort_by_label_desc start step ts_of_first_over_time ts_of_last_over_time"
            " ts_of_max_over_time ts_of_min_over_time",
            Function((), flagged=True),
        ),
    }
)

FLAGGED_AGGREGATIONS: Final = frozenset({"limit_ratio", "limitk"})

# What each aggregation with a parameter wants of it.
PARAMETERS: Final[Mapping[str, ValueType]] = MappingProxyType(
    {"bottomk": _SCALAR, "count_values": _STRING, "quantile": _SCALAR, "topk": _SCALAR}
)
