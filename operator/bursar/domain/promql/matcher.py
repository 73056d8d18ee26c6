"""Label matchers, `code=~"5.."`."""

import re
from enum import StrEnum
from typing import Final, NamedTuple, assert_never

from bursar.domain.promql.quoting import quote
from bursar.domain.promql.regexp import matches_empty

NAME_LABEL: Final = "__name__"
LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class MatchOperator(StrEnum):
    """How a matcher compares; regular expressions are anchored at both ends."""

    __hash__ = str.__hash__  # an enumeration's own is slow

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEXP = "=~"
    NOT_REGEXP = "!~"


class Matcher(NamedTuple):
    """One condition on a label; `value` is unescaped. A tuple, because printed selectors are looked up by it."""

    label: str
    operator: MatchOperator
    value: str

    def __str__(self) -> str:
        label = self.label if LABEL.fullmatch(self.label) else quote(self.label)
        return f"{label}{self.operator}{quote(self.value)}"

    @property
    def matches_absent(self) -> bool:
        """Whether a series without this label passes: to PromQL an absent label is an empty one.

        Raises RegexpError when the value is an expression that Prometheus refuses.
        """
        match self.operator:
            case MatchOperator.EQUAL:
                return not self.value
            case MatchOperator.NOT_EQUAL:
                return bool(self.value)
            case MatchOperator.REGEXP:
                return matches_empty(self.value)
            case MatchOperator.NOT_REGEXP:
                return not matches_empty(self.value)
            case never:
                assert_never(never)
