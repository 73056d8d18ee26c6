"""What a replica that does not lead sends to the API server: no write of any kind."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio import client

from bursar.compiler.plan import ChildRef, Key
from bursar.conventions import ChildKind, Kind, Reason
from bursar.edge.cluster import ApiServer
from bursar.engine.ports import EventNote
from bursar.errors import NotLeading
from fakes.leadership import Leadership

RULE: Any = {"kind": "PrometheusRule", "metadata": {"namespace": "shop", "name": "sla-x"}, "spec": {"groups": []}}
KEY = Key(Kind.SLA, "shop", "x")
WRITES: dict[str, Callable[[ApiServer], Coroutine[Any, Any, object]]] = {
    "apply": lambda server: server.apply(RULE),
    "create": lambda server: server.create(RULE),
    "replace": lambda server: server.replace(RULE),
    "delete": lambda server: server.delete(
        ChildRef(ChildKind.PROMETHEUS_RULE, "shop", "sla-x"), uid="u", resource_version="1"
    ),
    "status": lambda server: server.apply_status(KEY, manager="m", resource_version="1", status={}),
    "event": lambda server: server.record(EventNote(KEY, "u", "Normal", Reason.DRIFT_REPAIRED, "restored")),
}


@pytest.fixture
def asked() -> list[str]:
    """The verbs of the requests that have come in."""
    return []


@pytest.fixture
async def api(asked: list[str]) -> AsyncIterator[client.ApiClient]:
    async def answer(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.json_response({})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as running:
        configuration = client.Configuration(host=str(running.make_url("")).rstrip("/"))
        async with client.ApiClient(configuration) as api:
            yield api


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
async def test_no_write_is_sent_without_leadership(
    api: client.ApiClient, asked: list[str], write: Callable[[ApiServer], Coroutine[Any, Any, object]]
) -> None:
    leadership = Leadership(5)
    server = ApiServer(api, (), leadership)
    await write(server)
    assert len(asked) == 1
    leadership.renew(-1)
    with pytest.raises(NotLeading):
        await write(server)
    assert len(asked) == 1


async def test_who_does_not_lead_reads_all_the_same(api: client.ApiClient, asked: list[str]) -> None:
    await ApiServer(api, (), Leadership(-1)).get(Kind.SLA, "shop", "x")
    assert asked == ["GET"]
