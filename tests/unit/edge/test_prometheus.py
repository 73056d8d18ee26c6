"""How answers, refusals and garbage of a query API are read; a small HTTP server plays the server's part."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bursar.edge.prometheus import PrometheusServer
from bursar.edge.web_server import FAILURES_UNTIL_OPEN, OPEN_SECONDS, Breaker, Unanswerable
from bursar.errors import Unavailable

VECTOR = {
    "status": "success",
    "data": {"resultType": "vector", "result": [{"metric": {"sla": "x"}, "value": [1_800_000_000.5, "0.25"]}]},
}
Respond = Callable[[web.Request], Awaitable[web.Response]]


class Stage:
    """A server that answers with whatever a test puts into `respond`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.respond: Respond = self.vector
        self.books: PrometheusServer

    async def vector(self, _: web.Request) -> web.Response:
        return web.json_response(VECTOR)

    async def handle(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append((request.method, request.path, {**form, **request.query}))
        return await self.respond(request)


def answer(text: str, status: int = 200) -> Respond:
    async def respond(_: web.Request) -> web.Response:
        return web.Response(text=text, status=status, content_type="application/json")

    return respond


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", stage.handle)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        stage.books = PrometheusServer(
            session, str(server.make_url("/prefix/")), timeout_seconds=0.3, headers={"X-Scope-OrgID": "t"}
        )
        yield stage


async def test_a_vector_is_read_with_the_servers_time(stage: Stage) -> None:
    reading = await stage.books.query("up")
    assert reading.at == datetime.fromtimestamp(1_800_000_000.5, UTC)
    assert [(sample.labels, sample.value) for sample in reading.samples] == [({"sla": "x"}, 0.25)]
    assert stage.asked == [
        ("POST", "/prefix/api/v1/query", {"query": "up", "partial_response": "false", "nocache": "1"})
    ]


async def test_an_empty_vector_has_the_time_of_the_servers_clock(stage: Stage) -> None:
    stage.respond = answer('{"status":"success","data":{"resultType":"vector","result":[]}}')
    reading = await stage.books.query("up")
    assert reading.samples == ()
    assert abs((reading.at - datetime.now(UTC)).total_seconds()) < 60


async def test_a_large_answer_is_read_as_well(stage: Stage) -> None:
    rows = ",".join(f'{{"metric":{{"n":"{number}"}},"value":[1,"1"]}}' for number in range(5_000))
    stage.respond = answer('{"status":"success","data":{"resultType":"vector","result":[' + rows + "]}}")
    assert len((await stage.books.query("up")).samples) == 5_000


async def test_another_endpoint_is_read_with_its_parameters(stage: Stage) -> None:
    stage.respond = answer('{"status":"success","data":{"groups":[]}}')
    assert await stage.books.read("rules", {"type": "alert"}) == {"groups": []}
    assert stage.asked == [("GET", "/prefix/api/v1/rules", {"type": "alert"})]


@pytest.mark.parametrize(
    ("respond", "message"),
    [
        (answer('{"status":"error","errorType":"bad_data","error":"no"}', 400), "bad_data: no"),
        (answer("<html>gateway</html>", 502), "502, and no Prometheus answer"),
        (answer("[1, 2"), "no Prometheus answer"),
        (answer("[]"), "no Prometheus answer"),
        (answer('{"status":"success"}'), "no Prometheus answer"),
        (answer('{"status":"success","data":{"resultType":"matrix","result":[]}}'), "expected a vector, got matrix"),
        (answer('{"status":"success","data":{"resultType":"vector","result":[{"value":[1]}]}}'), "not a vector"),
        (answer('{"status":"success","warnings":["store x is away"],"data":{}}'), "incomplete answer: store x is away"),
    ],
)
async def test_everything_that_is_no_complete_answer_is_unavailable(
    stage: Stage, respond: Respond, message: str
) -> None:
    stage.respond = respond
    with pytest.raises(Unavailable, match=message):
        await stage.books.query("up")


async def test_a_slow_server_is_unavailable(stage: Stage) -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    stage.respond = hang
    with pytest.raises(Unavailable, match="TimeoutError"):
        await stage.books.query("up")


async def test_an_answer_beyond_the_limit_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bursar.edge.web_server.MAX_BODY_BYTES", 100)
    stage.respond = answer('{"status":"success","data":"' + "x" * 200 + '"}')
    with pytest.raises(Unavailable, match="larger than 100 bytes"):
        await stage.books.query("up")


async def test_a_server_that_fails_again_and_again_is_left_alone(stage: Stage) -> None:
    stage.respond = answer("broken", 500)
    for _ in range(FAILURES_UNTIL_OPEN):
        with pytest.raises(Unavailable, match="no Prometheus answer"):
            await stage.books.query("up")
    with pytest.raises(Unavailable, match=r"no Prometheus answer: .*; 5 failures in a row, it is left alone"):
        await stage.books.query("up")
    assert len(stage.asked) == FAILURES_UNTIL_OPEN


async def test_a_question_that_the_server_refuses_is_no_outage(stage: Stage) -> None:
    stage.respond = answer('{"status":"error","errorType":"bad_data","error":"no"}', 400)
    for _ in range(FAILURES_UNTIL_OPEN + 1):
        with pytest.raises(Unanswerable, match="bad_data: no"):
            await stage.books.query("up")
    stage.respond = stage.vector
    assert (await stage.books.query("up")).samples


async def test_a_password_in_the_address_does_not_reach_a_message() -> None:
    async with aiohttp.ClientSession() as session:
        books = PrometheusServer(session, "http://me:secret@127.0.0.1:1/", timeout_seconds=1, headers={})
        with pytest.raises(Unavailable, match=r"^http://127\.0\.0\.1:1/api/v1/query: ") as caught:
            await books.query("up")
    assert "secret" not in str(caught.value)


def test_a_breaker_lets_one_request_try_again_and_closes_when_it_succeeds() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    for _ in range(FAILURES_UNTIL_OPEN):
        breaker.check()
        breaker.failed("refused")
    with pytest.raises(Unavailable):
        breaker.check()
    now = OPEN_SECONDS + 1
    breaker.check()
    breaker.succeeded()
    now = 0.0
    breaker.check()
