"""`bursar diff` as a user runs it."""

import json
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

from bursar.cli import main

Raw = dict[str, Any]


def sla(name: str = "mail", *, target: float = 99.5, title: str = "") -> Raw:
    indicator = {"ratio": {"bad": "failed_total", "total": "jobs_total"}}
    objective = {"name": "jobs", "title": title, "target": target, "indicator": indicator}
    meta = {"name": name, "namespace": "shop"}
    return {"apiVersion": "bursar.dev/v1alpha1", "kind": "SLA", "metadata": meta, "spec": {"objectives": [objective]}}


def write(path: Path, *documents: Raw) -> Path:
    path.write_text(yaml.safe_dump_all(documents))
    return path


def ran(new: Path, old: Path | str, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["diff", "-f", str(new), str(old), *arguments], input=stdin)


def rendered(path: Path) -> tuple[Raw, Raw]:
    """The rules of one SLA, and what its namespace has in common."""
    rules, common = yaml.safe_load_all(CliRunner().invoke(main, ["render", "-f", str(path)]).stdout)
    return rules, common


def test_the_same_resources_do_not_differ_however_they_are_written(tmp_path: Path) -> None:
    old = write(tmp_path / "old.yaml", sla("a"), sla("b"))
    new = tmp_path / "new.yaml"
    new.write_text(json.dumps({"kind": "List", "items": [sla("b"), sla("a")]}))
    result = ran(new, old)
    assert (result.exit_code, result.output) == (0, "")


def test_lines_that_differ_are_shown_with_the_object(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.yaml", sla()), write(tmp_path / "new.yaml", sla(target=99.9))
    result = ran(new, old)
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines[:2] == ["--- old PrometheusRule/shop/sla-mail", "+++ new PrometheusRule/shop/sla-mail"]
    assert [line for line in lines if line.startswith("-") and " / 0.005" in line]
    assert [line for line in lines if line.startswith("+") and " / 0.001" in line]


def test_objects_are_added_removed_and_changed(tmp_path: Path) -> None:
    old = write(tmp_path / "old.yaml", sla("gone"), sla("same"), sla("other"))
    new = write(tmp_path / "new.yaml", sla("same"), sla("other", target=99), sla("fresh"))
    assert ran(new, old, "-o", "names").stdout.splitlines() == [
        "added   PrometheusRule/shop/sla-fresh",
        "removed PrometheusRule/shop/sla-gone",
        "changed PrometheusRule/shop/sla-other",
    ]


def test_programs_get_both_sides(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.yaml", sla("gone")), write(tmp_path / "new.yaml", sla("fresh"))
    added, removed = json.loads(ran(new, old, "-o", "json").stdout)
    assert (added["change"], added["name"], added["old"]) == ("added", "sla-fresh", None)
    assert (removed["change"], removed["name"], removed["new"]) == ("removed", "sla-gone", None)


def test_what_a_cluster_has_is_compared_without_what_the_server_added(tmp_path: Path) -> None:
    new = write(tmp_path / "new.yaml", sla())
    live, common = rendered(new)
    live["metadata"] |= {"uid": "1", "resourceVersion": "7", "ownerReferences": [{"uid": "2"}], "managedFields": []}
    foreign = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "not-ours"}}
    listed = {"kind": "List", "items": [live, foreign, common]}
    assert ran(new, "-", stdin=json.dumps(listed, sort_keys=True)).exit_code == 0
    live["spec"]["groups"][0]["interval"] = "5m"
    assert ran(new, "-", "-o", "names", stdin=json.dumps(listed)).stdout == "changed PrometheusRule/shop/sla-mail\n"


def test_the_order_in_which_a_server_writes_fields_is_no_difference(tmp_path: Path) -> None:
    new = write(tmp_path / "new.yaml", sla())
    live, common = rendered(new)
    live["spec"]["groups"][0]["interval"] = "5m"
    listed = {"kind": "List", "items": [live, common]}
    lines = ran(new, "-", stdin=json.dumps(listed, sort_keys=True)).stdout.splitlines()[2:]
    assert [line.replace(" ", "") for line in lines if line[0] in "+-"] == ["-interval:'5m'", "+interval:'1m'"]


def test_what_cannot_be_compiled_cannot_be_compared(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.yaml", sla()), write(tmp_path / "new.yaml", sla(target=100))
    result = ran(new, old)
    assert result.exit_code == 2
    assert "100 leaves no error budget" in result.stderr
