"""The rules of Pyrra (2026-08), written down after its formulas, as they are when nobody changes a setting.

Labels and annotations that only people read are left out. The intervals are Pyrra's own.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from bursar.domain.durations import format_duration

from .cost_promise import BUDGET, FAILED, TOTAL, WINDOW, Group, Rule, alert, group, recording, selector, series

COUNTERS: Final = (TOTAL, FAILED)
TIERS: Final = ((672, 8064, 14), (112, 1344, 7), (28, 336, 2), (7, 112, 1))
"""By what the window is divided for the long and for the short one, and the burn rate."""

SHORT: Final = "30s"
LONG: Final = "150s"
"""The interval of what reads a window of 28 to 35 days."""

_MINUTE: Final = timedelta(minutes=1)
_LENGTH: Final = format_duration(WINDOW)


def pyrra(service: str) -> tuple[Group, ...]:
    """Error ratios from raw series up to four days, increases over the whole window, one alert for each tier."""
    increases = (_increase(metric, service, _LENGTH) for metric in COUNTERS)
    return (_burn_rates(service), group(f"{service}-increase", LONG, *increases, *_absent(service)))


def pyrra_fast(service: str) -> tuple[Group, ...]:
    """The same in its performance mode: the increases over the window are summed up from those over five minutes."""
    increases = (_increase(metric, service, "5m") for metric in COUNTERS)
    return (
        _burn_rates(service),
        group(f"{service}-increase", SHORT, *increases, *_absent(service)),
        group(f"{service}-increase-long", LONG, *(_summed_increase(metric, service) for metric in COUNTERS)),
    )


def _burn_rates(service: str) -> Group:
    tiers = [(_part(short), _part(long), factor) for long, short, factor in TIERS]
    windows = dict.fromkeys(window for short, long, _ in tiers for window in (short, long))
    alerts = (
        alert(" and ".join(_above(service, window, factor) for window in (short, long)), short=short, long=long)
        for short, long, factor in tiers
    )
    return group(service, SHORT, *(_burn_rate(service, window) for window in windows), *alerts)


def _burn_rate(service: str, window: str) -> Rule:
    expression = " / ".join(f"sum(rate({selector(metric, service)}[{window}]))" for metric in (FAILED, TOTAL))
    return recording(f"requests:burnrate{window}", expression, _identity(service))


def _above(service: str, window: str, factor: int) -> str:
    return f"{series(f'requests:burnrate{window}', _identity(service))} > ({factor} * (1-{1 - BUDGET}))"


def _increase(metric: str, service: str, window: str) -> Rule:
    expression = f"sum(increase({selector(metric, service)}[{window}]))"
    return recording(_increase_name(metric, window), expression, _identity(service))


def _summed_increase(metric: str, service: str) -> Rule:
    expression = f"sum(sum_over_time({selector(_increase_name(metric, '5m'), service)}[{_LENGTH}:5m]))"
    return recording(_increase_name(metric, _LENGTH), expression, _identity(service))


def _increase_name(metric: str, window: str) -> str:
    return f"{metric.removesuffix('_total')}:increase{window}"


def _absent(service: str) -> Iterator[Rule]:
    return (alert(f"absent({selector(metric, service)}) == 1", severity="critical") for metric in COUNTERS)


def _identity(service: str) -> Mapping[str, str]:
    return {"job": service, "slo": service}


def _part(divisor: int) -> str:
    return format_duration(round(WINDOW / divisor / _MINUTE) * _MINUTE)
