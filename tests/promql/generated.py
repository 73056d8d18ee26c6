"""Random PromQL: mostly of sound types, then damaged in every second case, so that both verdicts are common."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bursar.domain.promql.functions import FLAGGED_AGGREGATIONS, FUNCTIONS, PARAMETERS
from bursar.domain.promql.nodes import ValueType
from bursar.domain.promql.tokens import AGGREGATIONS, KEYWORDS, SET_OPERATORS

from .words import (
    ARITHMETIC,
    BAD_LENGTHS,
    BAD_NAMES,
    BAD_NUMBERS,
    BAD_OFFSETS,
    BAD_REGEXPS,
    BAD_STRINGS,
    BAD_TIMES,
    BLANKS,
    COMPARISONS,
    DAMAGES,
    GROUPING_LABELS,
    LABELS,
    LENGTHS,
    NAMES,
    NUMBERS,
    ODD_LENGTHS,
    OFFSETS,
    QUOTED_NAMES,
    REGEXPS,
    STEPS,
    STRINGS,
    TIMES,
    TRIMS,
)

DEEPEST: Final = 4
DAMAGED: Final = 0.5

# What each kind of expression is made of at the top, and how often.
_TOP: Final = {ValueType.VECTOR: 12, ValueType.SCALAR: 3, ValueType.RANGE: 2, ValueType.STRING: 1}
_FUNCTIONS: Final = tuple(
    name for name, each in FUNCTIONS.items() if each.returns is ValueType.VECTOR and not each.flagged
)
_AGGREGATIONS: Final = tuple(sorted(AGGREGATIONS - FLAGGED_AGGREGATIONS))
_TOKENS: Final = re.compile(r'"[^"]*"|\w+|\s+|[^\w\s]')


def expressions(count: int, seed: int) -> Iterator[str]:
    """Yield so many expressions, always the same for a seed."""
    generator = Generator(random.Random(seed))
    for _ in range(count):
        yield generator.expression()


class Generator:
    """Makes expressions out of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._makers: dict[ValueType, Callable[[int], str]] = {
            ValueType.SCALAR: self.scalar,
            ValueType.VECTOR: self.vector,
            ValueType.RANGE: self.range,
            ValueType.STRING: lambda depth: self._rarely(STRINGS, BAD_STRINGS),
        }

    def expression(self) -> str:
        """Make one."""
        (wanted,) = self._chance.choices(tuple(_TOP), tuple(_TOP.values()))
        text = self._makers[wanted](0)
        while self._chance.random() < DAMAGED:
            text = self.damaged(text)
        return text

    def vector(self, depth: int) -> str:
        makers = (self.selector, self.aggregation, self.call, self.binary, self.unary, self.parenthesised)
        return self.selector(depth) if depth >= DEEPEST else self._chance.choice(makers)(depth + 1)

    def scalar(self, depth: int) -> str:
        if depth >= DEEPEST or self._chance.random() < 0.5:
            return self._rarely(NUMBERS, BAD_NUMBERS)
        makers: Sequence[Callable[[int], str]] = (
            lambda deeper: f"scalar({self.vector(deeper)})",
            lambda deeper: self._chance.choice(("time()", "pi()", "time( )")),
            lambda deeper: f"({self.scalar(deeper)})",
            lambda deeper: self._chance.choice("+-") + self._gap() + self.scalar(deeper),
            lambda deeper: self._joined(self.scalar(deeper), self._chance.choice(ARITHMETIC), self.scalar(deeper)),
            lambda deeper: self._joined(
                self.scalar(deeper), f"{self._chance.choice(COMPARISONS)} bool", self.scalar(deeper)
            ),
        )
        return self._chance.choice(makers)(depth + 1)

    def range(self, depth: int) -> str:
        if self._chance.random() < 0.15:
            return f"({self.range(depth + 1)})" if depth < DEEPEST else self.range(DEEPEST + 1)
        length = self._odd(LENGTHS, ODD_LENGTHS, BAD_LENGTHS)
        if self._chance.random() < 0.7:
            return f"{self._series()}{self._gap()}[{self._gap()}{length}{self._gap()}]{self._modifiers()}"
        step = self._chance.choice(STEPS)
        inner = self.vector(depth + 1)
        return f"{inner if self._chance.random() < 0.3 else f'({inner})'}[{length}:{step}]{self._modifiers()}"

    def selector(self, depth: int) -> str:
        return self._series() + self._modifiers()

    def aggregation(self, depth: int) -> str:
        operator = self._chance.choice(_AGGREGATIONS)
        wanted = [PARAMETERS[operator], ValueType.VECTOR] if operator in PARAMETERS else [ValueType.VECTOR]
        arguments = f"({self._gap()}{self._arguments(wanted, depth)}{self._gap()})"
        by = f"{self._chance.choice(('by', 'without', 'BY'))}{self._gap()}{self._labels()}"
        shape = self._chance.choice(("{0}{2}", "{0} {1}{2}", "{0}{2}{1}", "{0} {1} {2}"))
        return shape.format(operator.upper() if self._chance.random() < 0.1 else operator, by, arguments)

    def call(self, depth: int) -> str:
        name = self._chance.choice(_FUNCTIONS)
        function = FUNCTIONS[name]
        count = self._chance.randint(function.at_least, len(function.arguments) + 2 * function.repeats)
        return f"{name}{self._gap()}({self._arguments([function.argument(index) for index in range(count)], depth)})"

    def binary(self, depth: int) -> str:
        kind = self._chance.random()
        left, right = (self._typed(ValueType.VECTOR, depth) for _ in range(2))
        if kind < 0.2:
            operator = self._chance.choice(sorted(SET_OPERATORS))
            return self._joined(left, f"{operator}{self._matching(grouped=self._chance.random() < 0.1)}", right)
        operator = self._chance.choice((*ARITHMETIC, *COMPARISONS, *TRIMS))
        operator += " bool" if self._chance.random() < (0.3 if operator in COMPARISONS else 0.01) else ""
        if kind < 0.5:
            sides = [left, self._typed(ValueType.SCALAR, depth)]
            self._chance.shuffle(sides)
            return self._joined(sides[0], operator, sides[1])
        return self._joined(left, operator + self._matching(grouped=True), right)

    def unary(self, depth: int) -> str:
        return self._chance.choice("+-") + self._gap() + self._typed(ValueType.VECTOR, depth)

    def parenthesised(self, depth: int) -> str:
        return f"({self._gap()}{self._typed(ValueType.VECTOR, depth)}{self._gap()})"

    def _typed(self, wanted: ValueType, depth: int) -> str:
        """Make an expression of a type, rarely of another one."""
        return self._makers[self._chance.choice(tuple(ValueType)) if self._chance.random() < 0.02 else wanted](depth)

    def _series(self) -> str:
        name = self._rarely(NAMES, BAD_NAMES)
        matchers = self._matchers() if self._chance.random() < 0.5 else ""
        if self._chance.random() < 0.8:
            return name + (f"{self._gap()}{{{matchers}}}" if matchers or self._chance.random() < 0.1 else "")
        quoted = self._chance.choice(QUOTED_NAMES)
        return f"{{{self._gap()}{quoted}{',' if matchers else ''}{matchers}}}"

    def _matchers(self) -> str:
        matchers = [self._matcher() for _ in range(self._chance.randint(1, 3))]
        return ",".join(matchers) + self._chance.choice(("", "", "", " ", ",", "# c\n"))

    def _matcher(self) -> str:
        label = self._chance.choice((*LABELS, '"a.b"', "'é'"))
        label = "job" if label == "__name__" and self._chance.random() < 0.8 else label
        if self._chance.random() < 0.5:
            return f"{label}{self._gap()}{self._chance.choice(('=', '!='))}{self._rarely(STRINGS, BAD_STRINGS)}"
        return f"{label}{self._chance.choice(('=~', '!~'))}{self._gap()}{self._rarely(REGEXPS, BAD_REGEXPS)}"

    def _modifiers(self) -> str:
        text = ""
        while self._chance.random() < 0.2:
            if self._chance.random() < 0.6:
                text += f" offset {self._rarely(OFFSETS, BAD_OFFSETS)}"
            else:
                text += f" @ {self._rarely(TIMES, BAD_TIMES)}"
        return text

    def _matching(self, *, grouped: bool) -> str:
        if self._chance.random() < 0.6:
            return ""
        text = f" {self._chance.choice(('on', 'ignoring', 'ON'))}{self._gap()}{self._labels()}"
        if grouped and self._chance.random() < 0.5:
            text += f" {self._chance.choice(('group_left', 'group_right'))}{self._chance.choice(('', self._labels()))}"
        return text

    def _labels(self) -> str:
        labels = [self._chance.choice(GROUPING_LABELS) for _ in range(self._chance.choice((0, 1, 1, 1, 2, 3)))]
        return f"({self._gap()}{','.join(labels)}{',' if labels and self._chance.random() < 0.1 else ''})"

    def _arguments(self, wanted: Sequence[ValueType], depth: int) -> str:
        return f"{self._gap()},{self._gap()}".join(self._typed(each, depth) for each in wanted)

    def _joined(self, left: str, operator: str, right: str) -> str:
        return f"{left} {self._gap()}{operator}{self._chance.choice((' ', *BLANKS))}{right}"

    def _gap(self) -> str:
        return self._chance.choice(BLANKS) if self._chance.random() < 0.1 else ""

    def _rarely(self, usual: Sequence[str], rare: Sequence[str]) -> str:
        return self._chance.choice(rare if self._chance.random() < 0.01 else usual)

    def _odd(self, usual: Sequence[str], odd: Sequence[str], bad: Sequence[str]) -> str:
        return self._rarely(odd if self._chance.random() < 0.2 else usual, bad)

    def damaged(self, text: str) -> str:
        """Remove, add, replace or swap a token."""
        pieces = _TOKENS.findall(text)
        at = self._chance.randrange(len(pieces) + 1) if pieces else 0
        match self._chance.randrange(4):
            case 0:
                del pieces[at : at + 1]
            case 1:
                pieces.insert(at, f" {self._chance.choice((*DAMAGES, *sorted(KEYWORDS)))} ")
            case 2:
                pieces[at : at + 1] = [self._chance.choice((*BAD_NUMBERS, *BAD_STRINGS, *BAD_NAMES, *DAMAGES))]
            case _:
                pieces[at : at + 2] = reversed(pieces[at : at + 2])
        return "".join(pieces)
