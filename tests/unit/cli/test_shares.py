"""Several processes work like one."""

import os
from collections.abc import Sequence
from io import StringIO
from typing import IO

import pytest

from bursar.cli.shares import FEWEST, shared

ITEMS = [f"item {number}" for number in range(3 * FEWEST + 7)]


def spell(items: Sequence[str], out: IO[str], err: IO[str]) -> int:
    for item in items:
        out.write(f"{item}\n")
        if item.endswith("9"):
            err.write(f"{item}: ends with 9\n")
    return int(any(item.endswith("9") for item in items))


def tell_process(items: Sequence[str], out: IO[str], _: IO[str]) -> int:
    out.write(f"{os.getpid()}\n" * len(items))
    return 0


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_and_complaints_are_in_the_order_of_the_items(processes: int) -> None:
    out, err = StringIO(), StringIO()
    assert shared(ITEMS, spell, out=out, err=err, processes=processes) == 1
    assert out.getvalue().splitlines() == ITEMS
    assert err.getvalue().splitlines() == [f"{item}: ends with 9" for item in ITEMS if item.endswith("9")]


def test_a_long_list_is_shared_and_a_short_one_is_not() -> None:
    many, few = StringIO(), StringIO()
    shared(ITEMS, tell_process, out=many, err=StringIO(), processes=3)
    shared(ITEMS[:FEWEST], tell_process, out=few, err=StringIO(), processes=3)
    assert len(set(many.getvalue().split())) == 3
    assert set(few.getvalue().split()) == {str(os.getpid())}


def test_nothing_is_no_work() -> None:
    assert shared([], spell, out=StringIO(), err=StringIO(), processes=2) == 0


def test_a_process_that_breaks_is_no_success(capfd: pytest.CaptureFixture[str]) -> None:
    def breaks(items: Sequence[str], _: IO[str], __: IO[str]) -> int:
        return 1 // int(ITEMS[0] in items)

    assert shared(ITEMS, breaks, out=StringIO(), err=StringIO(), processes=2) == os.EX_SOFTWARE
    assert "ZeroDivisionError" in capfd.readouterr().err
