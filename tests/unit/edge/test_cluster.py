"""What the API server answers, as our errors; and credentials that are read again when it refuses them."""

import json
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio import client
from kubernetes.aio.config import kube_config

from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.edge import kubeconfig as kubeconfig_module
from bursar.edge.cluster import METADATA_ONLY, NO_VERSION, ApiServer
from bursar.edge.kubeconfig import configured
from bursar.errors import BursarError, Conflict, DependencyMissing, Forbidden, Refused, Throttled, Unavailable

TARGETS = Kind.MONITORING_TARGET


class Server:
    """Gives every request the same answer and remembers the tokens that it was shown."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, "{}", {"Content-Type": "application/json"}
        self.accepted = "old"
        self.shown: list[str] = []
        self.asked: list[tuple[str, str, Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        sent = await request.read()
        self.asked.append((request.method, request.headers["Accept"], json.loads(sent) if sent else None))
        self.shown.append(request.headers["Authorization"].removeprefix("Bearer "))
        status = self.status if self.shown[-1] == self.accepted else 401
        return web.Response(status=status, text=self.body, headers=self.headers)


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    server = Server()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(application) as running:
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "kubeconfig"))
        monkeypatch.setattr(server, "url", str(running.make_url("")).rstrip("/"), raising=False)
        write_kubeconfig(tmp_path / "kubeconfig", server, "old")
        yield server


@pytest.fixture
async def api_server(server: Server) -> AsyncIterator[ApiServer]:
    async with client.ApiClient(await configured()) as api:
        yield ApiServer(api, ())


def write_kubeconfig(path: Path, server: Any, token: str) -> None:
    document = {
        "clusters": [{"name": "c", "cluster": {"server": server.url}}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.write_text(yaml.safe_dump(document))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (403, Forbidden),
        (408, Unavailable),
        (409, Conflict),
        (410, Unavailable),
        (422, Refused),
        (429, Throttled),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
async def test_every_refusal_is_an_error_of_its_kind_and_names_the_request(
    server: Server, api_server: ApiServer, status: int, error: type[BursarError]
) -> None:
    server.status, server.body = status, '{"message": "because"}'
    with pytest.raises(BursarError, match=rf"GET /apis/.*: {status} because") as caught:
        await api_server.get(TARGETS, "ns", "x")
    assert type(caught.value) is error


async def test_a_write_to_what_is_not_there_says_so(server: Server, api_server: ApiServer) -> None:
    server.status = 404
    assert await api_server.get(TARGETS, "ns", "x") is None
    with pytest.raises(DependencyMissing):
        await api_server.replace(
            {"kind": "Probe", "metadata": {"namespace": "ns", "name": "x"}},
        )


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("soon", 1.0)])
async def test_the_server_says_how_long_to_wait(
    server: Server, api_server: ApiServer, header: str, seconds: float
) -> None:
    server.status, server.headers = 429, {"Retry-After": header}
    with pytest.raises(Throttled) as caught:
        await api_server.get(TARGETS, "ns", "x")
    assert caught.value.retry_after == seconds


async def test_an_answer_that_is_not_json_is_no_answer(server: Server, api_server: ApiServer) -> None:
    server.body = "<html>a gateway</html>"
    with pytest.raises(Unavailable, match="not JSON: <html>a gateway"):
        await api_server.get(TARGETS, "ns", "x")


async def test_a_refused_token_is_read_again_for_the_next_request(
    server: Server, api_server: ApiServer, tmp_path: Path
) -> None:
    server.accepted = "new"
    write_kubeconfig(tmp_path / "kubeconfig", server, "new")
    with pytest.raises(Unavailable, match="401"):
        await api_server.get(TARGETS, "ns", "x")
    assert await api_server.get(TARGETS, "ns", "x") == {}
    assert server.shown == ["old", "new"]


async def test_many_refused_requests_read_the_credentials_once(
    server: Server, api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.accepted = "new"
    for token in ("old", "new"):
        write_kubeconfig(tmp_path / "kubeconfig", server, token)
        with pytest.raises(Unavailable):
            await api_server.get(TARGETS, "ns", "x")
    assert server.shown == ["old", "old"]
    monkeypatch.setattr(kubeconfig_module, "RENEWAL_PAUSE_SECONDS", 0.0)
    with pytest.raises(Unavailable):
        await api_server.get(TARGETS, "ns", "x")
    assert await api_server.get(TARGETS, "ns", "x") == {}


async def test_a_kubeconfig_that_cannot_be_read_leaves_the_old_credentials(
    server: Server, api_server: ApiServer, tmp_path: Path
) -> None:
    server.accepted = "new"
    (tmp_path / "kubeconfig").write_text("{")
    with pytest.raises(Unavailable, match="401"):
        await api_server.get(TARGETS, "ns", "x")
    server.accepted = "old"
    assert await api_server.get(TARGETS, "ns", "x") == {}


RULE: Any = {"kind": "PrometheusRule", "metadata": {"namespace": "shop", "name": "sla-x"}, "spec": {"groups": []}}


async def test_what_is_made_is_applied_on_a_version_that_no_object_can_have(
    server: Server, api_server: ApiServer
) -> None:
    assert await api_server.create(RULE) == {}
    ((verb, _, sent),) = server.asked
    assert (verb, sent["metadata"]["resourceVersion"]) == ("PATCH", NO_VERSION)
    assert (sent["spec"], "resourceVersion" in RULE["metadata"]) == (RULE["spec"], False)


async def test_what_exists_is_not_made(server: Server, api_server: ApiServer) -> None:
    server.status = 409
    assert await api_server.create(RULE) is None


async def test_of_a_written_status_only_the_metadata_comes_back(server: Server, api_server: ApiServer) -> None:
    await api_server.apply_status(Key(Kind.SLA, "shop", "x"), manager="m", resource_version="7", status={"a": 1})
    ((verb, accept, sent),) = server.asked
    assert (verb, accept, sent["metadata"]["resourceVersion"]) == ("PATCH", METADATA_ONLY, "7")


async def test_of_a_secret_only_the_names_of_its_keys_are_read(server: Server, api_server: ApiServer) -> None:
    server.body = json.dumps({"kind": "Secret", "data": {"routingKey": "aHVzaA==", "url": "aHVzaA=="}})
    assert await api_server.secret_keys("shop", "pagerduty") == frozenset({"routingKey", "url"})
    server.body = json.dumps({"kind": "Secret"})
    assert await api_server.secret_keys("shop", "empty") == frozenset()
    server.status = 404
    assert await api_server.secret_keys("shop", "missing") is None
    server.status = 403
    with pytest.raises(Forbidden):
        await api_server.secret_keys("shop", "hidden")


async def test_a_secret_that_cannot_be_read_is_not_quoted(server: Server, api_server: ApiServer) -> None:
    server.body = '{"kind": "Secret", "data": {"routingKey": "aHVzaA=='
    with pytest.raises(Unavailable) as error:
        await api_server.secret_keys("shop", "pagerduty")
    assert "aHVzaA" not in "".join(traceback.format_exception(error.value))
    assert "GET /api/v1/namespaces/shop/secrets/pagerduty: not JSON: 51 bytes" in str(error.value)
