import pytest

from bursar.domain.promql.comparison import Comparison, comparison
from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a < 0.5", Comparison("a", "<", "", "0.5")),
        ("0.5>=a", Comparison("0.5", ">=", "", "a")),
        (" ( ( sum(a) # c\n == 1 ) ) # d", Comparison("sum(a)", "==", "", "1")),
        ("a + b != on (x) group_left (y) c * 2", Comparison("a + b", "!=", "on (x) group_left (y)", "c * 2")),
        ('a{b="é"} <= (c or d)', Comparison('a{b="é"}', "<=", "", "(c or d)")),
        ("a > (b > bool 1)", Comparison("a", ">", "", "(b > bool 1)")),
        ("sum(a > 1) > 2", Comparison("sum(a > 1)", ">", "", "2")),
    ],
)
def test_one_comparison_is_taken_apart(text: str, parts: Comparison) -> None:
    assert comparison(parse(text)) == parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "1:1: write one comparison, such as latency < 0.5"),
        ("a < 1 and b < 2", "1:1: write one comparison, such as latency < 0.5"),
        ("a </ 1", "1:1: write one comparison, such as latency < 0.5"),
        ("\n(a < bool 1)", "2:2: remove bool behind <"),
        ("0 < a < 1", "1:1: this comparison is a side of another; write only one"),
        ("a > ((b > 1))", "1:7: this comparison is a side of another; write only one"),
    ],
)
def test_anything_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(PromqlError) as refused:
        comparison(parse(text))
    assert str(refused.value) == message
