"""What PromQL is made of: spans, kinds of tokens, words with a meaning."""

from typing import Final, NamedTuple

IDENTIFIER: Final = "name"
NUMBER: Final = "number"
DURATION: Final = "duration"
STRING: Final = "string"
WINDOW: Final = "{{.window}}"
CHARACTER: Final = "character"  # one that begins no token
END: Final = "end of text"

_SHOWN: Final = 40

SET_OPERATORS: Final = frozenset({"and", "or", "unless"})
AGGREGATIONS: Final = frozenset(
    {"avg", "bottomk", "count", "count_values", "group", "limit_ratio", "limitk", "max", "min"}
    | {"quantile", "stddev", "stdvar", "sum", "topk"}
)
NEVER_A_METRIC: Final = frozenset({"atan2", "bool", "group_left", "group_right", "ignoring", "on"})
SPECIAL_NUMBERS: Final = frozenset({"inf", "nan"})
KEYWORDS: Final = (
    SET_OPERATORS | AGGREGATIONS | NEVER_A_METRIC | {"offset", "by", "without", "start", "end", "anchored", "smoothed"}
)
METRIC_KINDS: Final = KEYWORDS - NEVER_A_METRIC | {IDENTIFIER}  # tokens that may be the name of a metric


class Span(NamedTuple):
    """A stretch of the text; both ends are offsets in its UTF-8 bytes, `end` is behind the last byte."""

    start: int
    end: int


class Token(NamedTuple):
    """One token; of words with a meaning and of punctuation the kind is the token itself, in lower case."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)

    @property
    def shown(self) -> str:
        """How a message names it."""
        if self.kind in (STRING, END):
            return shortened(self.text or self.kind)
        return f'"{shortened(self.text)}"'


def shortened(text: str) -> str:
    """Cut what a message shows of a user's text."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
