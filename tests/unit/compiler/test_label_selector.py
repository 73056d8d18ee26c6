from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.compiler.label_selector import Requirement, unmet

LABELS = {"release": "kps", "tier": "a"}


@pytest.mark.parametrize(
    ("expression", "met"),
    [
        ({"key": "tier", "operator": "In", "values": ["a", "b"]}, True),
        ({"key": "tier", "operator": "In", "values": ["b"]}, False),
        ({"key": "absent", "operator": "In", "values": ["b"]}, False),
        ({"key": "tier", "operator": "NotIn", "values": ["a"]}, False),
        ({"key": "tier", "operator": "NotIn", "values": ["b"]}, True),
        ({"key": "absent", "operator": "NotIn", "values": ["b"]}, True),
        ({"key": "tier", "operator": "Exists"}, True),
        ({"key": "absent", "operator": "Exists", "values": None}, False),
        ({"key": "tier", "operator": "DoesNotExist"}, False),
        ({"key": "absent", "operator": "DoesNotExist"}, True),
        ({"key": "tier", "operator": "Gt", "values": ["0"]}, False),
    ],
)
def test_an_expression_is_judged_as_kubernetes_judges_it(expression: dict[str, Any], met: bool) -> None:
    assert (unmet({"matchExpressions": [expression]}, LABELS) == ()) is met


def test_all_requirements_must_hold_and_what_fails_is_listed() -> None:
    selector = {
        "matchLabels": {"release": "kps", "team": "sre"},
        "matchExpressions": [{"key": "canary", "operator": "Exists"}],
    }
    assert unmet(selector, LABELS) == (Requirement("team", "In", ("sre",)), Requirement("canary", "Exists"))


@pytest.mark.parametrize("selector", [{}, {"matchLabels": None}, {"matchExpressions": None}])
def test_an_empty_selector_matches_everything(selector: dict[str, Any]) -> None:
    assert unmet(selector, {}) == ()


@pytest.mark.parametrize(
    ("requirement", "text"),
    [
        (Requirement("release", "In", ("kps",)), "release=kps"),
        (Requirement("tier", "In", ("a", "b")), "tier in (a,b)"),
        (Requirement("tier", "NotIn", ("a",)), "tier!=a"),
        (Requirement("tier", "NotIn", ("a", "b")), "tier notin (a,b)"),
        (Requirement("canary", "Exists"), "canary"),
        (Requirement("legacy", "DoesNotExist"), "!legacy"),
    ],
)
def test_a_requirement_is_printed_as_kubectl_prints_it(requirement: Requirement, text: str) -> None:
    assert str(requirement) == text


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz")),
    st.sampled_from("abc"),
    st.lists(st.sampled_from("xyz"), min_size=1),
)
def test_an_operator_and_its_opposite_never_agree(labels: dict[str, str], key: str, values: list[str]) -> None:
    def met(operator: str) -> bool:
        return Requirement(key, operator, tuple(values)).met_by(labels)

    assert met("In") is not met("NotIn")
    assert met("Exists") is not met("DoesNotExist")
