"""What generated expressions are made of: usual words, odd ones that are accepted, and some that are not."""

from typing import Final

NAMES: Final = (
    *("up", "http_requests_total", ":a:b", "_x", "x9", "fill", "fill_left", "stale", "e5", "step", "range", "max_of"),
    *("sum", "by", "without", "offset", "and", "or", "unless", "start", "end", "anchored", "smoothed", "topk", "Avg"),
)
BAD_NAMES: Final = ("on", "bool", "ignoring", "group_left", "atan2", "inf", "NaN", "2x", "a-b")

LABELS: Final = ("job", "le", "code", "__name__", "on", "by", "inf", "bool", "and", "_", "sum", "start", "a1", "step")
GROUPING_LABELS: Final = (*LABELS, "a:b", '"job"', "'a.b'", '"é"', "without", '"without"', "fill", '""')
QUOTED_NAMES: Final = ('"my.metric"', "'up'", '__name__="up"', '__name__=~"u.+"', 'job!=""', '""')

STRINGS: Final = (
    *('"x"', "'it\"s'", "`raw\\`", '""', '"é😀"', r'"\n\t\\\""', r"'\''", r'"\x41\101\u00e9\U0001f600"', "``"),
    *('"{{ x }}"', '"# no comment"', "`a\nb`", '"[5m]"', '"5.."'),
)
BAD_STRINGS: Final = ('"open', r'"\q"', r"'\"'", r'"\ud800"', '"a\nb"', r'"\777"', '"\ufffd"', r'"\x4"')

REGEXPS: Final = (
    *('"5.."', '"a|b|c"', '".*"', '""', '"(?i)x"', r'"\\d+"', '"[[:alpha:]]+"', r'"a\\.b"', '"x{2,3}"', '".+"'),
    *('"^$"', '"(?:a|)"', r'"\\pL"', "`\\w+`"),
)
BAD_REGEXPS: Final = ('"("', '"*"', '"[a"', '"(?=x)"', '"a**"', r'"\\1"')

NUMBERS: Final = (
    *("0", "1", "5", "1.5", ".5", "5.", "1e3", "1E-3", "0x1F", "0X_ff", "010", "08", "1_000", "1_0.5_0", "Inf", "NaN"),
    *("inf", "nan", "1e308", "0x1e2", "0_7", "99999999999999999999", "1e-400", "00", "0777777777777777777777777"),
    *("0.1", "1e1_0", "9007199254740993", "5m", "1h30m", "0s", "100ms", "1y2w3d4h5m6s7ms"),
)
BAD_NUMBERS: Final = (
    *("1__0", "1_", "0x", "1e", "1e999", "0x1.8", "0b1", "0o7", "1.2.3", "5mm", "5h3h", "5m1h", "1.5m"),
    *("0xffffffffffffffff", "300y", "1e5m", "0x1e+3", "1_000m", "0x1ee", "1x", "._5"),
)

LENGTHS: Final = ("5m", "1h", "30s", "1d", "1w", "100ms", "1h30m", "2y")
ODD_LENGTHS: Final = (
    *("300", "0.5", "+5m", "--5m", "- -1h", "1e3", "0x10", "1_000", "2.5", "1.001", "+ +1", "0000000005m"),
)
BAD_LENGTHS: Final = (
    *("-5m", "0", "0s", "x", "inf", "5m+1m", "(5m)", "", "step()", "1e30", "300y", '"5m"', "-0x1", "*5m"),
)
STEPS: Final = ("", "1m", "30s", "1_0", " +1m ", "# c\n1m", "0s", ":")

OFFSETS: Final = (*LENGTHS, *ODD_LENGTHS, "-5m", "-(5m)", "+(5m)", "-(-5m)", "- 5m", "0", "0s", "-0.0001", "-(--5m)")
BAD_OFFSETS: Final = ("(5m)", "--(5m)", "-(5m+1m)", "foo", "1e30", "Inf", "-inf", "step()", "-((5m))", "")

TIMES: Final = ("0", "1700000000", "-1.5", "+3", "start()", "end()", "START ( )", "1e9", "5m", "0.0005", "1e15")
BAD_TIMES: Final = ("inf", "NaN", "1e30", "--1", "x", "start", "start(1)", "(5)", "", "-Inf")

ARITHMETIC: Final = ("+", "-", "*", "/", "%", "^", "atan2", "ATAN2")
COMPARISONS: Final = ("==", "!=", "<", ">", "<=", ">=")
TRIMS: Final = ("</", ">/")

BLANKS: Final = (" ", "  ", "\n", "\t", "\r\n", " # why\n", "#\r")
DAMAGES: Final = (
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        "+",
        "-",
        "^",
        "==",
        "=",
        "=~",
        "!",
        "@",
        ":",
        ".",
        ";",
        "$",
        "\x0b",
        "\u00a0",
    ),
    *("bool", "on", "by", "offset", "without", "group_left", "ignoring (x)", "on (job)", "group_left (le)", "anchored"),
    *("sum", "5m", "1", '"x"', "up", "# c\n", "a:b", "start()", "é", "[5m]", "[5m:1m]", "offset 5m", "@ 0", "fill (0)"),
    "\u00a0",
)
