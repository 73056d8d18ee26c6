"""Vector selectors, `http_requests_total{job="checkout"}`: the PromQL that users write in signals.

Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from bursar.domain.promql.matcher import LABEL, NAME_LABEL, Matcher, MatchOperator
from bursar.domain.promql.quoting import QuotingError, unquote
from bursar.domain.promql.regexp import RegexpError

MAX_LENGTH: Final = 4096

_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NEVER_A_METRIC: Final = frozenset({"atan2", "bool", "group_left", "group_right", "ignoring", "inf", "nan", "on"})
_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_OPERATOR: Final = re.compile(r"=~|!~|!=|=")
_HISTOGRAM_PART: Final = re.compile(r"_(bucket|count|sum)\Z")
_BINARY: Final = re.compile(r"(?:[-+*/%^<>=!]|(?:and|or|unless|atan2)\b)", re.IGNORECASE)
_EXAMPLE: Final = 'http_requests_total{job="checkout"}'


class SelectorError(ValueError):
    """A text that is not one vector selector; the message begins with line and column."""


@dataclass(frozen=True, slots=True)
class Selector:
    """An instant vector selector; `metric` is empty when the name is matched by an expression or not at all.

    `str()` is canonical: equal selectors print the same, whatever quotes and blanks they were written with.
    """

    metric: str
    matchers: tuple[Matcher, ...] = ()

    def __str__(self) -> str:
        matchers = _printed(self.matchers)
        if not self.metric or (_METRIC.fullmatch(self.metric) and self.metric.lower() not in _NEVER_A_METRIC):
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
        """Select a series of the same classic histogram: `bucket`, `count` or `sum`.

        The histogram may be named by its base name or by any of its parts. Raises ValueError when none is named.
        """
        if not self.metric:
            raise ValueError(f"{self} names no metric; a histogram needs its name, such as http_duration_seconds")
        return replace(self, metric=f"{_HISTOGRAM_PART.sub('', self.metric)}_{part}")


@lru_cache(maxsize=64)  # the rules of one objective print the same matchers some fifty times in a row
def _printed(matchers: tuple[Matcher, ...]) -> str:
    return ",".join(map(str, matchers))


def parse_selector(text: str) -> Selector:
    """Read one vector selector; raises SelectorError, with line, column and cure, for anything else."""
    if len(text) > MAX_LENGTH:
        raise SelectorError(f"1:{MAX_LENGTH + 1}: longer than {MAX_LENGTH} characters; use fewer or shorter matchers")
    return _Parser(text).parse()


class _Parser:
    """Reads left to right; `at` is the offset of the next unread character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def parse(self) -> Selector:
        self.skip_blanks()
        start = self.at
        metric = self.bare_metric()
        self.skip_blanks()
        matchers = self.matchers(metric) if self.peek() == "{" else ()
        self.expect_end()
        self.check_not_everything(start, metric, matchers)
        return _normal(metric, matchers)

    def bare_metric(self) -> str:
        found = _METRIC.match(self.text, self.at)
        if found is None:
            if self.peek() == "{":
                return ""
            raise self.unexpected(f"a selector such as {_EXAMPLE}")
        if found.group().lower() in _NEVER_A_METRIC:
            raise self.error(f'{found.group()} is a word of PromQL; write {{__name__="{found.group()}"}}')
        self.at = found.end()
        return found.group()

    def matchers(self, metric: str) -> tuple[Matcher, ...]:
        self.at += 1
        matchers: list[Matcher] = []
        self.skip_blanks()
        while self.peek() != "}":
            start = self.at
            matchers.append(self.matcher())
            names = [matcher for matcher in matchers if matcher.label == NAME_LABEL]
            if metric and names:
                raise self.error(f"the metric is named already ({metric}); remove this second name", start)
            self.skip_blanks()
            if self.peek() == ",":
                self.at += 1
                self.skip_blanks()
            elif self.peek() != "}":
                raise self.unexpected('"," or "}"')
        self.at += 1
        return tuple(matchers)

    def matcher(self) -> Matcher:
        start = self.at
        quoted = self.peek() in ('"', "'", "`")
        label = self.string() if quoted else self.label()
        self.skip_blanks()
        operator = _OPERATOR.match(self.text, self.at)
        if operator is None:
            if quoted and label and self.peek() in (",", "}"):
                return Matcher(NAME_LABEL, MatchOperator.EQUAL, label)
            raise self.unexpected("one of = != =~ !~")
        if not label:
            raise self.error("a label needs a name; write it in the quotes", start)
        self.at = operator.end()
        self.skip_blanks()
        value_at = self.at
        if self.peek() not in ('"', "'", "`"):
            raise self.unexpected("a value in quotes")
        matcher = Matcher(label, MatchOperator(operator.group()), self.string())
        self.check_expression(matcher, value_at)
        return matcher

    def label(self) -> str:
        found = LABEL.match(self.text, self.at)
        if found is None:
            raise self.unexpected('a label or "}"')
        self.at = found.end()
        return found.group()

    def string(self) -> str:
        try:
            value, self.at = unquote(self.text, self.at)
        except QuotingError as error:
            raise self.error(str(error), error.offset) from None
        return value

    def check_expression(self, matcher: Matcher, at: int) -> None:
        try:
            _ = matcher.matches_absent
        except RegexpError as error:
            raise self.error(f"{matcher.value!r} is no regular expression to Prometheus: {error}", at) from None

    def check_not_everything(self, start: int, metric: str, matchers: tuple[Matcher, ...]) -> None:
        if not metric and all(matcher.matches_absent for matcher in matchers):
            raise self.error(f"this may match every series there is; name a metric, as in {_EXAMPLE}", start)

    def expect_end(self) -> None:
        self.skip_blanks()
        if self.at == len(self.text):
            return
        rest = self.text[self.at :]
        if rest.startswith("("):
            raise self.error(f"functions and aggregations are not allowed here; write a selector such as {_EXAMPLE}")
        if rest.startswith("["):
            raise self.error("a range is not allowed here: Bursar adds the windows itself; remove [...]")
        if rest.startswith("@") or re.match(r"offset\b", rest, re.IGNORECASE):
            raise self.error("offset and @ are not allowed here: Bursar reads the present; remove them")
        if _BINARY.match(rest):
            raise self.error("operators are not allowed here; write one selector, and combine by matchers")
        raise self.unexpected("the end of the selector")

    def skip_blanks(self) -> None:
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def unexpected(self, expected: str) -> SelectorError:
        shown = f'"{self.peek()}"' if self.peek() else "end of text"
        return self.error(f"unexpected {shown}; expected {expected}")

    def error(self, message: str, at: int | None = None) -> SelectorError:
        offset = self.at if at is None else at
        line = self.text.count("\n", 0, offset) + 1
        column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1
        return SelectorError(f"{line}:{column}: {message}")


def _normal(metric: str, matchers: tuple[Matcher, ...]) -> Selector:
    """Move a single `__name__="…"` to where the name belongs."""
    names = [matcher for matcher in matchers if matcher.label == NAME_LABEL]
    if len(names) == 1 and names[0].operator is MatchOperator.EQUAL and names[0].value:
        return Selector(names[0].value, tuple(matcher for matcher in matchers if matcher is not names[0]))
    return Selector(metric, matchers)
