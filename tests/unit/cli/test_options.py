"""Commands on files make the same rules as the operator."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bursar.cli import main
from bursar.cli.options import policy

SLA = """
apiVersion: bursar.dev/v1alpha1
kind: SLA
metadata: {name: right}
spec:
  objectives:
  - {name: jobs, target: 99, indicator: {ratio: {bad: failed_total, total: jobs_total}}}
"""


def test_without_options_the_rules_are_those_of_an_operator_without_settings() -> None:
    assert policy({}) == policy({"fast_interval": None}) == policy({"fast_interval": "1m"})


def test_variables_of_the_operator_count_for_commands_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text(SLA)
    monkeypatch.setenv("BURSAR_OBJECT_LABELS", "release=kps")
    rendered = CliRunner().invoke(main, ["render", "-f", str(tmp_path)]).stdout
    assert next(yaml.safe_load_all(rendered))["metadata"]["labels"]["release"] == "kps"
