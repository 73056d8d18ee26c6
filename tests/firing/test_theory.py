"""The theory of the tables, held against what can be reckoned on paper: threshold · long / errors, and so on."""

from datetime import timedelta
from typing import Final

import pytest

from firing.alerts import AlertName, objective
from firing.incidents import BLIP, LOST, OUTAGE, PARTIAL, Incident, cold_burn, even, gap, on_plan
from firing.theory import Theory

MONTH: Final = timedelta(days=30)
HISTORY: Final = 4 * 24 * 60
PAGE, TICKET, LOW_25, LOW_0, EXHAUSTION, NO_DATA = AlertName
HOUR_LONG: Final = even("100 % for an hour", 60, 1.0)
AT_THE_THRESHOLD: Final = even("1.44 % for 2 hours", 120, 0.0144)


def episodes(incident: Incident, alert: AlertName, target: str) -> list[tuple[float, float | None]]:
    theory = Theory(objective(target, MONTH, grouped=False), incident.traffic(HISTORY, 9 * 60))
    return [(each.onset, each.clearance) for each in theory.firing()[alert]]


@pytest.mark.parametrize(
    ("target", "incident", "alert", "onset", "clearance"),
    [
        # Both tiers: the first is sooner, the second lasts longer.
        ("99.9", OUTAGE, PAGE, 0.0144 * 60, 10 + 30 * (1 - 0.006) + 5),
        ("99.9", OUTAGE, TICKET, 0.003 * 1440, 10 + 360 * (1 - 0.001) + 5),
        ("99.9", PARTIAL, PAGE, 0.0144 * 60 / 0.02, 180 + 30 * (1 - 0.006 / 0.02) + 5),
        ("99.9", BLIP, PAGE, 0.0144 * 60, 1 + 5 * (1 - 0.0144) + 5),
        # The long window is stretched to 216 minutes, the short one to 18.
        ("80", even("100 % for 200 minutes", 200, 1.0), PAGE, 0.8 * 216, 200 + 18 * 0.2 + 5),
        # Held for six hours after the loss.
        ("99.9", LOST, PAGE, 0.0144 * 60 / 0.5, 20 + 360 + 5),
        ("99.9", LOST, NO_DATA, 20 + 10, 500 + 5),
        # Guarded by half a window of history.
        ("99.9", cold_burn("99.9", 840), PAGE, 180, 840 + 30 * (1 - 0.6) + 5),
        ("99.9", cold_burn("99.9", 840), TICKET, 720, 840 + 120 * (1 - 0.3) + 5),
        # The whole budget is 43.2 minutes of total outage; it does not come back before the month is over.
        ("99.9", HOUR_LONG, LOW_25, 0.75 * 43.2, None),
        ("99.9", HOUR_LONG, LOW_0, 43.2, None),
        # At a burn of 1000 · m / 360, the rest of 30 d lasts less than 3 d once (43.2 - m) · 360 / m is below 4320.
        ("99.9", HOUR_LONG, EXHAUSTION, 43.2 / 13, 43.2 + 5),
    ],
)
def test_an_alert_ought_to_fire_when_paper_says_so(
    target: str, incident: Incident, alert: AlertName, onset: float, clearance: float | None
) -> None:
    [(begun, over)] = episodes(incident, alert, target)
    assert begun == pytest.approx(onset, abs=0.01)
    assert over == (clearance if clearance is None else pytest.approx(clearance, abs=0.01))


@pytest.mark.parametrize(
    ("target", "incident", "alert"),
    [
        ("99.9", PARTIAL, TICKET),  # 216 minutes would be needed
        ("99.9", AT_THE_THRESHOLD, PAGE),
        ("99", on_plan("99", 6 * 1440), TICKET),
        ("99", on_plan("99", 6 * 1440), EXHAUSTION),
        ("99.9", OUTAGE, LOW_25),
        ("99.9", OUTAGE, NO_DATA),
    ],
)
def test_an_alert_ought_to_be_quiet_when_paper_says_so(target: str, incident: Incident, alert: AlertName) -> None:
    assert episodes(incident, alert, target) == []


def test_a_long_burn_of_which_half_an_hour_cannot_be_seen_ought_to_be_one_page() -> None:
    assert len(episodes(gap("99.9"), PAGE, "99.9")) == 1
