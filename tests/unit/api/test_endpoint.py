from typing import Any

import pytest

from bursar.api.endpoint import Endpoint, PodEndpoint, ScrapeLimits

EVERYTHING: dict[str, Any] = {
    "path": "/stats",
    "scheme": "https",
    "interval": "30s",
    "scrapeTimeout": "10s",
    "params": {"collect[]": ["cpu", "meminfo"]},
    "honorLabels": True,
    "honorTimestamps": False,
    "oauth2": {
        "clientId": {"configMap": {"name": "ids", "key": "id"}},
        "clientSecret": {"name": "ids", "key": "secret", "optional": False},
        "tokenUrl": "https://id.example.com/token",
        "scopes": ["metrics"],
        "endpointParams": {"audience": "metrics"},
        "tlsConfig": {"insecureSkipVerify": True},
    },
    "tlsConfig": {
        "ca": {"secret": {"name": "tls", "key": "ca.crt"}},
        "cert": {"secret": {"name": "tls", "key": "tls.crt"}},
        "keySecret": {"name": "tls", "key": "tls.key"},
        "serverName": "checkout.shop",
        "minVersion": "TLS12",
        "maxVersion": "TLS13",
    },
    "followRedirects": False,
    "enableHttp2": True,
    "relabelings": [{"action": "labeldrop", "regex": "pod_.*"}],
    "metricRelabelings": [
        {"action": "replace", "sourceLabels": ["a", "b"], "separator": "/", "targetLabel": "c", "replacement": "$1"},
        {"action": "hashmod", "sourceLabels": ["a"], "modulus": 8, "targetLabel": "shard"},
    ],
}


@pytest.mark.parametrize(
    ("model", "own"),
    [
        (Endpoint, {"port": "http"}),
        (Endpoint, {"targetPort": 8080}),
        (PodEndpoint, {"port": "http", "filterRunning": False}),
        (PodEndpoint, {"portNumber": 8080}),
    ],
)
def test_an_endpoint_dumps_as_the_monitor_takes_it(model: type[Endpoint | PodEndpoint], own: dict[str, Any]) -> None:
    written = {**EVERYTHING, **own}
    assert model.model_validate(written).model_dump(mode="json", by_alias=True, exclude_none=True) == written


def test_a_relabeling_replaces_unless_it_says_otherwise() -> None:
    endpoint = Endpoint.model_validate({"port": "http", "relabelings": [{"targetLabel": "a", "replacement": "b"}]})
    assert endpoint.relabelings is not None
    assert endpoint.relabelings[0].action == "replace"


def test_limits_dump_as_the_monitor_takes_them() -> None:
    limits = {
        "sampleLimit": 1,
        "targetLimit": 2,
        "labelLimit": 3,
        "labelNameLengthLimit": 4,
        "labelValueLengthLimit": 5,
        "keepDroppedTargets": 6,
        "bodySizeLimit": "10MB",
    }
    assert ScrapeLimits.model_validate(limits).model_dump(by_alias=True, exclude_none=True) == limits
