"""The rules of Sloth 0.16, written down after its formulas, as they are when nobody changes a setting.

Labels and annotations that only people read are left out. Sloth leaves the interval to Prometheus: here it gets the
minute that Bursar has, and that Prometheus has by default; kube-prometheus-stack would give it half of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .cost_promise import BUDGET, FAILED, TOTAL, Group, Rule, alert, group, recording, selector, series

WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
PAGE: Final = (("5m", "1h", 14.4), ("30m", "6h", 6))
TICKET: Final = (("2h", "1d", 3), ("6h", "3d", 1))
INTERVAL: Final = "1m"


def sloth(service: str) -> tuple[Group, ...]:
    """Error ratios from raw series up to three days, the mean of the 5-minute ratios over the window, two alerts."""
    slo = _Slo(service)
    ratios = (*map(slo.ratio, WINDOWS), slo.mean())
    alerts = (alert(slo.burning(PAGE), severity="page"), alert(slo.burning(TICKET), severity="ticket"))
    return (
        group(f"sloth-sli-{service}", INTERVAL, *ratios),
        group(f"sloth-meta-{service}", INTERVAL, *slo.described()),
        group(f"sloth-alerts-{service}", INTERVAL, *alerts),
    )


@dataclass(frozen=True, slots=True)
class _Slo:
    service: str

    def ratio(self, window: str) -> Rule:
        expression = " / ".join(
            f"(sum(rate({selector(metric, self.service)}[{window}])))" for metric in (FAILED, TOTAL)
        )
        return self._record(f"slo:sli_error:ratio_rate{window}", expression, sloth_window=window)

    def mean(self) -> Rule:
        ratios = self._series("slo:sli_error:ratio_rate5m")
        expression = f"sum_over_time({ratios}[30d]) / ignoring (sloth_window) count_over_time({ratios}[30d])"
        return self._record("slo:sli_error:ratio_rate30d", expression, sloth_window="30d")

    def described(self) -> tuple[Rule, ...]:
        return (
            self._record("slo:objective:ratio", f"vector({1 - BUDGET})"),
            self._record("slo:error_budget:ratio", f"vector(1-{1 - BUDGET})"),
            self._record("slo:time_period:days", "vector(30)"),
            self._record("slo:current_burn_rate:ratio", self._of_budget("slo:sli_error:ratio_rate5m")),
            self._record("slo:period_burn_rate:ratio", self._of_budget("slo:sli_error:ratio_rate30d")),
            self._record(
                "slo:period_error_budget_remaining:ratio", f"1 - {self._series('slo:period_burn_rate:ratio')}"
            ),
            self._record("sloth_slo_info", "vector(1)"),
        )

    def burning(self, tiers: tuple[tuple[str, str, float], ...]) -> str:
        return " or ".join(
            f"({self._above(short, factor)} and {self._above(long, factor)})" for short, long, factor in tiers
        )

    @property
    def _identity(self) -> Mapping[str, str]:
        return {"sloth_id": f"{self.service}-requests", "sloth_service": self.service, "sloth_slo": "requests"}

    def _series(self, metric: str) -> str:
        return series(metric, self._identity)

    def _record(self, metric: str, expression: str, **labels: str) -> Rule:
        return recording(metric, expression, {**self._identity, **labels})

    def _above(self, window: str, factor: float) -> str:
        ratio = self._series(f"slo:sli_error:ratio_rate{window}")
        return f"(max({ratio} > ({factor} * {BUDGET})) without (sloth_window))"

    def _of_budget(self, metric: str) -> str:
        joined = "/ on (sloth_id, sloth_slo, sloth_service) group_left"
        return f"{self._series(metric)} {joined} {self._series('slo:error_budget:ratio')}"
