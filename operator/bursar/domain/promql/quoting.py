r"""PromQL string literals: double, single and backtick quotes with Go's escapes.

Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
"""

import re
from typing import Final

_SIMPLE: Final = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_SIMPLE_BACK: Final = {chr(code): f"\\{letter}" for letter, code in _SIMPLE.items()} | {'"': '\\"'}
_NUMERIC: Final = re.compile(
    r"x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-7]{3})|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})"
)
_HARMLESS: Final = re.compile(r"[a-zA-Z0-9_./:|+*-]*")
_PLAIN: Final = {quote: re.compile(rf"[^\\\n{quote}]+") for quote in "\"'"}
_REPLACEMENT: Final = "\ufffd"  # Prometheus' lexer takes this character, written literally, for broken UTF-8


class QuotingError(ValueError):
    """A string literal that PromQL does not know; `offset` is where in the text, in characters."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


def quote(text: str) -> str:
    """Print a string in double quotes so that every Prometheus reads exactly it back."""
    if _HARMLESS.fullmatch(text):
        return f'"{text}"'
    return '"' + "".join(_SIMPLE_BACK.get(char) or _printable(char) for char in text) + '"'


def unquote(text: str, start: int) -> tuple[str, int]:
    """Read the literal that begins at `start`; return its value and the offset behind its closing quote."""
    opening = text[start]
    if opening == "`":
        return _raw(text, start)
    value = bytearray()
    at = start + 1
    while at < len(text) and text[at] not in (opening, "\n"):
        if text[at] == "\\":
            piece, at = _escape(text, at, opening)
        else:
            plain = _PLAIN[opening].match(text, at)
            assert plain is not None
            piece, at = _encoded(plain.group(), at), plain.end()
        value += piece
    if at >= len(text) or text[at] != opening:
        raise QuotingError(start, f"the string is not closed; add {opening} at its end")
    try:
        return value.decode(), at + 1
    except UnicodeDecodeError:
        raise QuotingError(start, "the string is not valid UTF-8; write \\u escapes in place of \\x") from None


def _raw(text: str, start: int) -> tuple[str, int]:
    end = text.find("`", start + 1)
    if end < 0:
        raise QuotingError(start, "the string is not closed; add ` at its end")
    value = text[start + 1 : end]
    _encoded(value, start + 1)
    return value, end + 1


def _encoded(plain: str, at: int) -> bytes:
    if _REPLACEMENT in plain:
        raise QuotingError(at + plain.index(_REPLACEMENT), "Prometheus refuses this character; write \\ufffd")
    try:
        return plain.encode()
    except UnicodeEncodeError as error:
        raise QuotingError(at + error.start, "half of a surrogate pair is not a character; remove it") from None


def _escape(text: str, at: int, opening: str) -> tuple[bytes, int]:
    letter = text[at + 1 : at + 2]
    if letter == opening:
        return opening.encode(), at + 2
    if letter in _SIMPLE and letter:
        return bytes((_SIMPLE[letter],)), at + 2
    numeric = _NUMERIC.match(text, at + 1)
    if numeric is None:
        raise QuotingError(at, f"unknown escape \\{letter}; write \\\\ for a backslash")
    return _code(numeric, at), numeric.end()


def _code(numeric: re.Match[str], at: int) -> bytes:
    digits = numeric.group(numeric.lastgroup or 0)
    code = int(digits, 8 if numeric.lastgroup == "octal" else 16)
    if numeric.lastgroup in ("byte", "octal"):
        if code > 0xFF:
            raise QuotingError(at, f"\\{digits} is above \\377, the largest octal escape")
        return bytes((code,))
    try:
        return chr(code).encode()
    except (ValueError, UnicodeEncodeError):
        raise QuotingError(at, f"\\{numeric.group()} is not a Unicode character") from None


def _printable(char: str) -> str:
    if char.isprintable() and char != _REPLACEMENT:
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
