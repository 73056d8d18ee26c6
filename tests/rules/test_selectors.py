"""Whatever our parser lets through, Prometheus' own accepts: one refused selector would drop a whole rule file."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.regexp import RegexpError, matches_empty
from bursar.domain.promql.selector import Selector, parse_selector
from rules.promtool import assert_accepted, write_rules

PIECES: Final = (
    *(
        "a",
        "b",
        "é",
        "0",
        "1",
        "12",
        ",",
        "-",
        ":",
        ".",
        "^",
        "$",
        "|",
        "(",
        ")",
        "(?:",
        "(?i)",
        "(?P<n>",
        "[",
        "]",
        "[^",
    ),
    *(
        "{",
        "}",
        "{2}",
        "{1,3}",
        "{0,}",
        "{30}",
        "*",
        "+",
        "?",
        "[:alpha:]",
        "\\",
        "\\d",
        "\\pL",
        "\\p{Lu}",
        "\\Q",
        "\\E",
    ),
    *("\\x41", "\\x{1F600}", "\\101", "\\0", "\\b", "\\B", "\\A", "\\z", "\\.", "\\-", "\\n", "\n", "&", "#", '"', "`"),
)
CANDIDATES: Final = 4000


def expressions() -> Iterator[tuple[str, bool]]:
    """Yield random expressions that we accept, and whether they match the empty string."""
    chance = random.Random(7)
    for _ in range(CANDIDATES):
        expression = "".join(chance.choices(PIECES, k=chance.randint(1, 7)))
        try:
            yield expression, matches_empty(expression)
        except RegexpError:
            continue


def test_prometheus_accepts_every_regular_expression_that_we_accept_and_agrees_on_the_empty_string(
    tmp_path: Path,
) -> None:
    selectors = [
        Selector("").where("a", MatchOperator.NOT_REGEXP if empty else MatchOperator.REGEXP, expression)
        for expression, empty in expressions()
    ]
    assert len(selectors) > CANDIDATES / 4
    rules = [{"record": f"x{number}", "expr": str(selector)} for number, selector in enumerate(selectors)]
    assert_accepted(write_rules(tmp_path / "rules.yaml", [{"name": "all", "rules": rules}]))


def test_prometheus_accepts_every_printed_name_and_value(tmp_path: Path) -> None:
    names = ["on", "NaN", "inf", "atan2", "bool", "sum", "offset", "and", "by", "start", "a.b", 'q"uote', "ünï", "1"]
    texts = ["", "\\", '"', "\n\r\t\0", "\ufffd", "😀", "\u2028", "`'", "\x7f\x80"]
    selectors = [Selector(name).where("a", MatchOperator.EQUAL, text) for name in names for text in texts]
    selectors += [parse_selector(name) for name in ("sum", "offset", "and", "by", "start", "step", "range", "fill")]
    rules = [{"record": f"x{number}", "expr": str(selector)} for number, selector in enumerate(selectors)]
    assert_accepted(write_rules(tmp_path / "rules.yaml", [{"name": "all", "rules": rules}]))
