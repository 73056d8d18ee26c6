from datetime import timedelta

from bursar.compiler.mentions import Mentions
from bursar.compiler.plan import Key
from bursar.conventions import Kind, Severity
from bursar.domain.notify import Notice, Step
from bursar.domain.routes import Call, Mention
from bursar.engine.mentions import MentionIndex

ALL = tuple(sorted(Severity))
TARGET = Key(Kind.MONITORING_TARGET, "shop", "checkout")
SLA = Key(Kind.SLA, "shop", "checkout")
RULE = Key(Kind.ALERT_RULE, "shop", "queue")


def channel(name: str, namespace: str = "shop") -> Key:
    return Key(Kind.NOTIFICATION_CHANNEL, namespace, name)


def telling(*channels: str) -> tuple[Notice, ...]:
    return (Notice(frozenset(), (Step(timedelta(), channels),)),)


def test_a_channel_is_told_of_what_names_it() -> None:
    index = MentionIndex()
    assert index.put(RULE, Mentions(telling("oncall", "team"))) == {channel("oncall"), channel("team")}
    assert index.mentions(channel("oncall")) == (Mention(Kind.ALERT_RULE, "queue", Call(ALL, 1)),)
    assert index.naming(channel("team")) == {RULE}


def test_a_name_is_local_to_its_namespace() -> None:
    index = MentionIndex()
    index.put(RULE, Mentions(telling("oncall")))
    assert index.mentions(channel("oncall", "shop-eu")) == ()


def test_only_the_channels_that_come_and_go_are_concerned() -> None:
    index = MentionIndex()
    index.put(RULE, Mentions(telling("oncall", "team")))
    assert index.put(RULE, Mentions(telling("oncall", "lead"))) == {channel("team"), channel("lead")}
    assert index.put(RULE, Mentions(telling("lead", "oncall"))) == frozenset()
    assert index.naming(channel("team")) == frozenset()


def test_without_a_list_of_its_own_a_resource_borrows_that_of_its_target() -> None:
    index = MentionIndex()
    index.put(SLA, Mentions(inherits=TARGET))
    assert index.put(TARGET, Mentions(telling("oncall"), speaks=False)) == {channel("oncall")}
    assert index.naming(channel("oncall")) == {SLA}
    assert index.put(TARGET, Mentions(telling("team"), speaks=False)) == {channel("oncall"), channel("team")}
    assert index.naming(channel("team")) == {SLA}


def test_the_nearest_list_counts_whole() -> None:
    index = MentionIndex()
    index.put(TARGET, Mentions(telling("oncall")))
    index.put(SLA, Mentions(telling("team"), TARGET))
    assert index.naming(channel("oncall")) == {TARGET}
    assert index.put(SLA, Mentions((), TARGET)) == {channel("oncall"), channel("team")}
    assert index.naming(channel("oncall")) == {TARGET, SLA}


def test_a_deleted_resource_names_nobody() -> None:
    index = MentionIndex()
    index.put(RULE, Mentions(telling("oncall")))
    assert index.remove(RULE) == {channel("oncall")}
    assert index.mentions(channel("oncall")) == ()


def test_the_list_of_a_deleted_target_stays_with_those_who_borrow_it_because_their_alerts_stay() -> None:
    index = MentionIndex()
    index.put(TARGET, Mentions(telling("oncall")))
    index.put(SLA, Mentions(inherits=TARGET))
    assert index.remove(TARGET) == {channel("oncall")}
    assert index.naming(channel("oncall")) == {SLA}


def test_the_list_of_a_deleted_target_goes_with_its_last_borrower() -> None:
    index = MentionIndex()
    index.put(TARGET, Mentions(telling("oncall")))
    index.put(SLA, Mentions(inherits=TARGET))
    index.remove(TARGET)
    index.remove(SLA)
    assert index.put(SLA, Mentions(inherits=TARGET)) == frozenset()
