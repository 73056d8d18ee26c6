"""A few telling cases whose replays are short: with all rules, each objective as it is usually compiled."""

from datetime import timedelta
from typing import Final

from .incidents import BLIP, HOUR, LOST, OUTAGE, PARTIAL, QUICK_FLAPPING, cold_burn, even, on_plan
from .matrix import Batch

_DAY, _WEEK, _MONTH, _QUARTER = (timedelta(days=days) for days in (1, 7, 30, 90))

QUICK: Final = {
    "a day at 99 %": Batch(_DAY, "99", (OUTAGE, BLIP, even("5 % for 100 minutes", 100, 0.05), QUICK_FLAPPING), 640, 60),
    "a day at 99.99 %": Batch(_DAY, "99.99", (BLIP,), 640, 60),
    "a week at 95 %": Batch(_WEEK, "95", (even("50 % for 2 hours", 2 * HOUR, 0.5),), 7 * HOUR, HOUR),
    "a month at 99.9 %": Batch(
        _MONTH, "99.9", (OUTAGE, PARTIAL, BLIP, cold_burn("99.9", 13 * HOUR)), 13 * HOUR, 7 * HOUR
    ),
    "a month at 99.9 %, telemetry lost": Batch(_MONTH, "99.9", (LOST,), 3 * HOUR, HOUR),
    "a month at 99.9 %, on plan": Batch(_MONTH, "99.9", (on_plan("99.9", 13 * HOUR),), 0, HOUR),
    "a month at 90 %": Batch(_MONTH, "90", (even("100 % for 2 hours", 2 * HOUR, 1.0),), 4 * HOUR, HOUR),
    "a month at 80 %": Batch(_MONTH, "80", (even("100 % for 200 minutes", 200, 1.0),), 4 * HOUR, HOUR),
    "a quarter at 99 %": Batch(_QUARTER, "99", (even("20 % for an hour", HOUR, 0.2),), 4 * HOUR, HOUR),
}
