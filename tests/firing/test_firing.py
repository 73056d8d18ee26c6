"""When the alerts of an objective fire and clear: the tables in tests/golden/firing, and the short ones anew.

`python -m tests.firing` replays all of them, which takes half an hour.
"""

from itertools import product

import pytest

from firing.alerts import AlertName
from firing.golden import FILES, QUICK_FILE, Golden
from firing.matrix import TARGETS, WINDOWS, Batch
from firing.quick import QUICK
from firing.table import filled, measurements
from firing.verdict import flaws

any_file = pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])


@pytest.mark.parametrize("batch", QUICK.values(), ids=QUICK)
def test_alerts_fire_and_clear_in_the_minutes_of_the_table(batch: Batch, pytestconfig: pytest.Config) -> None:
    rows = batch.replayed()
    if pytestconfig.getoption("--update-golden"):
        known = measurements(QUICK_FILE.path.read_text()) | {row.key: row.measured for row in rows}
        QUICK_FILE.path.write_text(QUICK_FILE.rendered(filled(QUICK_FILE.expected(), known)))
    measured = measurements(QUICK_FILE.path.read_text())
    assert {row.key: row.measured for row in rows} == {row.key: measured.get(row.key, ()) for row in rows}


@any_file
def test_the_tables_show_what_the_tiers_of_today_ought_to_do(file: Golden) -> None:
    assert file.rendered(file.rows()) == file.path.read_text()


@any_file
def test_alerts_are_no_later_than_two_evaluations_and_never_early(file: Golden) -> None:
    assert [flaw for row in file.rows() for flaw in flaws(row)] == []


def test_nothing_burns_while_the_budget_is_on_plan() -> None:
    rows = [row for file in FILES for row in file.rows() if "on plan" in row.incident]
    quiet = [row for row in rows if row.alert in (AlertName.PAGE, AlertName.TICKET, AlertName.EXHAUSTION)]
    assert {(row.window, row.target) for row in quiet} == set(product(WINDOWS, TARGETS))
    assert [row for row in quiet if row.measured] == []
