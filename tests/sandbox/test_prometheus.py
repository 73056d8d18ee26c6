"""A Prometheus without a cluster."""

import json
from pathlib import Path

import pytest

from sandbox.process import SandboxError
from sandbox.prometheus import NEWER, OLDER, running_prometheus
from sandbox.web import read

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize(("program", "version"), [(NEWER, ""), (OLDER, "2.4")])
def test_either_version_loads_rules(tmp_path: Path, program: str, version: str) -> None:
    groups = [{"name": "g", "rules": [{"record": "one", "expr": "vector(1)"}]}]
    with running_prometheus(tmp_path, {}, rule_groups=groups, program=program) as url:
        assert json.loads(read(f"{url}/api/v1/status/buildinfo"))["data"]["version"].startswith(version)
        (loaded,) = json.loads(read(f"{url}/api/v1/rules"))["data"]["groups"]
    assert [rule["query"] for rule in loaded["rules"]] == ["vector(1)"]


def test_rules_that_prometheus_cannot_read_are_shown(tmp_path: Path) -> None:
    groups = [{"name": "g", "rules": [{"record": "one", "expr": "sum("}]}]
    refused = pytest.raises(SandboxError, match=r"prometheus ended with (.|\n)*parse error")
    with refused, running_prometheus(tmp_path, {}, rule_groups=groups):
        pass
