from datetime import timedelta

import pytest

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import parse
from bursar.domain.promql.windows import substitute_window, windows


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("sum(rate(errors_total[{{.window}}]))", "sum(rate(errors_total[1d12h]))"),
        ("rate(a[ {{ .window }} ]) # {{.window}}", "rate(a[ 1d12h ]) # {{.window}}"),
        ('avg_over_time(a{b="é"}[{{.window}}:{{.window}}])', 'avg_over_time(a{b="é"}[1d12h:1d12h])'),
        ("a offset -{{.window}} - a offset {{.window}}", "a offset -1d12h - a offset 1d12h"),
        ("rate(a[{{.window}}] offset {{.window}}) / b", "rate(a[1d12h] offset 1d12h) / b"),
        ("up", "up"),
    ],
)
def test_a_window_is_filled_in_and_all_else_stays(text: str, filled: str) -> None:
    assert substitute_window(text, timedelta(hours=36)) == filled
    assert parse(filled)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate(a[{{.range}}])", "1:8: unknown template; the only one is {{.window}}, for a duration"),
        ("rate(a[{{ $window }}])", "1:8: unknown template; the only one is {{.window}}, for a duration"),
        ("rate(a[{{.window}}m])", '1:19: unexpected "m"; expected ":" or "]"'),
        ("rate(a[2{{.window}}])", '1:9: unexpected "{{.window}}"; expected ":" or "]"'),
        ("rate(a[-{{.window}}])", "1:8: a range must be longer than 0"),
        ("rate({{.window}}[5m])", '1:6: unexpected "{{.window}}"; expected an expression'),
        ("a > {{.window}}", '1:5: unexpected "{{.window}}"; expected an expression'),
        ("a @ {{.window}}", '1:5: unexpected "{{.window}}"; expected a Unix time in seconds, start() or end()'),
        ("a{{{.window}}}", "1:2: unknown template; the only one is {{.window}}, for a duration"),
        ('a{b="{{.window}}"}', "1:5: templates are not filled in inside of strings"),
        ('label_replace(a, "b", "{{.x}}", "", "")', "1:23: templates are not filled in inside of strings"),
        ("sum(rate(a[{{.window}}])", '1:25: unexpected end of text; expected an operator, "," or ")"'),
    ],
)
def test_templates_elsewhere_and_other_templates_are_refused(text: str, message: str) -> None:
    with pytest.raises(PromqlError) as refused:
        substitute_window(text, timedelta(minutes=5))
    assert str(refused.value) == message


def test_every_window_is_found_in_the_order_of_the_text() -> None:
    text = "rate(a[{{.window}}] offset {{ .window }}) + max_over_time((b)[1h:{{.window}}])"
    expression = parse(text, windows_allowed=True)
    found = [expression.part(window.template) for window in windows(expression)]
    assert found == ["{{.window}}", "{{ .window }}", "{{.window}}"]
    assert not windows(parse("rate(a[5m])"))
