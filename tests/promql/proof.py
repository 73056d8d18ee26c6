"""Where our parser, printer and splicing differ from Prometheus': `python -m tests.promql.proof [--count N]`."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import Expression, parse
from bursar.domain.promql.matcher import Matcher, MatchOperator
from bursar.domain.promql.nodes import (
    Aggregation,
    Binary,
    Call,
    Node,
    NumberLiteral,
    Parenthesised,
    RangeSelector,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    children,
)
from bursar.domain.promql.printer import print_canonical
from bursar.domain.promql.selection import confined

from .corpus import evaluated, generated_rules
from .generated import expressions
from .judge import LABEL, VALUE, Verdict, judge

_ON_PURPOSE: Final = re.compile("the string is not valid UTF-8|(?i:unexpected .nan.; expected a duration)")

BATCH: Final = 10_000
_LEAVES: Final = (NumberLiteral, StringLiteral, VectorSelector, RangeSelector)

TENANT: Final = Matcher(LABEL, MatchOperator.EQUAL, VALUE)


@dataclass(frozen=True, slots=True)
class Difference:
    """One expression on which we and Prometheus do not agree."""

    expression: str
    what: str
    ours: Any
    theirs: Any


def differences(texts: Sequence[str]) -> list[Difference]:
    """Compare acceptance, type and tree, and Prometheus' formatted form of what we print and splice."""
    accepted: list[tuple[Expression, Verdict]] = []
    found: list[Difference] = []
    for text, verdict in zip(texts, judge(texts), strict=True):
        ours = parsed(text)
        if isinstance(ours, PromqlError) != bool(verdict.error):
            found.append(Difference(text, "accepted", str(ours), verdict.error))
        elif isinstance(ours, Expression):
            accepted.append((ours, verdict))
    return [*found, *_structural(accepted), *_printed(accepted)]


def parsed(text: str) -> Expression | PromqlError:
    try:
        return parse(text)
    except PromqlError as error:
        return error


def _structural(accepted: Sequence[tuple[Expression, Verdict]]) -> Iterator[Difference]:
    for ours, verdict in accepted:
        if ours.type != verdict.type:
            yield Difference(ours.text, "type", ours.type, verdict.type)
        if tree(ours.root) != verdict.tree:
            yield Difference(ours.text, "tree", tree(ours.root), verdict.tree)


def _printed(accepted: Sequence[tuple[Expression, Verdict]]) -> Iterator[Difference]:
    printed = judge(print_canonical(ours.root) for ours, _ in accepted)
    spliced = judge(confined(ours, TENANT) for ours, _ in accepted)
    for (ours, verdict), after_print, after_splice in zip(accepted, printed, spliced, strict=True):
        if after_print.formatted != verdict.formatted:
            yield Difference(ours.text, "printed", after_print, verdict.formatted)
        if after_splice.formatted != verdict.confined:
            yield Difference(ours.text, "confined", after_splice, verdict.confined)


def purposeful(difference: Difference) -> bool:
    """Whether we refuse on purpose what Prometheus accepts."""
    return difference.what == "accepted" and _ON_PURPOSE.search(difference.ours) is not None


def tree(node: Node) -> Any:
    """Show what binds to what, as the judge does."""
    match node:
        case NumberLiteral():
            name = "number"
        case StringLiteral():
            name = "string"
        case VectorSelector():
            name = "vector"
        case RangeSelector():
            name = "range"
        case Subquery():
            name = "subquery"
        case Call():
            name = node.function
        case Aggregation() | Binary():
            name = node.operator
        case Unary():
            name = "sign"
        case Parenthesised():
            name = "parentheses"
        case never:
            assert_never(never)
    return name if isinstance(node, _LEAVES) else [name, *map(tree, children(node))]


def main() -> None:
    """Compare all corpora, print every difference, and fail if there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.promql.proof", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many to generate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the first ones (default: %(default)s)")
    arguments = parser.parse_args()
    failed = _told("evaluated by Prometheus' tests", list(evaluated()))
    failed += _told("rules of the golden files", list(generated_rules()))
    for number, count in enumerate(_batches(arguments.count), start=arguments.seed):
        failed += _told(f"generated from seed {number}", list(expressions(count, number)))
    sys.exit(1 if failed else 0)


def _batches(count: int) -> Iterator[int]:
    while count > 0:
        yield min(count, BATCH)
        count -= BATCH


def _told(what: str, texts: Sequence[str]) -> int:
    """Print what came of a comparison; return how many differences were not meant."""
    found = differences(texts)
    unmeant = [difference for difference in found if not purposeful(difference)]
    verdicts = judge(texts)
    flagged, wrong = (sum(bool(each.error) and each.flagged is flag for each in verdicts) for flag in (True, False))
    accepted = len(texts) - flagged - wrong
    print(
        f"{what}: {len(texts)}, of these {accepted} accepted, {flagged} need a feature flag, {wrong} wrong; "
        f"{len(found) - len(unmeant)} refused on purpose, {len(unmeant)} other differences"
    )
    for difference in unmeant:
        print(f"  {difference}")
    return len(unmeant)


if __name__ == "__main__":
    main()
