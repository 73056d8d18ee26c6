"""A channel as Alertmanager sees it."""

import pytest
import yaml

from bursar.compiler.notification_channel import ChannelFacts
from bursar.observer.notification_channel import changed, observe_channel, stale
from bursar.observer.route_books import ActiveAlert, Configured, RouteBooks, count_alerts, read_configuration
from bursar.observer.samples import Observed
from fakes.answers import AT

RECEIVER = "shop/nchan-oncall/oncall"
FACTS = ChannelFacts(RECEIVER, r"SLA/check\.out/[^/]+/critical/1")
CONFIGURATION = r"""
global: {resolve_timeout: 5m}
route:
  receiver: root
  routes:
  - receiver: shop/nchan-oncall/oncall
    matchers:
    - namespace="shop"
    - bursar_route=~"SLA/check\\.out/[^/]+/critical/1"
    continue: true
    routes:
    - receiver: shop/nchan-oncall/oncall
      matchers: ['bursar_route=~".+/low/[0-9]+"']
  - receiver: shop/nchan-quiet/quiet
    match: {team: x}
receivers:
- name: root
- name: shop/nchan-oncall/oncall
- name: shop/nchan-quiet/quiet
"""


def books(text: str = CONFIGURATION, **alerts: int) -> RouteBooks:
    return RouteBooks(AT, read_configuration(text), {RECEIVER: alerts.get("alerts", 0)})


def loaded(seen: Observed) -> tuple[str, str, str]:
    (condition,) = seen.conditions
    return condition.status, condition.reason, condition.message


def test_a_channel_whose_newest_route_runs_is_loaded() -> None:
    seen = observe_channel(FACTS, books(alerts=12))
    assert seen.fields == {"receiver": RECEIVER, "alerts": 12, "asOf": "2026-11-21T07:00:00Z"}
    assert loaded(seen)[:2] == ("True", "Loaded")


def test_a_route_below_another_one_counts_as_well() -> None:
    nested = ChannelFacts(RECEIVER, ".+/low/[0-9]+")
    assert loaded(observe_channel(nested, books()))[0] == "True"


def test_a_route_that_is_not_the_newest_is_not_loaded() -> None:
    status, reason, message = loaded(observe_channel(ChannelFacts(RECEIVER, "SLA/other/[^/]+/[^/]+/1"), books()))
    assert (status, reason) == ("False", "NotLoaded")
    assert message.startswith("Alertmanager runs with an older route to it; a change takes up to two minutes; ")


def test_a_channel_that_is_left_out_is_told_with_where_to_look() -> None:
    status, reason, message = loaded(observe_channel(ChannelFacts("shop/nchan-new/new", "nobody"), books()))
    assert (status, reason) == ("False", "NotLoaded")
    assert message.startswith("Alertmanager runs without this channel; ")
    for word in ("Selected", "SecretFound", "prometheus-operator", "alertmanagerUrl"):
        assert word in message


def test_without_an_answer_the_last_one_stays_and_the_route_is_unknown() -> None:
    seen = stale(observe_channel(FACTS, books(alerts=3)), "connection refused")
    assert seen.fields["alerts"] == 3
    assert loaded(seen) == ("Unknown", "Unreachable", "no answer since 2026-11-21T07:00:00Z: connection refused")
    assert loaded(stale(None, "away")) == ("Unknown", "Unreachable", "no answer yet: away")


def test_time_alone_is_no_news_but_an_alert_and_a_verdict_are() -> None:
    seen = observe_channel(FACTS, books(alerts=3))
    assert not changed(Observed({**seen.fields, "asOf": "2026-11-21T06:00:00Z"}, seen.conditions), seen)
    assert changed(observe_channel(FACTS, books(alerts=2)), seen)
    assert changed(stale(seen, "away"), seen)


def test_alerts_are_counted_at_every_receiver_that_is_told_of_them() -> None:
    alerts = [
        ActiveAlert({}, (RECEIVER, "root")),
        ActiveAlert({}, (RECEIVER,)),
        ActiveAlert({}, (RECEIVER,), quiet=True),
    ]
    assert count_alerts(alerts) == {RECEIVER: 2, "root": 1}


def test_an_expression_is_read_back_as_it_was_meant() -> None:
    matchers = [r'bursar_route=~"x\\.y\"z\n"', 'bursar_route="other"']
    text = yaml.safe_dump({"route": {"receiver": "a", "matchers": matchers}, "receivers": []})
    assert read_configuration(text).expressions == {"a": frozenset({'x\\.y"z\n'})}


@pytest.mark.parametrize("text", ["", "[]", "route: {}", "a: [", "route: []\nreceivers: 3", "receivers: []\nroute: x"])
def test_garbage_is_no_configuration(text: str) -> None:
    with pytest.raises(ValueError, match="not a configuration of Alertmanager"):
        read_configuration(text)


def test_nothing_is_configured_where_nothing_was_read() -> None:
    assert loaded(observe_channel(FACTS, RouteBooks(AT, Configured())))[0] == "False"
