"""What users are told about their expressions: place, fault and cure."""

import pytest

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import parse
from bursar.domain.promql.nodes import ValueType

DURATIONS = "calculating with durations needs Prometheus' feature flag promql-duration-expr; write one such as 5m"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) > 0.01', ValueType.VECTOR),
        ("time() - 1", ValueType.SCALAR),
        ("up[5m]", ValueType.RANGE),
        ("max_over_time((up > 0)[30m:1m])", ValueType.VECTOR),
        ("'text'", ValueType.STRING),
        ("(1) * scalar(up)", ValueType.SCALAR),
        ("1 + up", ValueType.VECTOR),
    ],
)
def test_an_expression_has_a_type(text: str, found: ValueType) -> None:
    assert parse(text).type is found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: unexpected end of text; expected an expression"),
        (" # nothing\n", "2:1: unexpected end of text; expected an expression"),
        ("sum(rate(up[])) ", '1:13: unexpected "]"; expected a duration such as 5m'),
        ("sum(up) / sum()", "1:11: sum takes 1 argument, not 0"),
        ("rate(up[5m]) +)", '1:15: unexpected ")"; expected an expression'),
        ("sum(up", '1:7: unexpected end of text; expected an operator, "," or ")"'),
        ("(up", '1:4: unexpected end of text; expected an operator or ")"'),
        ("sum(up))", '1:8: unexpected ")"; expected an operator or the end of the expression'),
        ("up\n  up", '2:3: unexpected "up"; expected an operator or the end of the expression'),
        ("up $ 1", '1:4: unexpected "$"; expected an operator or the end of the expression'),
        ('"é" é', '1:5: unexpected "é"; expected an operator or the end of the expression'),
        ("sum(up,)", '1:8: unexpected ")"; expected an expression'),
        ("up{job}", '1:7: unexpected "}"; expected one of = != =~ !~'),
        ("up{a:b='x'}", '1:5: unexpected ":"; expected one of = != =~ !~'),
        ("sum by (without) (up)", '1:9: unexpected "without"; expected a label or ")"'),
        ('sum by ("") (up)', "1:9: a label needs a name; write it in the quotes"),
        ("up + bool 1", '1:4: bool is for comparisons, not for "+"; remove it'),
        ("on", '1:1: on is a word of PromQL; write {__name__="on"}'),
        ("up * group_left () up", "1:6: group_left needs on (...) or ignoring (...) before it"),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_breaks(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate(up)", "1:6: rate needs a range vector, not an instant vector; add a range such as [5m]"),
        (
            "abs(up[5m])",
            "1:5: abs needs an instant vector, not a range vector; take a function over it such as rate(...)",
        ),
        ("sum(1)", "1:5: sum needs an instant vector, not a scalar; make a vector of it by vector(...)"),
        ("vector(up)", "1:8: vector needs a scalar, not an instant vector; make a scalar of it by scalar(...)"),
        ("topk('a', up)", "1:6: the parameter of topk needs a scalar, not a string"),
        ("count_values(1, up)", "1:14: the parameter of count_values needs a string, not a scalar"),
        ("topk(up)", "1:1: topk takes 2 arguments, the parameter first, not 1"),
        ("round(up, 1, 2)", "1:1: round takes 1 to 2 arguments, not 3"),
        ("label_join(up)", "1:1: label_join takes 3 or more arguments, not 1"),
        ("time(1)", "1:1: time takes 0 arguments, not 1"),
        ("up[5m] > 1", '1:1: ">" needs scalars or instant vectors, not a range vector'),
        ("-'a'", '1:1: "-" needs a scalar or an instant vector, not a string'),
        ("1 > 2", "1:3: a comparison of scalars needs bool: > bool"),
        ("up and 1", '1:4: "and" needs instant vectors on both sides'),
        ("up or on (a) group_left () up", '1:4: "or" cannot have group_left; remove it'),
        ("1 + on (a) up", "1:5: labels are matched only between instant vectors"),
        ("up / on (a, b) group_left (b) up", "1:6: b is in on (...) already; remove it from group_left"),
        ("(1)[5m:]", "1:1: a subquery needs an instant vector, not a scalar; make a vector of it by vector(...)"),
        ("ratee(up[5m])", '1:1: unknown function "ratee"; did you mean rate?'),
        ("RATE(up[5m])", '1:1: unknown function "RATE"; did you mean rate?'),
        ("xyzzy(up)", '1:1: unknown function "xyzzy"'),
    ],
)
def test_what_does_not_fit_together_is_refused_with_a_cure(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("up[5m", '1:6: unexpected end of text; expected ":" or "]"'),
        ("up[-5m]", "1:4: a range must be longer than 0"),
        ("up[5m:0s]", "1:7: a range must be longer than 0"),
        ("up[5mm]", '1:4: "5mm" is neither a number nor a duration such as 5m or 1h30m'),
        ("up[5m1h]", '1:4: "5m1h" is not a duration; write each unit once, largest first, such as 1h30m'),
        ("up[300y]", '1:4: "300y" is too long; Prometheus knows at most 292 years'),
        ("up[1e10]", "1:4: too long; Prometheus knows at most 292 years"),
        ("up[# a comment\n5m]", '1:4: unexpected "#"; expected a duration such as 5m'),
        ("sum(up)[5m]", "1:8: only a selector can have a range; of other expressions make a subquery such as [30m:1m]"),
        ("up offset 1h [5m]", "1:14: the range must stand before the offset, as in up[5m] offset 1h"),
        ("up @ 0 [5m]", "1:8: the range must stand before @, as in up[5m] @ 1700000000"),
        ("sum(up) offset 5m", "1:9: offset can only stand behind a selector, a range or a subquery"),
        ("up offset 5m offset 5m", "1:14: there is an offset already; remove one"),
        ("up offset NaN", '1:11: unexpected "NaN"; expected a duration such as 5m'),
        ("(up) @ 0", "1:6: @ can only stand behind a selector, a range or a subquery"),
        ("up @ 0 @ 1", "1:8: there is an @ already; remove one"),
        ("up @ Inf", "1:4: this time is out of range; write a Unix time in seconds"),
        ("up @ now", '1:6: unexpected "now"; expected a Unix time in seconds, start() or end()'),
        ("1__0", '1:1: "1__0" is not a number; an underscore may only stand between digits'),
        ("1e999", '1:1: "1e999" is too large; write Inf for infinity'),
        ("0x1e", '1:1: "0x1e" is neither a number nor a duration such as 5m or 1h30m; write it in decimal'),
        ('"a', '1:1: the string is not closed; add " at its end'),
        ('up{a="üü\\q"}', "1:9: unknown escape \\q; write \\\\ for a backslash"),
        ("up[{{.window}}]", "1:4: templates are not filled in here; write a duration such as 5m"),
        ("up[{{.range}}]", "1:4: unknown template; the only one is {{.window}}, for a duration"),
    ],
)
def test_numbers_times_and_strings_that_are_none_are_refused(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("mad_over_time(up[5m])", "1:1: mad_over_time needs Prometheus' feature flag promql-experimental-functions"),
        ("limitk(1, up)", "1:1: limitk needs Prometheus' feature flag promql-experimental-functions"),
        ("start()", "1:1: start needs Prometheus' feature flag promql-experimental-functions"),
        ("up + fill (0) up", "1:6: fill needs Prometheus' feature flag promql-binop-fill-modifiers"),
        ("up anchored", "1:4: anchored needs Prometheus' feature flag promql-extended-range-selectors"),
        ("up[step()]", f"1:4: {DURATIONS}"),
        ("up[(5m)]", f"1:4: {DURATIONS}"),
        ("up offset --5m * 2", f"1:11: {DURATIONS}"),
    ],
)
def test_what_needs_a_feature_flag_is_refused_with_its_name(text: str, refused: str) -> None:
    assert refusal(text) == refused


@pytest.mark.parametrize(
    ("text", "oldest"),
    [
        ("histogram_stddev(up)", (2, 47)),
        ("histogram_avg(up)", (2, 51)),
        ("up[300]", (2, 54)),
        ("time() > bool 5m", (2, 54)),
        ("1_000", (2, 54)),
        ("up offset 0s", (2, 54)),
        ('{"my.metric"}', (3, 0)),
        ('sum by ("job") (up)', (3, 0)),
        ("sum by (a:b) (up)", (3, 0)),
        ("up[+5m]", (3, 4)),
        ("up offset +5m", (3, 4)),
        ("up </ 5", (3, 11)),
        ("up offset -(5m)", (3, 13)),
    ],
)
def test_an_older_prometheus_is_not_given_what_it_does_not_know(text: str, oldest: tuple[int, int]) -> None:
    parse(text, version=oldest)
    with pytest.raises(PromqlError, match=rf"needs Prometheus {oldest[0]}\.{oldest[1]} or newer"):
        parse(text, version=(oldest[0], oldest[1] - 1) if oldest[1] else (oldest[0] - 1, 99))


def test_a_function_that_was_removed_is_accepted_only_for_older_ones() -> None:
    parse("holt_winters(up[5m], 0.5, 0.5)", version=(2, 55))
    assert refusal("holt_winters(up[5m], 0.5, 0.5)") == "1:1: holt_winters was removed in Prometheus 3.0"


def refusal(text: str) -> str:
    with pytest.raises(PromqlError) as refused:
        parse(text)
    return str(refused.value)
