"""An Alertmanager without a cluster: its alerts come by hand, its data outlives it."""

import json
from pathlib import Path

import pytest

from sandbox.alertmanager import Alertmanager, send_alerts
from sandbox.process import SandboxError
from sandbox.web import read, request

CONFIGURATION = {"route": {"receiver": "root"}, "receivers": [{"name": "root"}]}


def alerts(alertmanager: Alertmanager) -> list[str]:
    return [alert["labels"]["alertname"] for alert in json.loads(read(f"{alertmanager.url}/api/v2/alerts"))]


def test_an_alert_is_there_until_it_is_resolved(tmp_path: Path) -> None:
    with Alertmanager(tmp_path, CONFIGURATION) as alertmanager:
        alertmanager.fire({"alertname": "Burns"}, {"alertname": "Slow"})
        assert sorted(alerts(alertmanager)) == ["Burns", "Slow"]
        alertmanager.fire({"alertname": "Slow"}, resolved=True)
        assert alerts(alertmanager) == ["Burns"]


def test_a_silence_outlives_a_restart(tmp_path: Path) -> None:
    silence = {
        "matchers": [{"name": "alertname", "value": "Burns", "isRegex": False}],
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2096-01-01T00:00:00Z",
        "createdBy": "ada",
        "comment": "",
    }
    headers = {"Content-Type": "application/json"}
    with Alertmanager(tmp_path, CONFIGURATION) as alertmanager:
        url = f"{alertmanager.url}/api/v2/silences"
        assert request("POST", url, body=json.dumps(silence).encode(), headers=headers).status == 200
        alertmanager.stop()
        alertmanager.start()
        assert [each["createdBy"] for each in json.loads(read(url))] == ["ada"]


def test_an_alert_that_is_refused_is_told_in_the_words_of_the_server(tmp_path: Path) -> None:
    with (
        Alertmanager(tmp_path, CONFIGURATION) as alertmanager,
        pytest.raises(SandboxError, match=r"refused alerts: 400 .*label"),
    ):
        send_alerts(alertmanager.url, {})
