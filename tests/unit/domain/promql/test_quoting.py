import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.promql.quoting import QuotingError, quote, unquote


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r'"a\n\t\\\"b"', 'a\n\t\\"b'),
        (r"'\a\b\f\r\v\''", "\a\b\f\r\v'"),
        (r'"\x41\101\u00e9\U0001f600"', "AAé😀"),
        (r'"\xc3\xa9"', "é"),
        ("`\\n\n\"'`", "\\n\n\"'"),
        ('"it\'s"', "it's"),
        (r'"\ufffd"', "\ufffd"),
    ],
)
def test_a_literal_is_read_as_go_reads_it(literal: str, value: str) -> None:
    assert unquote(literal, 0) == (value, len(literal))


@pytest.mark.parametrize(
    ("literal", "offset", "message"),
    [
        ('"a', 0, 'the string is not closed; add " at its end'),
        ('"a\n"', 0, 'the string is not closed; add " at its end'),
        ('"a\\', 2, "unknown escape"),
        ("`a", 0, "the string is not closed; add ` at its end"),
        (r'"a\'b"', 2, r"unknown escape \\'; write"),
        (r"'a\"b'", 2, r'unknown escape \\"; write'),
        (r'"\xg0"', 1, "unknown escape"),
        (r'"\777"', 1, r"\\777 is above \\377"),
        (r'"\ud800"', 1, "is not a Unicode character"),
        (r'"\U00110000"', 1, "is not a Unicode character"),
        (r'"\xff"', 0, "not valid UTF-8"),
        ('"ab\ud800"', 3, "half of a surrogate pair"),
        ("`ab\ud800`", 3, "half of a surrogate pair"),
        ('"a\ufffd"', 2, r"write \\ufffd"),
    ],
)
def test_a_broken_literal_is_refused_where_it_breaks(literal: str, offset: int, message: str) -> None:
    with pytest.raises(QuotingError, match=message) as refusal:
        unquote(literal, 0)
    assert refusal.value.offset == offset


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_is_read_back_as_it_was(text: str) -> None:
    quoted = quote(text)
    assert unquote(quoted, 0) == (text, len(quoted))
    assert quoted.isprintable()
