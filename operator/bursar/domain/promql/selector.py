"""Vector selectors, `http_requests_total{job="checkout"}`: the PromQL that users write in signals."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.functions import NEWEST
from bursar.domain.promql.grammar import OPERATORS
from bursar.domain.promql.matcher import NAME_LABEL, Matcher, MatchOperator
from bursar.domain.promql.nodes import VectorSelector
from bursar.domain.promql.tokens import END, METRIC_KINDS, NEVER_A_METRIC, SPECIAL_NUMBERS, Token
from bursar.domain.promql.vectors import EXAMPLE, VectorGrammar

MAX_LENGTH: Final = 4096

_NEVER_BARE: Final = NEVER_A_METRIC | SPECIAL_NUMBERS
_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_HISTOGRAM_PART: Final = re.compile(r"_(bucket|count|sum)\Z")
_FUNCTIONS: Final = f"functions and aggregations are not allowed here; write a selector such as {EXAMPLE}"
_SHIFTS: Final = "offset and @ are not allowed here: Bursar reads the present; remove them"
_NOT_HERE: Final = {
    **dict.fromkeys(OPERATORS, "operators are not allowed here; write one selector, and combine by matchers"),
    **dict.fromkeys(("(", "by", "without"), _FUNCTIONS),
    **dict.fromkeys(("@", "offset"), _SHIFTS),
    "[": "a range is not allowed here: Bursar adds the windows itself; remove [...]",
}


@dataclass(frozen=True, slots=True)
class Selector:
    """An instant vector selector; `metric` is empty when the name is matched by an expression or not at all.

    `str()` is canonical: equal selectors print the same, whatever quotes and blanks they were written with.
    """

    metric: str
    matchers: tuple[Matcher, ...] = ()

    def __str__(self) -> str:
        matchers = _printed(self.matchers)
        if not self.metric or _is_bare(self.metric):
            return self.metric + (f"{{{matchers}}}" if matchers else "")
        name = Matcher(NAME_LABEL, MatchOperator.EQUAL, self.metric)
        return f"{{{name},{matchers}}}" if matchers else f"{{{name}}}"

    @property
    def labels(self) -> frozenset[str]:
        """The labels that the matchers look at."""
        return frozenset(matcher.label for matcher in self.matchers)

    def where(self, label: str, operator: MatchOperator, value: str) -> "Selector":
        """Return this selector with one more condition."""
        return replace(self, matchers=(*self.matchers, Matcher(label, operator, value)))

    def histogram_part(self, part: str) -> "Selector":
        """Select a series of the same histogram: `bucket`, `count` or `sum` of a classic one, empty for a native one.

        The histogram may be named by its base name or by any of its parts. Raises ValueError when none is named.
        """
        if not self.metric:
            raise ValueError(f"{self} names no metric; a histogram needs its name, such as http_duration_seconds")
        base = _HISTOGRAM_PART.sub("", self.metric)
        return replace(self, metric=f"{base}_{part}" if part else base)


@lru_cache(maxsize=256)  # the recorded metrics are few
def _is_bare(metric: str) -> bool:
    return _METRIC.fullmatch(metric) is not None and metric.lower() not in _NEVER_BARE


@lru_cache(maxsize=64)  # the rules of one objective print the same matchers some fifty times in a row
def _printed(matchers: tuple[Matcher, ...]) -> str:
    return ",".join(map(str, matchers))


def parse_selector(text: str) -> Selector:
    """Read one vector selector; raises PromqlError, with line, column and cure, for anything else."""
    if len(text) > MAX_LENGTH:
        beginning = text[:MAX_LENGTH].encode(errors="replace")
        message = f"longer than {MAX_LENGTH} characters; use fewer or shorter matchers"
        raise PromqlError(beginning, len(beginning), message)
    return selector_of(_OneSelector(text, NEWEST).parse())


def selector_of(node: VectorSelector) -> Selector:
    """Return what a node selects, its modifiers left out; a single `__name__="…"` becomes the metric."""
    matchers = tuple(each.matcher for each in node.matchers)
    names = [matcher for matcher in matchers if matcher.label == NAME_LABEL]
    if len(names) == 1 and names[0].operator is MatchOperator.EQUAL and names[0].value:
        return Selector(names[0].value, tuple(matcher for matcher in matchers if matcher is not names[0]))
    return Selector(node.name, matchers)


class _OneSelector(VectorGrammar):
    """A whole text that is a selector and nothing more."""

    def parse(self) -> VectorSelector:
        selector = self.vector(self._name())
        if self.current.kind in _NOT_HERE:
            raise self.error(self.current.start, _NOT_HERE[self.current.kind])
        self.expect(END, "the end of the selector")
        for each in selector.matchers:
            if not each.matcher.label:
                raise self.error(each.span.start, "a label needs a name; write it in the quotes")
        return selector

    def _name(self) -> Token | None:
        if self.current.kind == "{":
            return None
        if self.current.kind not in METRIC_KINDS:
            raise self.no_metric(f"a selector such as {EXAMPLE}")
        return self.advance()
