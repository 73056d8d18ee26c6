import re
from datetime import timedelta

import pytest

from bursar.conventions import Kind, Severity
from bursar.domain.notify import Notice, Step
from bursar.domain.routes import NOBODY, Call, Mention, calls, expression, severity_expression

ALL = tuple(sorted(Severity))
AT_ONCE = timedelta()
LATER = timedelta(minutes=15)
PAGE = Call(("critical",), 1)


def notice(*steps: Step, severities: tuple[str, ...] = ()) -> Notice:
    return Notice(frozenset(severities), steps)


def finds(wanted: str, route: str) -> bool:
    """Whether Alertmanager would: it anchors expressions at both ends."""
    return re.fullmatch(wanted, route) is not None


def test_a_channel_of_every_severity_is_called_for_all_of_them_at_once() -> None:
    assert calls((notice(Step(AT_ONCE, ("oncall",))),)) == {"oncall": (Call(ALL, 1),)}


def test_a_channel_of_an_escalation_is_called_at_the_position_of_its_step() -> None:
    found = calls((notice(Step(AT_ONCE, ("oncall",)), Step(LATER, ("lead",)), severities=("critical",)),))
    assert found == {"oncall": (PAGE,), "lead": (Call(("critical",), 2),)}


def test_the_position_of_a_step_may_differ_by_severity() -> None:
    found = calls(
        (
            notice(Step(AT_ONCE, ("oncall",)), severities=("critical",)),
            notice(Step(LATER, ("lead",))),
        )
    )
    assert found["lead"] == (
        Call(("high", "info", "low", "medium"), 1),
        Call(("critical",), 2),
    )


@pytest.mark.parametrize(
    ("route", "found"),
    [
        ("SLA/checkout/availability/critical/1", True),
        ("SLA/checkout/latency/critical/1", True),
        ("SLA/checkout/availability/high/1", False),
        ("SLA/checkout/availability/critical/2", False),
        ("SLA/checkout/availability/critical/11", False),
        ("SLA/checkout-eu/availability/critical/1", False),
        ("SLA/eu-checkout/availability/critical/1", False),
        ("MonitoringTarget/checkout/availability/critical/1", False),
        ("SLA/checkout/critical/1", False),
    ],
)
def test_all_alerts_of_a_resource_are_found_and_those_of_no_other(route: str, found: bool) -> None:
    assert finds(expression([Mention(Kind.SLA, "checkout", PAGE)]), route) is found


def test_an_alert_rule_has_no_parts() -> None:
    wanted = expression([Mention(Kind.ALERT_RULE, "queue", Call(ALL, 1))])
    assert finds(wanted, "AlertRule/queue/high/1")
    assert not finds(wanted, "AlertRule/queue/deep/high/1")


def test_a_dot_in_a_name_is_a_dot() -> None:
    wanted = expression([Mention(Kind.ALERT_RULE, "a.b", PAGE)])
    assert finds(wanted, "AlertRule/a.b/critical/1")
    assert not finds(wanted, "AlertRule/axb/critical/1")


def test_what_is_alike_is_written_once_and_in_one_order() -> None:
    mentions = [Mention(Kind.SLA, name, call) for name in ("b", "a") for call in (Call(("high",), 2), PAGE)]
    assert expression(mentions) == "SLA/(a|b)/[^/]+/critical/1|SLA/(a|b)/[^/]+/high/2"
    assert expression(reversed(mentions)) == expression(mentions)


def test_ten_thousand_resources_take_little_more_than_their_names() -> None:
    names = [f"service-{number:05}" for number in range(10_000)]
    assert len(expression(Mention(Kind.SLA, name, PAGE) for name in names)) < sum(len(name) + 3 for name in names)


@pytest.mark.parametrize("route", ["", "AlertRule/nobody/high/1"])
def test_a_channel_that_nobody_names_finds_nothing(route: str) -> None:
    assert expression([]) == NOBODY
    assert not finds(expression([]), route)


@pytest.mark.parametrize(
    ("route", "found"),
    [
        ("AlertRule/queue/low/1", True),
        ("SLA/checkout/availability/medium/12", True),
        ("SLA/low/availability/high/1", False),
        ("SLA/checkout/low/high/1", False),
    ],
)
def test_alerts_of_some_severities_are_found(route: str, found: bool) -> None:
    assert finds(severity_expression(["medium", "low"]), route) is found
