"""What is generated for Pods, made fit for this machine."""

import base64
import gzip
from pathlib import Path
from typing import Any

import yaml

from sandbox.rendered import (
    LOOPBACK_RULE,
    alertmanager_configuration,
    expanded,
    prometheus_configuration,
    unpacked,
    write_folder,
)

FOLDER = Path("/sandbox/prometheus")


def configured(document: dict[str, Any]) -> Any:
    text = prometheus_configuration(yaml.safe_dump(document), folder=FOLDER, kubeconfig=Path("/admin"))
    return yaml.safe_load(text)


def test_a_known_variable_is_expanded_and_an_unknown_one_stays() -> None:
    assert expanded("$(POD_NAME) $(NODE) $POD_NAME", {"POD_NAME": "a"}) == "a $(NODE) $POD_NAME"


def test_the_replica_is_named_as_its_pod() -> None:
    document = {"global": {"external_labels": {"prometheus_replica": "$(POD_NAME)"}}}
    assert configured(document)["global"]["external_labels"] == {"prometheus_replica": "prometheus-main-0"}


def test_every_file_is_looked_for_in_the_folder() -> None:
    document = {
        "rule_files": ["/etc/prometheus/rules/prometheus-main-rulefiles-0/*.yaml"],
        "scrape_configs": [{"job_name": "a", "tls_config": {"ca_file": "/etc/prometheus/certs/ca"}}],
    }
    answer = configured(document)
    assert answer["rule_files"] == [f"{FOLDER}/rules/prometheus-main-rulefiles-0/*.yaml"]
    assert answer["scrape_configs"][0]["tls_config"] == {"ca_file": f"{FOLDER}/certs/ca"}


def test_every_discovery_asks_the_api_server_of_the_sandbox() -> None:
    discoveries = [{"role": "endpointslice"}, {"role": "pod"}]
    answer = configured({"scrape_configs": [{"job_name": "a", "kubernetes_sd_configs": discoveries}]})
    found = answer["scrape_configs"][0]["kubernetes_sd_configs"]
    assert found == [{**discovery, "kubeconfig_file": "/admin"} for discovery in discoveries]


def test_the_loopback_rule_comes_after_all_others() -> None:
    rule = {"action": "labeldrop", "regex": "x"}
    answer = configured({"scrape_configs": [{"job_name": "a", "relabel_configs": [rule]}, {"job_name": "b"}]})
    assert [scrape["relabel_configs"] for scrape in answer["scrape_configs"]] == [
        [rule, LOOPBACK_RULE],
        [LOOPBACK_RULE],
    ]


def test_templates_of_alertmanager_are_looked_for_in_the_folder() -> None:
    text = alertmanager_configuration("templates: [/etc/alertmanager/config/*.tmpl]", folder=Path("/a"))
    assert text == "templates: [/a/config/*.tmpl]"


def test_a_generated_configuration_is_unpacked() -> None:
    packed = base64.b64encode(gzip.compress(b"global: {}")).decode()
    assert unpacked({"data": {"prometheus.yaml.gz": packed}}, "prometheus.yaml.gz") == "global: {}"


def test_a_folder_holds_just_the_files_that_it_is_given(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a/old.yaml": b"1", "a/kept.yaml": b"2"})
    write_folder(tmp_path, {"a/kept.yaml": b"3", "b/new.yaml": b"4"})
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"a/kept.yaml": b"3", "b/new.yaml": b"4"}
