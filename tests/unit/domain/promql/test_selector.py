import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.matcher import Matcher, MatchOperator
from bursar.domain.promql.selector import MAX_LENGTH, Selector, parse_selector

EXAMPLE = 'http_requests_total{job="checkout"}'


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("up", "up"),
        ("up{}", "up"),
        (":a:b", ":a:b"),
        (' up { a = "b" , c!~"d" , } # why', 'up{a="b",c!~"d"}'),
        ("up{a='b',c=`d`,e!=\"\"}", 'up{a="b",c="d",e!=""}'),
        ('{__name__="up",a="b"}', 'up{a="b"}'),
        ('{__name__=~"up.*"}', '{__name__=~"up.*"}'),
        ('{__name__="a",__name__!="b"}', '{__name__="a",__name__!="b"}'),
        ('{__name__="on"}', '{__name__="on"}'),
        ('{"my.metric","a.b"="c"}', '{__name__="my.metric","a.b"="c"}'),
        ('{job="x"}', '{job="x"}'),
        ('sum{by="x"}', 'sum{by="x"}'),
        ('{a!~""}', '{a!~""}'),
        ('{a!=""}', '{a!=""}'),
    ],
)
def test_a_selector_is_printed_in_its_canonical_form(text: str, canonical: str) -> None:
    selector = parse_selector(text)
    assert str(selector) == canonical
    assert parse_selector(canonical) == selector


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"1:1: unexpected end of text; expected a selector such as {EXAMPLE}"),
        ("5", f'1:1: unexpected "5"; expected a selector such as {EXAMPLE}'),
        ("sum(up)", f"1:4: functions and aggregations are not allowed here; write a selector such as {EXAMPLE}"),
        ("up[5m]", "1:3: a range is not allowed here: Bursar adds the windows itself; remove [...]"),
        ("up offset 5m", "1:4: offset and @ are not allowed here: Bursar reads the present; remove them"),
        ("up @ 0", "1:4: offset and @ are not allowed here: Bursar reads the present; remove them"),
        ("up + up", "1:4: operators are not allowed here; write one selector, and combine by matchers"),
        ("up or up", "1:4: operators are not allowed here; write one selector, and combine by matchers"),
        ("up up", '1:4: unexpected "up"; expected the end of the selector'),
        ("up)", '1:3: unexpected ")"; expected the end of the selector'),
        ("up{a}", '1:5: unexpected "}"; expected one of = != =~ !~'),
        ("up{a=b}", '1:6: unexpected "b"; expected a value in quotes'),
        ("up{,}", '1:4: unexpected ","; expected a label or "}"'),
        ('up{a="b"', '1:9: unexpected end of text; expected "," or "}"'),
        ('up{a="b" c="d"}', '1:10: unexpected "c"; expected "," or "}"'),
        ('up{\n a="b}', '2:4: the string is not closed; add " at its end'),
        ('up{""="x"}', "1:4: a label needs a name; write it in the quotes"),
        ('up{"other"}', "1:4: the metric is named already (up); remove this second name"),
        ('up{__name__=~"b"}', "1:4: the metric is named already (up); remove this second name"),
        ("On", '1:1: On is a word of PromQL; write {__name__="On"}'),
        ('up{a="\\q"}', "1:7: unknown escape \\q; write \\\\ for a backslash"),
        ("{}", f"1:1: this may match every series there is; name a metric, as in {EXAMPLE}"),
        ('{a=~".*"}', f"1:1: this may match every series there is; name a metric, as in {EXAMPLE}"),
        ('{a="",b!="x"}', f"1:1: this may match every series there is; name a metric, as in {EXAMPLE}"),
        ('{__name__=""}', f"1:1: this may match every series there is; name a metric, as in {EXAMPLE}"),
        ("a" * 4097, f"1:{MAX_LENGTH + 1}: longer than {MAX_LENGTH} characters; use fewer or shorter matchers"),
        (
            'up{a=~"(b"}',
            "1:7: '(b' is no regular expression to Prometheus: a ( is not closed; add ) (character 3)",
        ),
    ],
)
def test_what_is_no_selector_is_refused_with_place_and_cure(text: str, message: str) -> None:
    with pytest.raises(PromqlError) as refusal:
        parse_selector(text)
    assert str(refusal.value) == message


NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MATCHERS = st.builds(
    Matcher,
    label=(NAMES | TEXTS.filter(bool)).filter(lambda label: label != "__name__"),
    operator=st.sampled_from([MatchOperator.EQUAL, MatchOperator.NOT_EQUAL]),
    value=TEXTS,
)


@given(st.builds(Selector, metric=NAMES | TEXTS.filter(bool), matchers=st.lists(MATCHERS, max_size=4).map(tuple)))
def test_what_is_printed_is_read_back(selector: Selector) -> None:
    assert parse_selector(str(selector)) == selector


def test_long_texts_are_read_in_linear_time() -> None:
    for text in ("{" * 4096, 'up{a=~"' + "(" * 4000 + '"}', "up" + " " * 4000 + "!", 'up{a=~"' + "[[:" * 1300 + '"}'):
        with pytest.raises(PromqlError):
            parse_selector(text)


def test_a_condition_is_added_behind_the_others() -> None:
    selector = parse_selector('up{a="b"}').where("c", MatchOperator.REGEXP, 'd|"')
    assert str(selector) == 'up{a="b",c=~"d|\\""}'
    assert selector.labels == {"a", "c"}


@pytest.mark.parametrize("name", ["seconds", "seconds_bucket", "seconds_count", "seconds_sum"])
def test_a_histogram_is_known_by_its_name_and_by_its_parts(name: str) -> None:
    assert str(parse_selector(f'{name}{{a="b"}}').histogram_part("bucket")) == 'seconds_bucket{a="b"}'


def test_a_histogram_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="names no metric; a histogram needs its name"):
        parse_selector('{a="b"}').histogram_part("count")
