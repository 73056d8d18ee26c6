"""A place in a text of PromQL from which grammars read tokens."""

from typing import Final

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.functions import Version
from bursar.domain.promql.lexer import Lexer, string_value
from bursar.domain.promql.tokens import STRING, Span, Token

MAX_BYTES: Final = 16 * 1024


class Cursor:
    """Looks one token ahead; raises PromqlError for a text that is too long or no Unicode."""

    def __init__(self, text: str, version: Version, *, windows_allowed: bool = False) -> None:
        self.source = _encoded(text)
        self.version = version
        self.windows_allowed = windows_allowed
        self._lexer = Lexer(self.source)
        self._end = 0
        self.current = self._lexer.next()

    def advance(self) -> Token:
        """Take the current token."""
        token = self.current
        self._end = token.end
        self.current = self._lexer.next()
        return token

    def accept(self, kind: str) -> bool:
        """Take the current token if it is of this kind."""
        if self.current.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str, expected: str) -> Token:
        """Take a token of this kind; raise PromqlError for any other."""
        if self.current.kind != kind:
            raise self.unexpected(expected)
        return self.advance()

    def span_from(self, start: int) -> Span:
        """Return the span from an offset to the end of the last token taken."""
        return Span(start, self._end)

    def string(self) -> str:
        """Take a string; return its value."""
        token = self.expect(STRING, "a value in quotes")
        if self.windows_allowed and "{{" in token.text:
            raise self.error(token.start, "templates are not filled in inside of strings")
        return string_value(self.source, token.start, token.text)

    def need(self, since: Version, what: str, start: int) -> None:
        """Raise PromqlError when the Prometheus that shall read this is older than `since`."""
        if self.version < since:
            raise self.error(start, f"{what} needs Prometheus {since[0]}.{since[1]} or newer")

    def unexpected(self, expected: str) -> PromqlError:
        """Return the error for the current token."""
        return self.error(self.current.start, f"unexpected {self.current.shown}; expected {expected}")

    def error(self, start: int, message: str) -> PromqlError:
        """Return an error at an offset."""
        return PromqlError(self.source, start, message)


def _encoded(text: str) -> bytes:
    beginning = text[: MAX_BYTES + 1]
    try:
        source = beginning.encode()
    except UnicodeEncodeError as error:
        before = text[: error.start].encode()
        raise PromqlError(before, len(before), "half of a surrogate pair is not a character; remove it") from None
    if len(source) > MAX_BYTES:
        raise PromqlError(source, MAX_BYTES, "longer than 16 kB; record parts of it by rules of their own")
    return source
