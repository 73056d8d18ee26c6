"""`bursar test` as a user runs it."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result

from bursar.cli import main
from sandbox.binaries import binary

EXAMPLES: Final = Path(__file__).parents[3] / "examples"
SERIES: Final = [{"series": 'depth{queue="mail"}', "values": "0+200x20"}]
RIGHT: Final = {
    "name": "in time",
    "series": SERIES,
    "expect": [{"at": "10m", "firing": False}, {"at": "11m", "firing": True}],
}
WRONG: Final = {
    "name": "too soon",
    "series": SERIES,
    "expect": [{"at": "10m", "firing": True}, {"at": "11m", "firing": True}],
}
TARGET: Final = {
    "apiVersion": "bursar.dev/v1alpha1",
    "kind": "MonitoringTarget",
    "metadata": {"name": "mail", "namespace": "shop"},
    "spec": {"owner": "post"},
}


def rule(*tests: Any, name: str = "deep", **more: Any) -> dict[str, Any]:
    condition = {"threshold": {"query": 'sum(depth{queue="mail"})', "above": 1000}}
    return {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "AlertRule",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"severity": "high", "condition": condition, "for": "5m", "tests": list(tests), **more},
    }


def write(path: Path, *documents: Any) -> Path:
    path.write_text(yaml.safe_dump_all(documents))
    return path


def ran(*arguments: str | Path, stdin: str | None = None) -> Result:
    command = ["test", "--promtool", str(binary("promtool")), *map(str, arguments)]
    return CliRunner().invoke(main, command, input=stdin)


def test_a_rule_that_does_as_expected_passes(tmp_path: Path) -> None:
    result = ran("-f", write(tmp_path / "rule.yaml", rule(RIGHT)))
    assert result.stdout == "ok    shop/deep: in time\n1 passed, 0 failed; 1 AlertRules, 0 of them not tested\n"
    assert result.exit_code == 0


def test_the_rules_of_the_examples_pass() -> None:
    result = ran("-f", EXAMPLES / "alert-rules.yaml", "-f", EXAMPLES / "target-service.yaml")
    assert "ok    shop/checkout-queue-depth: fires above 1000\n" in result.stdout
    assert result.exit_code == 0


def test_a_target_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    result = ran("-f", write(tmp_path / "rule.yaml", rule(RIGHT, targetRef={"name": "post"})))
    assert result.stderr.endswith("create it or correct the name; is its file among those of -f?\n")
    assert result.exit_code == 2


def test_a_test_that_fails_says_why_and_the_others_are_run(tmp_path: Path) -> None:
    result = ran("-f", write(tmp_path / "rule.yaml", rule(WRONG, RIGHT)))
    assert result.stdout.splitlines() == [
        "FAIL  shop/deep: too soon",
        "      does not fire at 10m",
        "ok    shop/deep: in time",
        "1 passed, 1 failed; 1 AlertRules, 0 of them not tested",
    ]
    assert result.exit_code == 1


def test_series_that_cannot_be_read_spoil_no_other_test(tmp_path: Path) -> None:
    spoiled = {**RIGHT, "name": "spoiled", "series": [{"series": "depth", "values": "1 and 2"}]}
    result = ran("-f", write(tmp_path / "rule.yaml", rule(spoiled, RIGHT)))
    assert "FAIL  shop/deep: spoiled\n      spec.tests: promtool refuses them: " in result.stdout
    assert "ok    shop/deep: in time" in result.stdout
    assert result.exit_code == 1


def test_folders_are_read_with_all_below_them_and_foreign_kinds_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    theirs = {"apiVersion": "example.com/v1", "kind": "AlertRule", "metadata": {"name": "x"}}
    not_asked = {"apiVersion": "bursar.dev/v1alpha1", "kind": "SLA", "metadata": {"name": "x"}, "spec": {}}
    write(tmp_path / "target.yml", theirs, not_asked, TARGET, None)
    write(tmp_path / "alerts" / "rule.yaml", rule(RIGHT, targetRef={"name": "mail"}))
    (tmp_path / "notes.txt").write_text("[")
    result = ran("-f", tmp_path)
    assert result.stdout.startswith("ok    shop/deep: in time\n1 passed")
    assert result.exit_code == 0


def test_the_standard_input_is_read_and_lists_are_what_they_list(tmp_path: Path) -> None:
    listed = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [TARGET, rule(RIGHT)]})
    result = ran("-f", "-", stdin=listed)
    assert "ok    shop/deep: in time" in result.stdout
    assert result.exit_code == 0


def test_what_names_no_namespace_is_in_the_one_that_is_given(tmp_path: Path) -> None:
    homeless = {**rule(RIGHT, targetRef={"name": "mail"}), "metadata": {"name": "deep"}}
    result = ran("-n", "shop", "-f", write(tmp_path / "both.yaml", TARGET, homeless))
    assert "ok    shop/deep: in time" in result.stdout
    assert ran("-f", tmp_path).exit_code == 2


def test_the_interval_of_evaluation_is_that_of_the_operator(tmp_path: Path) -> None:
    path = write(tmp_path / "rule.yaml", rule({**RIGHT, "expect": [{"at": "11m", "firing": True}]}))
    assert ran("-f", path).exit_code == 0
    result = ran("-f", path, "--fast-interval", "2m")
    assert "does not fire at 11m" in result.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n---\nb: [1\nc: 2\n", "rule.yaml:4: this is not YAML: "),
        (
            yaml.safe_dump_all([TARGET, rule(RIGHT, severity="hgh")]),
            "rule.yaml:9: AlertRule deep: spec.severity: must be critical, high, medium, low or info",
        ),
        (
            yaml.safe_dump(rule(RIGHT, targetRef={"name": "post"})),
            "rule.yaml:1: AlertRule/shop/deep: spec.targetRef.name: there is no valid MonitoringTarget post in ",
        ),
        (yaml.safe_dump({**TARGET, "kind": "Target"}), "rule.yaml:1: there is no kind Target in bursar.dev/v1alpha1;"),
        (yaml.safe_dump({**TARGET, "metadata": None}), "rule.yaml:1: MonitoringTarget : metadata: must be a map"),
        (yaml.safe_dump_all([TARGET, TARGET]), "rule.yaml:9: MonitoringTarget/shop/mail is already in "),
    ],
)
def test_what_cannot_be_used_is_told_by_file_and_line_and_the_rest_is_run(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text(text)
    write(tmp_path / "right.yaml", rule(RIGHT, name="right"))
    result = ran("-f", tmp_path)
    assert message in result.stderr
    assert "ok    shop/right: in time" in result.stdout
    assert result.exit_code == 2


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    result = ran("-f", tmp_path)
    assert f"{tmp_path}/latin.yaml:1: cannot be read: " in result.stderr
    assert result.exit_code == 2


def test_nothing_to_test_is_no_success(tmp_path: Path) -> None:
    result = ran("-f", write(tmp_path / "rule.yaml", rule(), TARGET))
    assert result.stdout == "0 passed, 0 failed; 1 AlertRules, 1 of them not tested\n"
    assert result.exit_code == 2


def test_a_promtool_that_gives_up_is_no_success(tmp_path: Path) -> None:
    gone = tmp_path / "promtool"
    gone.write_text("#!/nowhere/interpreter\n")
    gone.chmod(0o755)
    path = write(tmp_path / "rule.yaml", rule(RIGHT))
    result = CliRunner().invoke(main, ["test", "-f", str(path), "--promtool", str(gone)])
    assert "No such file or directory" in result.stdout
    assert result.exit_code == 2


def test_a_promtool_that_is_not_there_is_told_with_the_cure(tmp_path: Path) -> None:
    path = write(tmp_path / "rule.yaml", rule(RIGHT))
    result = CliRunner().invoke(main, ["test", "-f", str(path)], env={"PATH": str(tmp_path)})
    assert "promtool is not there or not executable; it comes with Prometheus; install it, or say" in result.stderr
    assert result.exit_code == 2


def test_an_interval_that_the_operator_would_refuse_is_refused(tmp_path: Path) -> None:
    result = ran("-f", write(tmp_path / "rule.yaml", rule(RIGHT)), "--fast-interval", "3m")
    assert "--fast-interval: Prometheus forgets a sample after 5m; use at most 2m" in result.stderr
    assert result.exit_code == 2


def test_it_starts_without_the_libraries_of_the_operator() -> None:
    question = "import sys, bursar.cli.trials; print({'kopf', 'kubernetes', 'aiohttp'} & sys.modules.keys())"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout == "set()\n"
