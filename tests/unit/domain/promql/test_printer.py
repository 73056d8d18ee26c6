import pytest

from bursar.domain.promql.expression import parse
from bursar.domain.promql.printer import print_canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (" up { b = 'x' , a=~`y` , } # why", 'up{b="x",a=~"y"}'),
        ('{"my.metric"}', '{__name__="my.metric"}'),
        ("SUM(up)BY(a,'b.c',\"inf\",on)", 'sum by (a, "b.c", "inf", on) (up)'),
        ("sum by () (up)", "sum(up)"),
        ("sum without () (up)", "sum without () (up)"),
        ("topk(1,up)", "topk(1, up)"),
        ("up[300]offset 60", "up[5m] offset 1m"),
        ("up offset -90s@5", "up @ 5 offset -1m30s"),
        ("up @ start ( ) [1w]", "up[1w] @ start()"),
        ("up[0.5]", "up[0.5]"),
        ("(up)[90d:]", "(up)[90d:]"),
        ("(up)[1y:1m] @ end()", "(up)[1y:1m] @ end()"),
        ("a==bool on()group_left b", "a == bool on () group_left () b"),
        ("a*ignoring(x)group_right(y)b", "a * ignoring (x) group_right (y) b"),
        ("a / ignoring () b", "a / b"),
        ("- - 1 ^ -a", "--1 ^ -a"),
        ("0x1F + 010 + 1_000 + 1e3 + .5 + 1e+20", "31 + 8 + 1000 + 1000 + 0.5 + 1e+20"),
        ("-inf + NAN + -0", "-Inf + NaN + -0"),
        ("time() > bool 90m", "time() > bool 1h30m"),
        ("a OR b UnLess c", "a or b unless c"),
        (r"""label_replace(a, 'b', "\x41\n", `\`, '')""", r'label_replace(a, "b", "A\n", "\\", "")'),
    ],
)
def test_an_expression_is_printed_in_its_canonical_form(text: str, canonical: str) -> None:
    assert print_canonical(parse(text).root) == canonical
    assert print_canonical(parse(canonical).root) == canonical


def test_templates_are_printed_as_they_are_written() -> None:
    expression = parse("rate(a[{{ .window }}] offset -{{.window}})", windows_allowed=True)
    assert print_canonical(expression.root) == "rate(a[{{.window}}] offset -{{.window}})"
