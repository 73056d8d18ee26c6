"""What is asked of Alertmanager in a cycle, and what of it is remembered."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from bursar.compiler.notification_channel import ChannelFacts
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.acknowledgement import ESCALATIONS, Matcher, Occurrence, Silence
from bursar.errors import Unavailable
from bursar.observer import route_books
from bursar.observer.route_books import ActiveAlert
from bursar.surveys.acknowledgements import SharedAcknowledgements
from bursar.surveys.notification_channel import ChannelObserver
from fakes.cluster import FakeClock

RECEIVER = "shop/nchan-oncall/oncall"
KEY = Key(Kind.NOTIFICATION_CHANNEL, "shop", "oncall")
FACTS = {KEY: ChannelFacts(RECEIVER, "x")}
TEXT = f"""
route: {{receiver: root, routes: [{{receiver: {RECEIVER}, matchers: ['bursar_route=~"x"']}}]}}
receivers: [{{name: root}}, {{name: {RECEIVER}}}]
"""
INTERVAL = timedelta(seconds=15)
OCCURRENCE = Occurrence("shop", "AlertRule/deep")


class FakeRoutes:
    """An Alertmanager whose answers are written down."""

    def __init__(self, text: str = TEXT) -> None:
        self.text = text
        self.asked: list[str] = []
        self.failing = False
        self.known: Sequence[Silence] = ()

    async def configuration(self) -> str:
        self._note("configuration")
        return self.text

    async def alerts(self, matchers: Iterable[Matcher], *, receivers: str = "") -> tuple[ActiveAlert, ...]:
        self._note("alerts")
        return (ActiveAlert({}, (RECEIVER,)),)

    async def silences(self, matchers: Iterable[Matcher]) -> tuple[Silence, ...]:
        self._note("silences")
        assert tuple(matchers) == (ESCALATIONS,)
        return tuple(self.known)

    def _note(self, question: str) -> None:
        self.asked.append(question)
        if self.failing:
            raise Unavailable("away")


async def test_two_questions_answer_for_all_channels() -> None:
    routes, observer = FakeRoutes(), ChannelObserver(FakeClock())
    survey = await observer.survey(
        routes, FACTS | {Key(Kind.NOTIFICATION_CHANNEL, "shop", "x"): ChannelFacts("x", "x")}
    )
    assert routes.asked == ["configuration", "alerts"]
    seen = observer.observe(KEY, None, FACTS[KEY], survey, None)
    assert seen.fields["alerts"] == 1
    assert seen.conditions[0].status == "True"
    assert not observer.changed(seen, seen)
    assert observer.changed(seen, observer.stale(None, seen, "away"))


async def test_without_channels_nothing_is_asked() -> None:
    routes = FakeRoutes()
    await ChannelObserver(FakeClock()).survey(routes, {})
    assert routes.asked == []


async def test_a_configuration_is_read_anew_only_when_it_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> Any:
        read.append(text)
        return route_books.read_configuration(text)

    monkeypatch.setattr("bursar.surveys.notification_channel.read_configuration", counted)
    routes, observer = FakeRoutes(), ChannelObserver(FakeClock())
    for _ in range(2):
        await observer.survey(routes, FACTS)
    routes.text += "# changed\n"
    await observer.survey(routes, FACTS)
    assert read == [TEXT, TEXT + "# changed\n"]


async def test_a_configuration_that_is_none_is_no_answer() -> None:
    with pytest.raises(Unavailable, match="not a configuration of Alertmanager"):
        await ChannelObserver(FakeClock()).survey(FakeRoutes("[]"), FACTS)


def silence(clock: FakeClock, *, seconds: float = 60) -> Silence:
    now = clock.now()
    return Silence(OCCURRENCE.matchers, now, now + timedelta(seconds=seconds), "ada", "on it", id="a1")


async def test_acknowledgements_are_asked_for_once_in_a_cycle() -> None:
    clock, routes = FakeClock(), FakeRoutes()
    routes.known = [silence(clock)]
    acknowledgements = SharedAcknowledgements(routes, clock, INTERVAL)
    for _ in range(2):
        assert {key: known.by for key, known in (await acknowledgements.now()).items()} == {OCCURRENCE: "ada"}
    assert len(routes.asked) == 1
    routes.known = []
    clock.elapsed += 15
    assert await acknowledgements.now() == {}


async def test_without_an_answer_an_acknowledgement_counts_until_it_ends() -> None:
    clock, routes = FakeClock(), FakeRoutes()
    routes.known = [silence(clock, seconds=60)]
    acknowledgements = SharedAcknowledgements(routes, clock, INTERVAL)
    await acknowledgements.now()
    routes.failing = True
    clock.elapsed += 59
    assert set(await acknowledgements.now()) == {OCCURRENCE}
    clock.elapsed += 1
    assert await acknowledgements.now() == {}


async def test_without_an_alertmanager_nobody_has_acknowledged_anything() -> None:
    assert await SharedAcknowledgements(None, FakeClock(), INTERVAL).now() == {}
