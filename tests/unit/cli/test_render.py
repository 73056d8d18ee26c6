"""`bursar render` as a user runs it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result

from bursar.cli import main
from bursar.cli.shares import FEWEST
from rules.promtool import assert_accepted, write_rules

GOLDEN: Final = Path(__file__).parents[2] / "golden"
CASES: Final = sorted(path.parent for path in GOLDEN.glob("*/*/input.yaml"))


def sla(name: str = "mail", **spec: Any) -> dict[str, Any]:
    ratio = {"bad": f'failed_total{{queue="{name}"}}', "total": f'jobs_total{{queue="{name}"}}'}
    objective = {"name": "jobs", "target": 99.5, "indicator": {"ratio": ratio}}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "SLA",
        "metadata": {"name": name},
        "spec": {"objectives": [objective], **spec},
    }


def write(path: Path, *documents: Any) -> Path:
    path.write_text(yaml.safe_dump_all(documents))
    return path


def ran(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["render", *map(str, arguments)], input=stdin)


def rendered(*arguments: str | Path) -> list[dict[str, Any]]:
    """What resources become, without what their namespaces have in common."""
    return of_resources(yaml.safe_load_all(ran(*arguments).stdout))


def of_resources(objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in objects if each["metadata"]["name"] != "bursar-inhibition"]


def expected(case: Path) -> list[dict[str, Any]]:
    """What the operator makes of a case, without the owner that only a cluster knows."""
    objects = [yaml.safe_load(path.read_text()) for path in case.glob("expected/*.yaml")]
    for each in objects:
        each.get("metadata", {}).pop("ownerReferences", None)
    return [each for each in objects if "kind" in each]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_the_objects_are_those_of_the_operator(case: Path) -> None:
    kind = case.parent.name.replace("_", "")
    found = rendered("-f", case / "input.yaml", "--object-labels", "release=kps")
    ours = [each for each in found if each["metadata"]["labels"].get("bursar.dev/owner-kind", "").lower() == kind]
    for each in ours:
        if "data" in each:
            each["data"] = {name: json.loads(content) for name, content in each["data"].items()}
    by_name = sorted(expected(case), key=lambda each: (each["kind"], each["metadata"]["name"]))
    assert sorted(ours, key=lambda each: (each["kind"], each["metadata"]["name"])) == by_name


def test_promtool_accepts_what_is_rendered(tmp_path: Path) -> None:
    groups = [group for each in rendered("-f", write(tmp_path / "s.yaml", sla())) for group in each["spec"]["groups"]]
    assert_accepted(write_rules(tmp_path / "rules.yaml", groups))


def test_the_order_is_that_of_the_files_however_they_are_given(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.yaml", sla("b"), sla("a")), write(tmp_path / "b.yaml", sla("c"))
    names = [each["metadata"]["name"] for each in rendered("-f", second, "-f", first)]
    assert names == ["sla-b", "sla-a", "sla-c"]
    assert ran("-f", second, "-f", first).stdout == ran("-f", tmp_path).stdout


def test_many_files_are_rendered_like_few(tmp_path: Path) -> None:
    names = [f"s{number:03}" for number in range(2 * FEWEST + 1)]
    write(tmp_path / "all.yaml", *map(sla, names))
    assert [each["metadata"]["name"] for each in rendered("-f", tmp_path)] == [f"sla-{name}" for name in names]


def test_json_is_one_object_in_a_line(tmp_path: Path) -> None:
    path = write(tmp_path / "s.yaml", sla("a"), sla("b"))
    lines = ran("-f", path, "-o", "json").stdout.splitlines()
    assert of_resources(map(json.loads, lines)) == rendered("-f", path)
    assert [len(lines), json.loads(lines[-1])["kind"]] == [3, "AlertmanagerConfig"]


def test_a_target_is_found_in_another_file(tmp_path: Path) -> None:
    requests = {"total": "requests_total", "errors": "errors_total"}
    target = {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "MonitoringTarget",
        "metadata": {"name": "shop"},
        "spec": {"signals": {"requests": requests}},
    }
    objective = {"name": "answers", "target": 99, "indicator": {"availability": {}}}
    write(tmp_path / "a.yaml", sla(targetRef={"name": "shop"}, objectives=[objective]))
    write(tmp_path / "z.yaml", target)
    assert "errors_total" in ran("-f", tmp_path).stdout


def test_what_cannot_be_rendered_is_told_with_its_place_and_the_rest_is_rendered(tmp_path: Path) -> None:
    wrong = sla("wrong", targetRef={"name": "nobody"})
    invalid = sla("invalid", objectives=[])
    path = write(tmp_path / "s.yaml", wrong, invalid, sla("right"))
    result = ran("-f", path)
    assert result.exit_code == 1
    found = of_resources(yaml.safe_load_all(result.stdout))
    assert [each["metadata"]["name"] for each in found] == ["sla-right"]
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{path}:1: SLA/default/wrong: ")
    assert "nobody" in first
    assert second.startswith(f"{path}:16: SLA invalid: spec.objectives: must have at least 1 items")


def test_the_second_of_two_equal_names_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "s.yaml", sla(), sla())
    result = ran("-f", path)
    assert result.exit_code == 1
    assert len(of_resources(yaml.safe_load_all(result.stdout))) == 1
    assert "SLA/default/mail is already in" in result.stderr


def test_what_alerts_of_a_namespace_have_in_common_comes_last(tmp_path: Path) -> None:
    other = {**sla(), "metadata": {"name": "other", "namespace": "shop"}}
    silent = {"apiVersion": "bursar.dev/v1alpha1", "kind": "MonitoringTarget", "spec": {}}
    target = {**silent, "metadata": {"name": "quiet", "namespace": "quiet"}}
    found = list(yaml.safe_load_all(ran("-f", write(tmp_path / "s.yaml", other, sla(), target)).stdout))
    names = [
        (each["metadata"]["namespace"], each["metadata"]["name"]) for each in found if "namespace" in each["metadata"]
    ]
    assert names[-2:] == [("default", "bursar-inhibition"), ("shop", "bursar-inhibition")]
    assert "quiet" not in {namespace for namespace, _ in names}


def test_a_channel_is_told_who_names_it(tmp_path: Path) -> None:
    named = sla(notify=[{"channels": ["oncall"]}])
    webhook = {"webhook": {"urlSecretRef": {"name": "hook", "key": "url"}}}
    channel = {"apiVersion": "bursar.dev/v1alpha1", "kind": "NotificationChannel", "spec": webhook}
    write(tmp_path / "a.yaml", {**channel, "metadata": {"name": "oncall"}})
    write(tmp_path / "z.yaml", named)
    (told, *_) = rendered("-f", tmp_path)
    assert told["kind"] == "AlertmanagerConfig"
    assert "SLA/mail" in json.dumps(told["spec"]["route"]["matchers"])


def test_the_platform_decides_labels_intervals_and_severities(tmp_path: Path) -> None:
    options = ("--fast-interval", "30s", "--object-labels", "release=kps", "--severity-labels", "critical=page")
    (found,) = rendered("-f", write(tmp_path / "s.yaml", sla()), *options)
    assert found["metadata"]["labels"]["release"] == "kps"
    fast = found["spec"]["groups"][0]
    assert fast["interval"] == "30s"
    assert "page" in {rule.get("labels", {}).get("severity") for rule in fast["rules"]}


def test_a_setting_that_the_operator_refuses_is_refused(tmp_path: Path) -> None:
    result = ran("-f", write(tmp_path / "s.yaml", sla()), "--fast-interval", "10m")
    assert result.exit_code == 2
    assert "--fast-interval: Prometheus forgets a sample after 5m" in result.stderr


def test_the_standard_input_is_a_file(tmp_path: Path) -> None:
    assert "sla-mail" in ran("-f", "-", "-n", "shop", stdin=yaml.safe_dump(sla())).stdout


def test_files_without_resources_are_no_success(tmp_path: Path) -> None:
    result = ran("-f", write(tmp_path / "s.yaml", {"apiVersion": "v1", "kind": "ConfigMap"}))
    assert result.exit_code == 1
    assert "no resources of ours" in result.stderr
