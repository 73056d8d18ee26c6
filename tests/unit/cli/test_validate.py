"""`bursar validate` as a user runs it."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result

from bursar.cli import main
from bursar.cli.documents import Place
from bursar.cli.findings import RULES
from bursar.cli.locating import Spot, locate
from bursar.conventions import Reason
from bursar.domain import alert_lint

EXAMPLES: Final = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))
RIGHT: Final = """\
apiVersion: bursar.dev/v1alpha1
kind: SLA
metadata: {name: right, namespace: shop}
spec:
  objectives:
  - {name: jobs, target: 99, indicator: {ratio: {bad: failed_total, total: jobs_total}}}
"""


def ran(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["validate", "-f", str(path), *arguments])


def findings(path: Path, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ran(path, "-o", "json", *arguments).stdout)
    return found


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_what_is_right_passes(tmp_path: Path) -> None:
    result = ran(write(tmp_path / "a.yaml", RIGHT))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 resources: 0 errors, 0 warnings, 0 notes\n"


@pytest.mark.parametrize(
    ("change", "line", "column", "message"),
    [
        (("target: 99,", "target: 100,"), 6, 18, "spec.objectives[0].target: 100 leaves no error budget"),
        (("target: 99,", "title: x,"), 6, 5, "spec.objectives[0].target: is required"),
        (("failed_total", "'failed{'"), 6, 50, "spec.objectives[0].indicator.ratio.bad: 1:8: unexpected end of text"),
        (("ratio", "ration"), 6, 42, "spec.objectives[0].indicator.ration: is not a field"),
        (("spec:", "spec:\n  suspended: true"), 5, 3, "spec.suspended: is not a field"),
        (("indicator: {ratio: {bad: failed_total, total: jobs_total}}", "indicator: {availability: {}}"), 4, 1,
         "spec: availability, and latency without histogram, read the signals of a target"),
        (("name: right", "name: Right_"), 3, 12, "metadata.name: 'Right_' is no name"),
        (("kind: SLA", "kind: SLO"), 1, 1, "there is no kind SLO in bursar.dev/v1alpha1"),
        (("metadata:", "metadata: ["), 4, 1, "this is not YAML"),
    ],
)  # fmt: skip
def test_an_error_names_the_line_of_its_field(
    tmp_path: Path, change: tuple[str, str], line: int, column: int, message: str
) -> None:
    path = write(tmp_path / "a.yaml", RIGHT.replace(*change))
    assert ran(path).exit_code == 1
    found = [(each["line"], each["column"], each["message"][: len(message)]) for each in findings(path)]
    assert (line, column, message) in found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_right(path: Path) -> None:
    assert [each for each in findings(path, "--partial") if each["rule"] != "missing-reference"] == []


def test_a_missing_target_is_an_error_unless_the_files_are_a_part(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", RIGHT.replace("spec:", "spec:\n  targetRef: {name: shop}"))
    assert ran(path).exit_code == 1
    (error,) = findings(path)
    assert (error["rule"], error["line"], error["column"]) == ("missing-reference", 5, 15)
    assert ran(path, "--partial").exit_code == 0
    assert [each["level"] for each in findings(path, "--partial")] == ["warning"]


def test_a_target_is_found_in_another_file(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", RIGHT.replace("spec:", "spec:\n  targetRef: {name: shop}"))
    target = {"apiVersion": "bursar.dev/v1alpha1", "kind": "MonitoringTarget", "spec": {}}
    write(tmp_path / "b.yaml", yaml.safe_dump({**target, "metadata": {"name": "shop", "namespace": "shop"}}))
    assert ran(tmp_path).exit_code == 0


def test_a_promise_whose_page_comes_too_late_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", RIGHT.replace("target: 99,", "target: 99.999,"))
    (warning,) = findings(path)
    assert (warning["level"], warning["rule"], warning["line"]) == ("warning", "TooCoarse", 6)
    assert ran(path).exit_code == 0
    assert ran(path, "--strict").exit_code == 1


def test_intervals_of_the_platform_count(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", RIGHT.replace("target: 99,", "target: 99.99,"))
    assert [each["rule"] for each in findings(path)] == ["TooCoarse"]
    assert findings(path, "--fast-interval", "15s", "--scrape-interval", "5s") == []


def test_an_alert_is_linted(tmp_path: Path) -> None:
    rule = {"severity": "high", "condition": {"expression": {"promql": "rate(x_total[1m]) > 1"}}}
    document = {"apiVersion": "bursar.dev/v1alpha1", "kind": "AlertRule", "metadata": {"name": "a"}, "spec": rule}
    (warning,) = findings(write(tmp_path / "a.yaml", yaml.safe_dump(document, sort_keys=False)))
    assert (warning["rule"], warning["line"], warning["resource"]) == ("rate-too-short", 7, "AlertRule/default/a")


def test_an_alert_of_a_target_without_its_signal_is_a_warning(tmp_path: Path) -> None:
    spec = {"alerts": [{"name": "slow", "preset": "HighLatency"}]}
    document = {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "MonitoringTarget",
        "metadata": {"name": "a"},
        "spec": spec,
    }
    (warning,) = findings(write(tmp_path / "a.yaml", yaml.safe_dump(document, sort_keys=False)))
    assert (warning["rule"], warning["line"]) == ("SignalMissing", 7)


def test_the_second_of_two_equal_names_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", f"{RIGHT}---\n{RIGHT}")
    (error,) = findings(path)
    assert (error["rule"], error["line"]) == ("duplicate", 8)
    assert f"SLA/shop/right is already in {path}:1" in error["message"]


def test_text_is_one_line_that_editors_understand(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", RIGHT.replace("target: 99,", "target: 0,"))
    message = "spec.objectives[0].target: 0 promises nothing; use a value above 0 [invalid-field]"
    assert ran(path).stdout == f"{path}:6:18: error: SLA/shop/right: {message}\n"


def test_sarif_names_rule_file_and_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a b.yaml", RIGHT.replace("target: 99,", "target: 99.999,"))
    monkeypatch.chdir(tmp_path)
    log = json.loads(ran(Path("a b.yaml"), "-o", "sarif").stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "TooCoarse"
    assert result["level"] == "warning"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b.yaml"
    assert place["region"] == {"startLine": 6, "startColumn": 5}


def test_sarif_without_findings_says_that_it_ran(tmp_path: Path) -> None:
    result = ran(write(tmp_path / "a.yaml", RIGHT), "-o", "sarif")
    assert json.loads(result.stdout)["runs"][0]["results"] == []


def test_every_word_for_programs_is_explained() -> None:
    linted = {code for code in Path(alert_lint.__file__).read_text().split('"') if code in RULES}
    assert {"no-comparison", "label-removed", "rate-of-gauge"} <= linted
    assert {Reason.NO_PAGE, Reason.TIER_DROPPED, Reason.TOO_COARSE, Reason.SIGNAL_MISSING} <= set(RULES)


def test_a_field_is_found_in_a_list_of_resources_by_number_and_by_name(tmp_path: Path) -> None:
    text = "kind: List\nitems:\n- kind: A\n  metadata: {name: x}\n- kind: A\n  metadata: {name: y}\n  spec:\n    of:\n"
    path = write(tmp_path / "a.yaml", text + "    - {name: one, at: 1}\n    - {name: two, at: 2}\n")
    assert locate(Place(path, 1), ("A", "y"), "spec.of[1].at") == Spot(10, 19)
    assert locate(Place(path, 1), ("A", "y"), "spec.of[two].at") == Spot(10, 19)
    assert locate(Place(path, 1), ("A", "x"), "spec.of[two].at") == Spot(3, 3)
