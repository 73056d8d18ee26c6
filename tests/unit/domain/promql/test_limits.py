"""No text crashes the parser or keeps it busy, whatever somebody puts into a resource."""

import contextlib
import sys
import time
from collections.abc import Callable

import pytest

from bursar.domain.promql.cursor import MAX_BYTES
from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import parse
from bursar.domain.promql.grammar import MAX_DEPTH, TOO_DEEP
from bursar.domain.promql.printer import print_canonical

UNITS = (
    *("(", "-", "+", "[", "{", "a+", "a^", "abs(", "sum by (a", "a[5m:]", " offset 5m", " @ 0", '"', "'", "`", "\\"),
    *("#\n", " ", "\n", "1", "1_", "1m", "0x1e", ".", ":", "{{", "{{.window}}", "é", "\0", "\ufffd", "a=~", "or "),
    *(
        '{a="b",',
        '{a=~"(',
        '{a=~"[[:',
        '{a=~"a*',
        '{a=~"\\\\Q',
        "label_join(",
        "a,",
        '"a",',
        "(a)",
        "on(a)",
        "a offset -",
    ),
)
SHAPES: tuple[Callable[[str, int], str], ...] = (
    lambda unit, size: unit * (size // len(unit)),
    lambda unit, size: "a" + unit * (size // len(unit)),
    lambda unit, size: 'a{b=~"' + unit * (size // len(unit) - 8) + '"}',
    lambda unit, size: "a[" + unit * (size // len(unit) - 5) + "5m]",
    lambda unit, size: "sum(" + unit * (size // len(unit) - 5) + ")",
)


def nested(opening: str, closing: str, times: int) -> str:
    return opening * times + "up" + closing * times


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("-", ""), ("abs(", ")"), ("sum by (a) (", ")"), ("", " + up"), ("up ^ ", "")]
)
def test_trees_may_be_two_hundred_levels_deep_and_no_deeper(opening: str, closing: str) -> None:
    deepest = parse(nested(opening, closing, MAX_DEPTH - 1))
    assert print_canonical(deepest.root)
    with pytest.raises(PromqlError, match=TOO_DEEP):
        parse(nested(opening, closing, MAX_DEPTH))


def test_a_wide_chain_of_deep_parts_is_too_deep_as_a_whole() -> None:
    with pytest.raises(PromqlError, match=TOO_DEEP):
        parse(nested("(", ")", 150) + " + up" * 150)


def test_depth_leaves_room_on_the_stack_of_a_caller_who_is_deep_already() -> None:
    def called(frames: int) -> None:
        if frames:
            called(frames - 1)
        else:
            print_canonical(parse(nested("abs(", ")", MAX_DEPTH - 1)).root)

    called(sys.getrecursionlimit() * 3 // 10)


def test_a_text_may_have_sixteen_kilobytes_and_no_more() -> None:
    parse("up" + " " * (MAX_BYTES - 2))
    with pytest.raises(PromqlError, match="1:16385: longer than 16 kB"):
        parse("up" + " " * (MAX_BYTES - 1))
    with pytest.raises(PromqlError, match="longer than 16 kB"):
        parse('"' + "é" * (MAX_BYTES // 2) + '"')


def test_a_refusal_of_a_long_text_is_short() -> None:
    for text in (
        "a" * 9000 + "(b)",
        'a{b=~"' + "(" * 9000 + '"}',
        "1" * 9000,
        "a " + "b" * 9000,
        "a{" + "b" * 9000 + "}",
    ):
        with pytest.raises(PromqlError) as refused:
            parse(text)
        assert len(str(refused.value)) < 300


def test_half_a_character_is_refused() -> None:
    with pytest.raises(PromqlError, match="1:4: half of a surrogate pair"):
        parse('"ab\ud800"')


@pytest.mark.parametrize("unit", UNITS)
def test_a_megabyte_of_anything_is_refused_at_once(unit: str) -> None:
    for shape in SHAPES:
        assert seconds_to_read(shape(unit, 1_000_000)) < 0.05


@pytest.mark.parametrize("unit", UNITS)
def test_the_longest_texts_are_read_in_a_moment(unit: str) -> None:
    for shape in SHAPES:
        assert seconds_to_read(shape(unit, MAX_BYTES)) < 2, shape(unit, 40)


def seconds_to_read(text: str) -> float:
    """Return the seconds of our own work; steps in square proportion to a text of 16 kB would take a minute."""
    start = time.thread_time()
    with contextlib.suppress(PromqlError):
        parse(text)
    return time.thread_time() - start
