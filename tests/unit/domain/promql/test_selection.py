import pytest

from bursar.domain.promql.expression import parse
from bursar.domain.promql.matcher import Matcher, MatchOperator
from bursar.domain.promql.selection import confined, metric_names, selectors
from bursar.domain.promql.selector import selector_of

TENANT = Matcher("namespace", MatchOperator.EQUAL, "shop")


def test_every_selector_is_found_in_the_order_of_the_text() -> None:
    expression = parse(
        "topk(scalar(a), sum by (x) (rate(b{c='é'}[5m] offset 1h)))"
        ' / on (y) group_left () ({"d.e"} @ 5 or {__name__=~"f.*"}) > -max_over_time(g[1h:])'
    )
    found = selectors(expression)
    assert [expression.part(each.span) for each in found] == [
        *("a", "b{c='é'}", '{"d.e"} @ 5', '{__name__=~"f.*"}', "g"),
    ]
    assert metric_names(expression) == {"a", "b", "d.e", "g"}
    assert [str(selector_of(each)) for each in found] == [
        *("a", 'b{c="é"}', '{__name__="d.e"}', '{__name__=~"f.*"}', "g"),
    ]
    assert [expression.part(each.span) for each in found[1].matchers] == ["c='é'"]


def test_a_selector_in_a_range_ends_before_its_modifiers() -> None:
    expression = parse("rate(up{a='b'} @ start() [5m] offset 1h)")
    (selector,) = selectors(expression)
    assert expression.part(selector.span) == "up{a='b'}"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("up", 'up{namespace="shop"}'),
        ("up # up\n", 'up{namespace="shop"} # up\n'),
        ("up{}", 'up{namespace="shop"}'),
        ("up { # why\n }", 'up {namespace="shop" # why\n }'),
        ("up{a='é', # why\n b=`c` , }", "up{a='é', # why\n b=`c`,namespace=\"shop\" , }"),
        ('{"my.metric"}', '{"my.metric",namespace="shop"}'),
        ("sum by(a)(rate(up[5m]offset 1h))", 'sum by(a)(rate(up{namespace="shop"}[5m]offset 1h))'),
        ("up @ 5 [1h:]", 'up{namespace="shop"} @ 5 [1h:]'),
        ("sum{by='x'} + by", 'sum{by=\'x\',namespace="shop"} + by{namespace="shop"}'),
        ("absent(a) or vector(1)", 'absent(a{namespace="shop"}) or vector(1)'),
        ("topk(scalar(a), b)", 'topk(scalar(a{namespace="shop"}), b{namespace="shop"})'),
        ('up{namespace="other"}', 'up{namespace="other",namespace="shop"}'),
        ('label_replace(a, "up", "b{}", "c", "d")', 'label_replace(a{namespace="shop"}, "up", "b{}", "c", "d")'),
        ("1 + time()", "1 + time()"),
    ],
)
def test_every_selector_is_confined_and_all_else_stays(text: str, inside: str) -> None:
    assert confined(parse(text), TENANT) == inside
    assert all(TENANT in selector_of(each).matchers for each in selectors(parse(inside)))


def test_a_value_cannot_break_out_of_its_matcher() -> None:
    sly = Matcher("namespace", MatchOperator.EQUAL, '"} or up{a="')
    text = confined(parse("up"), sly)
    assert [selector_of(each).matchers for each in selectors(parse(text))] == [(sly,)]
