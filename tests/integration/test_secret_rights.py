"""The right to read Secrets, as the chart gives it: everywhere, in some namespaces, or nowhere."""

import pytest

from fakes import shop
from fakes.samples import BURSAR, has, is_ready
from integration.conftest import StartOperator
from sandbox.chart import install_rights
from sandbox.cluster import Cluster

SECONDS = 40.0
CONFIGS = "/apis/monitoring.coreos.com/v1alpha1/namespaces"


def channel(namespace: str) -> list[dict[str, object]]:
    secret = {"metadata": {"name": "webhook", "namespace": namespace}, "stringData": {"url": "http://hooks/hush"}}
    receiver = {"webhook": {"urlSecretRef": {"name": "webhook", "key": "url"}}}
    return [
        {"apiVersion": "v1", "kind": "Secret", **secret},
        shop.resource("NotificationChannel", namespace, "oncall", receiver),
    ]


@pytest.mark.parametrize(
    ("given", "verdict"), [("none", ("Unknown", "NotPermitted")), ("namespaces", ("True", "Found"))]
)
def test_a_channel_is_applied_whether_or_not_its_secret_may_be_read(
    control_plane: Cluster, namespace: str, start_operator: StartOperator, given: str, verdict: tuple[str, str]
) -> None:
    rbac = {"secrets": given, "secretNamespaces": [namespace]}
    kubeconfig = install_rights(
        control_plane, namespace=f"{namespace}-home", values={"namespaces": [namespace], "rbac": rbac}
    )
    control_plane.apply(channel(namespace))
    start_operator(kubeconfig=kubeconfig, namespaces=namespace)
    path = f"{BURSAR}/{namespace}/notificationchannels/oncall"
    ready = control_plane.api.eventually(path, is_ready, seconds=SECONDS)
    assert has("SecretFound", *verdict)(ready)
    assert control_plane.api.find(f"{CONFIGS}/{namespace}/alertmanagerconfigs/nchan-oncall") is not None
    control_plane.api.delete(f"/api/v1/namespaces/{namespace}-home")
