"""What a channel says about the Secrets that it needs."""

from collections.abc import Mapping

import pytest

from bursar.api.fields import SecretRef
from bursar.compiler.plan import Condition
from bursar.compiler.secrets import secret_found, waits_for_secret
from fakes.world import World

KEY = SecretRef(name="pagerduty", key="routingKey")
PASSWORD = SecretRef(name="mail", key="password")


def found(secrets: Mapping[str, frozenset[str]] | None, *references: SecretRef) -> Condition:
    return secret_found("shop", references or (KEY,), World(secrets=secrets))


def test_a_key_that_is_there_is_found() -> None:
    condition = found({"pagerduty": frozenset({"routingKey", "other"})})
    assert (condition.status, condition.reason, waits_for_secret(condition)) == ("True", "Found", None)


def test_a_channel_without_credentials_needs_none() -> None:
    condition = secret_found("shop", (), World())
    assert (condition.status, condition.message) == ("True", "no Secret is needed")


def test_a_secret_that_is_missing_is_waited_for_and_the_message_says_how_to_make_it() -> None:
    condition = found({})
    assert (condition.status, condition.reason) == ("False", "SecretMissing")
    assert "kubectl create secret generic pagerduty -n shop --from-literal=routingKey=…" in condition.message
    assert "leaves out the whole object, also one that has worked before" in condition.message
    waiting = waits_for_secret(condition)
    assert waiting is not None
    assert (waiting.reason, waiting.message) == ("DependencyNotReady", condition.message)


@pytest.mark.parametrize(("names", "there"), [(frozenset({"b", "a"}), "it has a, b;"), (frozenset(), "it is empty;")])
def test_a_key_that_is_missing_is_named_with_those_that_are_there(names: frozenset[str], there: str) -> None:
    condition = found({"pagerduty": names})
    assert (condition.status, condition.reason) == ("False", "KeyMissing")
    assert there in condition.message
    assert """kubectl patch secret pagerduty -n shop -p '{"stringData":{"routingKey":"…"}}'""" in condition.message


def test_one_of_several_that_is_missing_decides() -> None:
    assert found({"pagerduty": frozenset({"routingKey"})}, KEY, PASSWORD).reason == "SecretMissing"


def test_what_may_not_be_read_is_unknown_and_holds_nothing_up() -> None:
    condition = found(None)
    assert (condition.status, condition.reason, waits_for_secret(condition)) == ("Unknown", "NotPermitted", None)
    assert "the chart's value rbac.secrets" in condition.message
