"""How the API server is reached: a proxy is looked up once, not for every request."""

from pathlib import Path

import pytest
from kubernetes.aio.config import kube_config

from bursar.edge.kubeconfig import configured, current_namespace

CONTEXT = """
users: [{name: u, user: {token: secret}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
"""


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "kubeconfig"
    path.write_text('clusters: [{name: c, cluster: {server: "https://api.example.com:6443"}}]' + CONTEXT)
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(path))
    return path


@pytest.fixture
def nearer_proxy(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    cluster = 'cluster: {server: "https://api.example.com:6443", proxy-url: "http://nearer.example.com:3128"}'
    kubeconfig.write_text(f"clusters: [{{name: c, {cluster}}}]{CONTEXT}")


async def test_no_request_asks_the_environment_again(kubeconfig: Path) -> None:
    configuration = await configured()
    assert configuration.client_session_kwargs == {"trust_env": False}
    assert configuration.proxy is None


async def test_the_environments_proxy_is_used(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    assert (await configured()).proxy == "http://proxy.example.com:3128"


@pytest.mark.parametrize("excepted", ["api.example.com", ".example.com", "api.example.com:6443"])
async def test_a_server_that_the_environment_excepts_is_reached_directly(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch, excepted: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert (await configured()).proxy is None


async def test_the_kubeconfigs_proxy_is_preferred(nearer_proxy: None) -> None:
    assert (await configured()).proxy == "http://nearer.example.com:3128"


def test_the_namespace_is_that_of_the_current_context(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_namespace() == "default"
    kubeconfig.write_text(kubeconfig.read_text().replace("user: u}", "user: u, namespace: shop}"))
    assert current_namespace() == "shop"
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig.with_name("missing")))
    assert current_namespace() == "default"
