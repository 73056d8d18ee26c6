"""The lexer: one token at a time, each found by a regular expression that never backtracks.

What a character means depends on where it stands, as in Prometheus: in braces every word is a label, and between
brackets a colon stands for itself, while elsewhere it may be part of a metric's name.
"""

import re
from typing import Final

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.quoting import QuotingError, unquote
from bursar.domain.promql.tokens import (
    CHARACTER,
    DURATION,
    END,
    IDENTIFIER,
    KEYWORDS,
    NUMBER,
    SPECIAL_NUMBERS,
    STRING,
    WINDOW,
    Token,
)

_SPACES: Final = r"[ \t\r\n]*+"
_BLANK: Final = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"
_STRING: Final = r"""(?P<string>"(?:[^"\\\n]++|\\[^\n])*+"|'(?:[^'\\\n]++|\\[^\n])*+'|`[^`]*+`)"""
# Prometheus' scanner takes the e of 0x1e for an exponent unless more digits follow; so must we.
_HEXADECIMAL: Final = (
    r"0[xX]_?+[0-9a-fA-F](?:[eE](?![._eE+-]|\Z)[0-9a-fA-F]*+|[0-9a-dfA-DF][0-9a-fA-F]*+)?+"
    r"(?:_[0-9a-dfA-DF][0-9a-fA-F]*+)*+"
)
_DECIMAL: Final = r"(?:[0-9][0-9_]*+(?:\.[0-9_]*+)?+|\.[0-9][0-9_]*+)(?:[eE][+-]?+[0-9_]++)?+"
_NUMBER: Final = (
    rf"(?P<number>{_HEXADECIMAL}|{_DECIMAL})(?![a-zA-Z0-9_.])"
    r"|(?P<duration>(?:[0-9]++(?:ms|[smhdwy]))++)(?![a-zA-Z0-9_])"
    r"|(?P<window>\{\{[ ]*+\.window[ ]*+\}\})"
)
_SYMBOL: Final = r"(?P<symbol>==|!=|<=|>=|</|>/|\{(?!\{)|[-+*/%^<>=()}\[\],@:])"


def _pattern(*alternatives: str, blank: str = _BLANK) -> re.Pattern[bytes]:
    return re.compile(f"{blank}(?:{'|'.join(alternatives)}|(?P<end>\\Z))".encode())


_OUTSIDE: Final = _pattern(r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*+)", _NUMBER, _STRING, _SYMBOL)
_IN_BRACES: Final = _pattern(r"(?P<label>[a-zA-Z_][a-zA-Z0-9_]*+)", _STRING, r"(?P<symbol>=~|!~|!=|[={},])")
_IN_BRACKETS: Final = _pattern(r"(?P<name>[a-zA-Z_][a-zA-Z0-9_]*+)", _NUMBER, _STRING, _SYMBOL)
# Before the first duration Prometheus reads no comment.
_BEHIND_BRACKET: Final = _pattern(r"(?P<name>[a-zA-Z_]++)", _NUMBER, _SYMBOL, blank=_SPACES)

_AFTER: Final = {"{": _IN_BRACES, "}": _OUTSIDE, "[": _BEHIND_BRACKET, "]": _OUTSIDE}
_KINDS: Final = {"label": IDENTIFIER, "number": NUMBER, "duration": DURATION, "string": STRING, "window": WINDOW}
_LENGTHS: Final = frozenset({"number", "duration", "window"})
_SPACE: Final = re.compile(_SPACES.encode())
_SPACE_OR_COMMENT: Final = re.compile(_BLANK.encode())
_BROKEN_NUMBER: Final = re.compile(r"\.?[0-9][a-zA-Z0-9_.]{0,20}")


class Lexer:
    """Reads tokens off a text in UTF-8, in linear time; behind the last one it goes on with END."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._at = 0
        self._pattern = _OUTSIDE

    def next(self) -> Token:
        """Read one token; raises PromqlError in the middle of a broken string, number or template."""
        found = self._pattern.match(self.source, self._at)
        if found is None:
            return self._character()
        group = found.lastgroup or ""
        start, self._at = found.span(group)
        text = self.source[start : self._at].decode()
        if group == "symbol":
            self._pattern = _AFTER.get(text, self._pattern)
        elif self._pattern is _BEHIND_BRACKET and group in _LENGTHS:
            self._pattern = _IN_BRACKETS
        return Token(_kind(group, text), text, start, self._at)

    def _character(self) -> Token:
        """Return the character behind the blanks, which begins no token, or raise what is broken there."""
        blank = (_SPACE if self._pattern is _BEHIND_BRACKET else _SPACE_OR_COMMENT).match(self.source, self._at)
        start = blank.end() if blank else self._at
        rest = self.source[start:].decode()
        if rest[0] in "\"'`":
            string_value(self.source, start, rest)
        if rest.startswith("{{"):
            raise PromqlError(self.source, start, f"unknown template; the only one is {WINDOW}, for a duration")
        broken = _BROKEN_NUMBER.match(rest)
        if broken is not None:
            cure = "; write it in decimal" if broken.group()[:2] in ("0x", "0X") else ""
            message = f'"{broken.group()}" is neither a number nor a duration such as 5m or 1h30m{cure}'
            raise PromqlError(self.source, start, message)
        self._at = start + len(rest[0].encode())
        return Token(CHARACTER, rest[0], start, self._at)


def string_value(source: bytes, start: int, literal: str) -> str:
    """Return the value of the string literal at an offset; raises PromqlError where it breaks."""
    try:
        return unquote(literal, 0)[0]
    except QuotingError as error:
        raise PromqlError(source, start + len(literal[: error.offset].encode()), str(error)) from None


def _kind(group: str, text: str) -> str:
    if group == "symbol":
        return text
    if group == "name":
        word = text.lower()
        if word in SPECIAL_NUMBERS:
            return NUMBER
        return word if word in KEYWORDS else IDENTIFIER
    return _KINDS.get(group, END)
