"""The chart, rendered by the real helm and taken by the real API server."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bursar.settings import Settings
from sandbox.binaries import binary
from sandbox.control_plane import ControlPlane
from sandbox.modules import KUBERNETES

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "bursar"
SETTINGS_OF_THE_CHART = {"namespaces", "listen_address", "listen_port"}

Manifest = dict[str, Any]


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([binary("helm"), *arguments], capture_output=True, text=True, timeout=60, check=False)


def rendered(*options: str) -> list[Manifest]:
    answer = helm("template", "bursar", CHART, "-n", "monitoring", "--kube-version", KUBERNETES, *options)
    assert answer.returncode == 0, answer.stderr
    return [document for document in yaml.safe_load_all(answer.stdout) if document]


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def container(manifests: list[Manifest]) -> Manifest:
    (deployment,) = of_kind(manifests, "Deployment")
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(only)


def environment(manifests: list[Manifest]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container(manifests)["env"]}


def test_helm_has_nothing_to_complain_about() -> None:
    answer = helm("lint", "--strict", CHART)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    "options", [(), ("--set", "namespaces={a,b}"), ("--set", "crds.keep=false,settings.workers=4")]
)
def test_the_api_server_takes_everything_that_is_rendered(
    options: tuple[str, ...], control_plane: ControlPlane, namespace: str
) -> None:
    manifests = rendered(*options)
    for manifest in manifests:
        if "namespace" in manifest["metadata"]:
            manifest["metadata"]["namespace"] = namespace
    applied = control_plane.kubectl(
        "apply",
        "--server-side",
        "--force-conflicts",
        "--dry-run=server",
        "-f",
        "-",
        stdin=yaml.safe_dump_all(manifests),
    )
    assert len(applied.splitlines()) == len(manifests)


def test_the_pod_keeps_the_restricted_pod_security_standard(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/warn=restricted")
    (deployment,) = of_kind(rendered(), "Deployment")
    deployment["metadata"]["namespace"] = namespace
    arguments = ("apply", "--warnings-as-errors", "--server-side", "--dry-run=server", "-f", "-")
    assert control_plane.kubectl(*arguments, stdin=yaml.safe_dump(deployment))


def test_the_crds_are_those_of_the_repository() -> None:
    crds = of_kind(rendered("--set", "crds.keep=false"), "CustomResourceDefinition")
    files = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "crds").glob("*.yaml"))]
    assert sorted(crds, key=lambda crd: crd["metadata"]["name"]) == files


def test_the_crds_outlive_the_release_unless_told_otherwise() -> None:
    for crd in of_kind(rendered(), "CustomResourceDefinition"):
        assert crd["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_the_crds_can_be_left_out() -> None:
    assert of_kind(rendered("--set", "crds.enabled=false"), "CustomResourceDefinition") == []


def test_without_namespaces_the_rights_are_on_the_cluster() -> None:
    manifests = rendered()
    (role,) = of_kind(manifests, "ClusterRole")
    (binding,) = of_kind(manifests, "ClusterRoleBinding")
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "bursar", "namespace": "monitoring"}]
    assert of_kind(manifests, "Role") == []


def test_with_namespaces_there_is_a_role_in_each_and_none_on_the_cluster() -> None:
    manifests = rendered("--set", "namespaces={shop,mail}")
    for kind in ("Role", "RoleBinding"):
        assert {each["metadata"]["namespace"] for each in of_kind(manifests, kind)} == {"shop", "mail"}
    assert of_kind(manifests, "ClusterRole") == of_kind(manifests, "ClusterRoleBinding") == []
    assert environment(manifests)["BURSAR_NAMESPACES"] == "shop,mail"


READ = {"get", "list", "watch"}
EVERYTHING = {*READ, "create", "patch", "update", "delete"}
RIGHTS_IN_A_NAMESPACE = {
    "monitoringtargets": READ,
    "slas": READ,
    "alertrules": READ,
    "notificationchannels": READ,
    "monitoringtargets/status": {"patch"},
    "slas/status": {"patch"},
    "alertrules/status": {"patch"},
    "notificationchannels/status": {"patch"},
    "servicemonitors": EVERYTHING,
    "podmonitors": EVERYTHING,
    "probes": EVERYTHING,
    "scrapeconfigs": EVERYTHING,
    "prometheusrules": EVERYTHING,
    "alertmanagerconfigs": EVERYTHING,
    "events": {"create"},
}
RIGHTS_ON_THE_CLUSTER = {
    "prometheuses": READ,
    "thanosrulers": READ,
    "alertmanagers": READ,
    "namespaces": READ,
    "customresourcedefinitions": {"list", "watch"},
}
SECRETS = {"secrets": {"get"}}


@pytest.mark.parametrize(
    ("kind", "options", "rights"),
    [
        ("ClusterRole", (), RIGHTS_IN_A_NAMESPACE | RIGHTS_ON_THE_CLUSTER | SECRETS),
        ("ClusterRole", ("--set", "rbac.secrets=none"), RIGHTS_IN_A_NAMESPACE | RIGHTS_ON_THE_CLUSTER),
        ("Role", ("--set", "namespaces={shop}"), RIGHTS_IN_A_NAMESPACE | SECRETS),
        ("Role", ("--set", "namespaces={shop},rbac.secrets=none"), RIGHTS_IN_A_NAMESPACE),
        ("Role", ("--set", "rbac.secrets=namespaces,rbac.secretNamespaces={shop}"), SECRETS),
    ],
)
def test_the_role_is_what_the_operator_uses_and_no_more(
    kind: str, options: tuple[str, ...], rights: dict[str, set[str]]
) -> None:
    (role,) = of_kind(rendered(*options), kind)
    assert {name: set(rule["verbs"]) for rule in role["rules"] for name in rule["resources"]} == rights


def test_settings_become_environment_variables() -> None:
    options = "settings.prometheusUrl=http://p:9090,settings.objectLabels.release=kps,settings.objectLabels.a=b"
    variables = environment(rendered("--set", f"{options},settings.workers=4"))
    assert variables == {
        "BURSAR_NAMESPACES": "",
        "BURSAR_LISTEN_PORT": "8080",
        "BURSAR_PROMETHEUS_URL": "http://p:9090",
        "BURSAR_OBJECT_LABELS": "a=b,release=kps",
        "BURSAR_WORKERS": "4",
    }


def test_the_chart_knows_every_setting_of_the_operator() -> None:
    schema = yaml.safe_load((CHART / "values.schema.json").read_text())
    known = {f"BURSAR_{snake(name)}" for name in schema["properties"]["settings"]["properties"]}
    assert known == {f"BURSAR_{name.upper()}" for name in Settings.model_fields.keys() - SETTINGS_OF_THE_CHART}


def snake(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("replicas=3", "additional properties 'replicas' not allowed"),
        ("settings.prometheusURL=http://x", "additional properties 'prometheusURL' not allowed"),
        ("settings.refreshInterval=often", "does not match pattern"),
        ("namespaces={Shop}", "does not match pattern"),
    ],
)
def test_a_value_that_nobody_knows_is_refused(option: str, message: str) -> None:
    answer = helm("template", "bursar", CHART, "--kube-version", KUBERNETES, "--set", option)
    assert answer.returncode != 0
    assert message in answer.stderr
