"""Manifests that are written come back as they were, whoever reads them."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.cli.manifests import as_yaml

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=20))
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
)


@given(st.dictionaries(st.text(max_size=8), DATA, max_size=4))
@settings(deadline=None, max_examples=60)
def test_any_data_comes_back(data: dict[str, Any]) -> None:
    assert yaml.load(as_yaml(data), Loader=yaml.CSafeLoader) == (data or None)


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "~", "null", "1e5", "0x1F", "12:30", "1_000", "2026-11-21", "- a", "a: b", "a #b", "!x", "&x", "%x",
     "", " x", "x ", "\x85", "\u2028", "\ufeff", "\U0001f600", "=", "<<", "a\n", "a\n\nb", "a\n  b", " a\nb", "a \nb"],
)  # fmt: skip
@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
def test_a_text_stays_the_text_it_was(text: str, loader: Any) -> None:
    assert yaml.load(as_yaml({"text": text, "list": [text]}), Loader=loader) == {"text": text, "list": [text]}


def test_an_expression_of_several_lines_is_a_block_that_people_can_read() -> None:
    assert as_yaml({"rules": [{"expr": "a > 1\nor\nb"}]}) == "rules:\n- expr: |-\n    a > 1\n    or\n    b\n"


def test_a_list_in_a_list_is_written_in_json() -> None:
    assert json.loads(as_yaml({"a": [[1, "x"]]}).removeprefix("a:\n- ")) == [1, "x"]
