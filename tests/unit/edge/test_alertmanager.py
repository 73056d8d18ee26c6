"""How Alertmanager's answers, refusals and garbage are read; a small HTTP server plays its part."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bursar.domain.acknowledgement import Matcher, Silence
from bursar.edge.alertmanager import AlertmanagerServer
from bursar.edge.web_server import FAILURES_UNTIL_OPEN
from bursar.errors import Unavailable
from bursar.observer.route_books import ActiveAlert

ENTRY = {
    "id": "a1",
    "status": {"state": "active"},
    "matchers": [{"name": "x", "value": "1", "isEqual": False, "isRegex": False}],
    "startsAt": "2026-11-21T07:00:00.250Z",
    "endsAt": "2026-11-21T09:00:00.000Z",
    "createdBy": "ada",
    "comment": "on it",
}
SILENCE = Silence(
    matchers=frozenset({Matcher("x", "1", equal=False)}),
    starts_at=datetime(2026, 11, 21, 7, 0, 0, 250_000, tzinfo=UTC),
    ends_at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
    by="ada",
    comment="on it",
    id="a1",
)


class Stage:
    """Answers with whatever a test puts into `status` and `body`."""

    def __init__(self) -> None:
        self.status, self.body = 200, "[]"
        self.asked: list[tuple[str, str, list[str], Any]] = []
        self.alertmanager: AlertmanagerServer

    async def handle(self, request: web.Request) -> web.Response:
        sent = await request.text()
        filters = request.query.getall("filter", [])
        self.asked.append((request.method, request.path, filters, json.loads(sent) if sent else None))
        assert request.headers["X-Scope-OrgID"] == "t"
        return web.Response(status=self.status, text=self.body)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", stage.handle)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        url = str(server.make_url("/prefix/").with_user("u").with_password("hush"))
        headers = {"X-Scope-OrgID": "t"}
        stage.alertmanager = AlertmanagerServer(session, url, timeout_seconds=2, headers=headers)
        yield stage


async def test_the_running_configuration_is_read(stage: Stage) -> None:
    stage.body = json.dumps({"config": {"original": "route: {}\n"}})
    assert await stage.alertmanager.configuration() == "route: {}\n"
    assert stage.asked[0][:2] == ("GET", "/prefix/api/v2/status")


async def test_alerts_are_read_with_their_receivers_and_whether_they_are_quiet(stage: Stage) -> None:
    receivers = [{"name": "shop/nchan-a/a"}, {"name": "root"}]
    stage.body = json.dumps(
        [
            {"labels": {"a": "1"}, "receivers": receivers, "status": {"silencedBy": [], "inhibitedBy": []}},
            {"labels": {}, "receivers": [], "status": {"silencedBy": ["x"], "inhibitedBy": []}},
            {"labels": {}, "receivers": [], "status": {"silencedBy": [], "inhibitedBy": ["y"]}},
        ]
    )
    alerts = await stage.alertmanager.alerts([Matcher("a", "1"), Matcher("b", "", equal=False)])
    assert alerts[0] == ActiveAlert({"a": "1"}, ("shop/nchan-a/a", "root"))
    assert [alert.quiet for alert in alerts] == [False, True, True]
    assert stage.asked[0][2] == ['a="1"', 'b!=""']


async def test_a_silence_is_read_and_written_back_as_it_was(stage: Stage) -> None:
    stage.body = json.dumps([ENTRY, {**ENTRY, "status": {"state": "expired"}}])
    first, second = await stage.alertmanager.silences([Matcher("x", "1", equal=False)])
    assert stage.asked[0][2] == ['x!="1"']
    assert first == SILENCE
    assert not second.active
    stage.body = json.dumps({"silenceID": "a2"})
    assert await stage.alertmanager.put_silence(first) == "a2"
    written = stage.asked[-1][3]
    assert written["id"] == "a1"
    assert written["matchers"] == ENTRY["matchers"]
    assert datetime.fromisoformat(written["startsAt"]) == SILENCE.starts_at


async def test_a_silence_is_ended_by_its_id(stage: Stage) -> None:
    stage.body = ""
    await stage.alertmanager.expire("a1")
    assert stage.asked[0][:2] == ("DELETE", "/prefix/api/v2/silence/a1")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, "<html>", "no Alertmanager answer: b'<html>'"),
        (200, '{"status": 1}', "no Alertmanager answer"),
        (200, '[{"labels": {}}]', "no Alertmanager answer"),
        (400, "bad matcher format", "400 bad matcher format"),
        (503, "", "503"),
    ],
)
async def test_what_is_no_answer_is_told_with_the_address_but_not_with_its_password(
    stage: Stage, status: int, body: str, said: str
) -> None:
    stage.status, stage.body = status, body
    with pytest.raises(Unavailable) as refused:
        await stage.alertmanager.silences([])
    assert said in str(refused.value)
    assert "/prefix/api/v2/silences" in str(refused.value)
    assert "hush" not in str(refused.value)


async def test_an_alertmanager_that_fails_again_and_again_is_left_alone(stage: Stage) -> None:
    stage.status = 500
    for _ in range(FAILURES_UNTIL_OPEN + 3):
        with pytest.raises(Unavailable):
            await stage.alertmanager.configuration()
    assert len(stage.asked) == FAILURES_UNTIL_OPEN


async def test_settings_that_contradict_each_other_are_told_and_end_nothing() -> None:
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": "Bearer t"}
        both = AlertmanagerServer(session, "http://u:hush@127.0.0.1:1", timeout_seconds=2, headers=headers)
        with pytest.raises(Unavailable, match="Cannot combine"):
            await both.configuration()
