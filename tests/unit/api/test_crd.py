import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bursar.api.crd import chart_template, crd, crd_yaml, generated_files, main, stale_files
from bursar.api.kinds import DEFINITIONS, KindDefinition

ROOT = Path(__file__).parents[3]
each_kind = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.kind)


def version(definition: KindDefinition) -> Any:
    (only,) = crd(definition)["spec"]["versions"]
    return only


def test_the_generated_files_are_up_to_date() -> None:
    assert stale_files(ROOT) == []


@each_kind
def test_the_names_are_those_of_the_contract(definition: KindDefinition) -> None:
    manifest = crd(definition)
    assert manifest["metadata"]["name"] == f"{definition.plural}.bursar.dev"
    assert manifest["spec"]["names"]["categories"] == ["bursar"]
    assert manifest["spec"]["scope"] == "Namespaced"


@each_kind
def test_a_fresh_object_counts_as_unseen(definition: KindDefinition) -> None:
    schema = version(definition)["schema"]["openAPIV3Schema"]
    assert schema["properties"]["status"]["default"] == {"observedGeneration": -1}
    assert version(definition)["subresources"] == {"status": {}}


@each_kind
def test_a_spec_is_required(definition: KindDefinition) -> None:
    assert version(definition)["schema"]["openAPIV3Schema"]["required"] == ["spec"]


@each_kind
def test_every_column_shows_a_field_that_exists(definition: KindDefinition) -> None:
    for column in version(definition)["additionalPrinterColumns"]:
        node = version(definition)["schema"]["openAPIV3Schema"]
        for step in re.sub(r"\[\?[^]]*\]", "", column["jsonPath"]).strip(".").split("."):
            if node == {"type": "object"}:
                break  # metadata is the API server's
            node = node.get("items", node)["properties"][step]
        assert column["type"] == ("date" if column["name"] == "Age" else node.get("type", "string"))


@each_kind
def test_the_file_reads_back_as_the_same_object(definition: KindDefinition) -> None:
    assert yaml.safe_load(crd_yaml(definition)) == crd(definition)
    assert "&id" not in crd_yaml(definition)


@each_kind
def test_a_template_in_a_crd_is_not_expanded_by_helm(definition: KindDefinition) -> None:
    actions = re.findall(r"\{\{.*?\}\}", chart_template(definition))
    assert set(actions) <= {
        "{{- if .Values.crds.enabled }}",
        "{{- if .Values.crds.keep }}",
        "{{- end }}",
        '{{ "{{" }}',
    }


def test_a_short_name_does_not_repeat_the_singular() -> None:
    short = {each.kind.value: crd(each)["spec"]["names"]["shortNames"] for each in DEFINITIONS}
    assert short == {
        "MonitoringTarget": ["mtgt"],
        "SLA": [],
        "AlertRule": ["arule"],
        "NotificationChannel": ["nchan"],
    }


def test_write_makes_what_check_finds_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert "crds/slas.yaml is not up to date; run `make crds`" in capsys.readouterr().err
    assert main(["--write", "--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    assert {path for path in generated_files() if (tmp_path / path).is_file()} == set(generated_files())


def test_check_finds_an_edited_file(tmp_path: Path) -> None:
    main(["--write", "--root", str(tmp_path)])
    with (tmp_path / "crds/slas.yaml").open("a") as file:
        file.write("# by hand\n")
    assert stale_files(tmp_path) == [Path("crds/slas.yaml")]
