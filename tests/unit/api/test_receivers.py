"""Where messages go: what a user may write, and how each mistake is explained."""

from typing import Any

import pytest

from fakes.channel_specs import MAIL, REF, REFUSED_BY_BOTH, findings, parsed


@pytest.mark.parametrize(("spec", "path", "message"), REFUSED_BY_BOTH)
def test_a_mistake_is_named_with_its_field_and_a_cure(spec: dict[str, Any], path: str, message: str) -> None:
    (finding,) = findings(spec)
    assert finding.startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "x.example.com", "http://", "http://user:token@x/", "http://x/{{ .CommonLabels.x }}", "http://a b"],
)
def test_a_url_holds_no_credentials_and_no_template(url: str) -> None:
    (finding,) = findings({"webhook": {"url": url}})
    assert finding.startswith("spec.webhook.url: ")


@pytest.mark.parametrize("address", ["a", "a@", "Ann <a@example.com>", "a@example.com, b@example.com", "a@{{ .x }}"])
def test_an_address_is_an_address_and_nothing_more(address: str) -> None:
    (finding,) = findings({"email": {**MAIL, "to": [address]}})
    assert finding.startswith("spec.email.to[0]: ")


@pytest.mark.parametrize("smarthost", ["smtp.example.com", "smtp://x:25", ":25", "x:port"])
def test_a_mail_server_has_a_port(smarthost: str) -> None:
    (finding,) = findings({"email": {**MAIL, "smarthost": smarthost}})
    assert finding.startswith("spec.email.smarthost: ")


@pytest.mark.parametrize(
    ("receiver", "field"),
    [
        ("slack", "urlSecretRef"),
        ("pagerduty", "routingKeySecretRef"),
        ("msteams", "urlSecretRef"),
        ("opsgenie", "apiKeySecretRef"),
        ("discord", "urlSecretRef"),
        ("telegram", "botTokenSecretRef"),
    ],
)
def test_a_credential_comes_from_a_secret_only(receiver: str, field: str) -> None:
    rest = {"chatID": 1} if receiver == "telegram" else {}
    assert findings({receiver: {**rest, field: "abc"}})[0].startswith(f"spec.{receiver}.{field}: ")
    assert parsed({receiver: {**rest, field: REF}}).spec.send_resolved
