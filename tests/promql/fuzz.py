"""Coverage-guided fuzzing: `pip install atheris && python -m tests.promql.fuzz [FOLDER] [-max_total_time=60 ...]`.

atheris is no dependency of the project and this does not run with the tests. FOLDER keeps interesting inputs; all other
arguments are libFuzzer's. It ends when an input makes the parser raise anything but PromqlError, takes longer than a
second, or is not read back after it was printed or confined.
"""

import sys
from typing import Final

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["bursar.domain"]):
    from bursar.domain.promql.errors import PromqlError
    from bursar.domain.promql.expression import parse
    from bursar.domain.promql.matcher import Matcher, MatchOperator
    from bursar.domain.promql.printer import print_canonical
    from bursar.domain.promql.selection import confined, selectors

TENANT: Final = Matcher("namespace", MatchOperator.EQUAL, "shop")
LIMITS: Final = ("-timeout=1", "-max_len=4096")


def one_input(data: bytes) -> None:
    """Read one input; libFuzzer calls this."""
    text = data.decode(errors="replace")
    try:
        expression = parse(text)
    except PromqlError as refusal:
        if not refusal.message or refusal.line > text.count("\n") + 1:
            raise AssertionError(str(refusal)) from refusal
        return
    printed = print_canonical(expression.root)
    if print_canonical(parse(printed).root) != printed:
        raise AssertionError(printed)
    if len(selectors(parse(confined(expression, TENANT)))) != len(selectors(expression)):
        raise AssertionError(confined(expression, TENANT))


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *LIMITS, *sys.argv[1:]], one_input)
    atheris.Fuzz()
