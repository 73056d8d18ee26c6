import pytest

from bursar.domain.promql.regexp import RegexpError, matches_empty

EMPTY = [
    *("", "a*", "a?", "a{0}", "a{0,3}", "(a|)", "|a", "^$", "()", "(?:a*)+", "(?i)", "(?s:.*)", "a*?", "a*b*"),
    *(r"\A\z", r"\B", r"\Q\E", "(?P<x>a?)", "(?i-s:a*)", "(?)"),
]
NOT_EMPTY = [
    *(
        "a",
        "a+",
        "5..",
        "a{2}",
        "a{1,}",
        "a{1,3}?",
        "(a|b)",
        "a|b+",
        "[ab]",
        "[^a]",
        "[]a]",
        "[a-z]",
        "a{",
        "{a}",
        "a{01}",
    ),
    *(r"\d+", r"\pL", r"\p{Lu}", r"\P{^N}", r"\x41", r"\x{1F600}", r"\101", r"\0", r"\.", r"\Qa*\E", r"\b"),
    *(
        "[[:alpha:]]",
        "[[:^digit:]x]",
        r"[\d\-]",
        r"[\n-\x41]",
        r"[\001-\x{1F600}]",
        "[a-]",
        "[--a]",
        r"[\pL-z]",
        "(?i)a",
        "a{1000}",
        "é",
    ),
]
REFUSED = {
    "a**": "repeats a repetition",
    "a+*": "repeats a repetition",
    "*a": "nothing stands before",
    "(*a)": "nothing stands before",
    "a|*": "nothing stands before",
    "(?i)*": "nothing stands before",
    "a{1001}": "is no valid count",
    "a{99999999999999}": "is no valid count",
    "a{3,2}": "is no valid count",
    "(a{100}){11}": "too large an expression",
    "(abcdefghijk){1000}": "too large an expression",
    "(a": "is not closed",
    "a)": "closes nothing",
    "(?=a)": "no look-around",
    "(?<x>a)": "no look-around",
    "(?P<x>a)(?P<x>b)": "used twice",
    "[a": "is not closed",
    r"\Qa*": "is not ended",
    "[": "is not closed",
    "[a-": "is not closed",
    "[z-a]": "runs backwards",
    r"[a-\d]": "runs backwards",
    "[[:no:]]": "does not know this",
    r"[\b]": "cannot stand in a",
    r"\8": "does not know the escape",
    r"\1": "does not know the escape",
    r"\Z": "does not know the escape",
    r"\x{110000}": "does not know the escape",
    r"\p{Klingon}": "does not know the escape",
    "a\\": "does not know the escape",
    "(" * 300: "nested parentheses",
}


@pytest.mark.parametrize("expression", EMPTY)
def test_what_matches_the_empty_string_is_known(expression: str) -> None:
    assert matches_empty(expression)


@pytest.mark.parametrize("expression", NOT_EMPTY)
def test_what_needs_a_character_is_known(expression: str) -> None:
    assert not matches_empty(expression)


@pytest.mark.parametrize(("expression", "message"), REFUSED.items())
def test_what_prometheus_refuses_is_refused(expression: str, message: str) -> None:
    with pytest.raises(RegexpError, match=message):
        matches_empty(expression)
