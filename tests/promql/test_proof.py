"""Our parser against Prometheus' own; `python -m tests.promql.proof` is the long form."""

import random
import re
from pathlib import Path
from typing import Final

import pytest

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.expression import parse
from bursar.domain.promql.functions import FUNCTIONS, NEWEST
from bursar.domain.promql.nodes import ValueType
from promql.corpus import evaluated, generated_rules
from promql.generated import Generator, expressions
from promql.judge import judge, refused
from promql.proof import differences, parsed, purposeful
from sandbox.modules import MODULE_OF
from sandbox.sources import go_source

GENERATED: Final = 3000
OLDER: Final = (2, 42)  # promtool-2

# They parse, but Prometheus' tests expect them to fail whenever they are evaluated.
REFUSED_ON_PURPOSE: Final = {
    'count_values("a\\xc5z", version)',
    'label_replace(testmetric, "\\xff", "", "src", "(.*)")',
}
# What surprises who has only read the documentation.
ODDITIES: Final = (
    *("up offset 0s offset 5m", "up offset 0s [5m] offset 1h", "up @ start() [5m]", "up @ end() [5m:] @ 5 offset -1m"),
    *("up offset -5m ^ 2", "up offset -(5m) + 1", "up offset --5m == 1", "up[- -5m]", "up[5m # why\n:# why\n1m]"),
    *("1 + on () group_left () up", "- 1 ^ 2", "2 ^ -1 ^ up", "-up offset 5m", "(-up @ 5)[1h:]", "up < up == up"),
    *("and and and or or or unless unless unless", "sum by (by) (by)", "without", "fill + fill_left", "sum{sum='x'}"),
    *('{"", a="b"}', '{a="", b!=""}', '{"up", "down"}', "{''=~'.+'}", 'count_values(("a"), up)', "rate((up[5m]))"),
    *("0x1e -1", "010", "08", "1e-400", "99999999999999999999", "0777777777777777777777777", "0x_1", "1.e5", ".5_0"),
    *(
        "up @ 5m",
        "up @ -1e15",
        "up offset 9223372036",
        "up[292y]",
        "label_join(up, 'a', 'b')",
        "hour()",
        '"text"',
        "inf",
    ),
)
FUNCTION: Final = re.compile(
    r'\n\t"(?P<name>\w+)": \{(?:\n\t\t(?:ArgTypes: +\[\]ValueType\{(?P<arguments>.*)\}|ReturnType: +(?P<returns>\w+)'
    r"|Variadic: +(?P<variadic>-?\d+)|Experimental: (?P<flagged>true)|Name: .*),)+\n\t\}"
)
TYPES: Final = {
    "ValueTypeVector": ValueType.VECTOR,
    "ValueTypeMatrix": ValueType.RANGE,
    "ValueTypeScalar": ValueType.SCALAR,
    "ValueTypeString": ValueType.STRING,
}


@pytest.fixture(scope="module")
def prometheus() -> Path:
    """The sources of the Prometheus that the sandbox runs."""
    return go_source("github.com/prometheus/prometheus", MODULE_OF["prometheus"])


def test_we_agree_with_prometheus_on_all_that_its_own_tests_evaluate() -> None:
    texts = list(evaluated())
    found = differences(texts)
    assert {difference.expression for difference in found} == REFUSED_ON_PURPOSE
    assert all(map(purposeful, found))
    flagged = sum(verdict.flagged for verdict in judge(texts))
    print(f"{len(texts)} expressions, {flagged} of them need a feature flag")
    assert len(texts) - flagged > 1500


def test_we_agree_with_prometheus_on_what_is_odd() -> None:
    assert not [text for text in ODDITIES if isinstance(parsed(text), PromqlError)]
    assert differences(ODDITIES) == []


def test_we_agree_with_prometheus_on_damaged_versions_of_them() -> None:
    generator = Generator(random.Random(5))
    texts = [generator.damaged(text) for text in evaluated()]
    assert [each for each in differences(texts) if not purposeful(each)] == []


def test_we_agree_with_prometheus_on_our_own_rules() -> None:
    texts = list(generated_rules())
    assert not [text for text in texts if isinstance(parsed(text), PromqlError)]
    assert differences(texts) == []


def test_we_agree_with_prometheus_on_generated_expressions() -> None:
    texts = list(expressions(GENERATED, seed=1))
    assert differences(texts) == []
    accepted = sum(not isinstance(parsed(text), PromqlError) for text in texts)
    assert 0.3 < accepted / len(texts) < 0.7


def test_promtool_refuses_what_we_refuse(tmp_path: Path) -> None:
    texts = [text for text in expressions(GENERATED, seed=2) if text.strip()]
    ours = {index for index, text in enumerate(texts) if isinstance(parsed(text), PromqlError)}
    assert refused("promtool", texts, tmp_path) == ours


def test_an_older_prometheus_accepts_what_we_accept_for_it(tmp_path: Path) -> None:
    texts = [*expressions(GENERATED, seed=3), *evaluated()]
    ours = [text for text in texts if accepted(text, OLDER)]
    assert len(ours) > GENERATED / 4
    assert [ours[index] for index in refused("promtool-2", ours, tmp_path)] == []


def test_by_default_all_is_accepted_that_the_sandbox_knows(prometheus: Path) -> None:
    assert re.search(r"@v0\.(\d)(\d\d)\.", str(prometheus)).groups() == tuple(map(str, NEWEST))  # type: ignore[union-attr]


def test_the_functions_are_those_of_prometheus(prometheus: Path) -> None:
    source = (prometheus / "promql/parser/functions.go").read_text()
    theirs = {found["name"]: found for found in FUNCTION.finditer(source)}
    assert source.count("\n\t\tName: ") == len(theirs)
    assert set(theirs) == {name for name, function in FUNCTIONS.items() if function.until is None}
    for name, found in theirs.items():
        function = FUNCTIONS[name]
        assert function.flagged == bool(found["flagged"]), name
        if not function.flagged:
            arguments = tuple(TYPES[each] for each in re.findall(r"\w+", found["arguments"]))
            assert (function.arguments, function.returns) == (arguments, TYPES[found["returns"]]), name
            assert (function.optional, function.repeats) == _variadic(found["variadic"]), name


def accepted(text: str, version: tuple[int, int]) -> bool:
    try:
        return bool(parse(text, version=version))
    except PromqlError:
        return False


def _variadic(number: str | None) -> tuple[int, bool]:
    """Return how many of the arguments are optional, and whether the last one repeats."""
    return (0, False) if number is None else (1, int(number) < 0)
