"""Sources: ours decide where a program is cached, published ones are found or downloaded."""

import shutil
from pathlib import Path

import pytest

from sandbox import modules
from sandbox.modules import MODULE_OF
from sandbox.process import SandboxError
from sandbox.sources import go_source


def test_an_edit_of_our_own_source_makes_another_binary_and_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, prometheus = MODULE_OF["promql-judge"], MODULE_OF["prometheus"]
    shutil.copytree(judge.folder, tmp_path / judge.name)
    before = judge.fingerprint, prometheus.fingerprint
    monkeypatch.setattr(modules, "_FOLDER", tmp_path)
    assert (judge.fingerprint, prometheus.fingerprint) == before
    with (judge.folder / "promql-judge" / "main.go").open("a") as source:
        source.write("// edited\n")
    assert judge.fingerprint != before[0]
    assert prometheus.fingerprint == before[1]


def test_a_module_that_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOPROXY", "off")
    with pytest.raises(SandboxError, match=r"example\.invalid/module could not be downloaded"):
        go_source("example.invalid/module", MODULE_OF["promtool"])
