"""What the chart does so that Bursar stays there, is watched itself, and may do no more than it must."""

from pathlib import Path

import pytest
import yaml

from integration.test_chart import Manifest, container, environment, of_kind, rendered

pytestmark = pytest.mark.sandbox

CRDS = Path(__file__).parents[2] / "crds"


def names(manifests: list[Manifest], kind: str) -> list[str]:
    return [manifest["metadata"]["name"] for manifest in of_kind(manifests, kind)]


def pod(*options: str) -> Manifest:
    (deployment,) = of_kind(rendered(*options), "Deployment")
    return dict(deployment["spec"]["template"]["spec"])


def test_the_right_to_lead_is_on_one_lease_by_its_name() -> None:
    manifests = rendered()
    (role,) = of_kind(manifests, "Role")
    (binding,) = of_kind(manifests, "RoleBinding")
    (rule,) = role["rules"]
    assert (role["metadata"]["namespace"], role["metadata"]["name"]) == ("monitoring", "bursar-lease")
    assert binding["roleRef"]["name"] == "bursar-lease"
    assert rule == {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "resourceNames": [environment(manifests)["BURSAR_LEASE_NAME"]],
        "verbs": ["get", "create", "update"],
    }


def test_two_releases_in_a_namespace_have_two_leases() -> None:
    variables = environment(rendered("--set", "fullnameOverride=second"))
    assert (variables["BURSAR_LEASE_NAMESPACE"], variables["BURSAR_LEASE_NAME"]) == ("monitoring", "second")


def test_without_leader_election_there_is_one_replica_at_a_time_and_no_right_to_a_lease() -> None:
    manifests = rendered("--set", "leaderElection=false")
    (deployment,) = of_kind(manifests, "Deployment")
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert of_kind(manifests, "Role") == []
    assert environment(manifests)["BURSAR_LEADER_ELECTION"] == "false"


def test_with_leader_election_the_new_one_is_ready_before_the_old_one_goes() -> None:
    (deployment,) = of_kind(rendered(), "Deployment")
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@pytest.mark.parametrize(("replicas", "budgets", "spread"), [("1", 0, 0), ("3", 1, 2)])
def test_several_replicas_are_spread_and_not_drained_together(replicas: str, budgets: int, spread: int) -> None:
    options = ("--set", f"replicas={replicas}")
    assert len(of_kind(rendered(*options), "PodDisruptionBudget")) == budgets
    assert len(pod(*options).get("topologySpreadConstraints", ())) == spread


def test_the_token_is_renewed_every_hour_and_belongs_to_the_operator_alone() -> None:
    manifests = rendered()
    (account,) = of_kind(manifests, "ServiceAccount")
    (credentials,) = [volume for volume in pod()["volumes"] if volume["name"] == "credentials"]
    assert (account["automountServiceAccountToken"], pod()["automountServiceAccountToken"]) == (False, False)
    assert credentials["projected"]["sources"][0]["serviceAccountToken"]["expirationSeconds"] == 3600
    mounts = {mount["name"]: mount["mountPath"] for mount in container(manifests)["volumeMounts"]}
    assert mounts["credentials"] == "/var/run/secrets/kubernetes.io/serviceaccount"


def test_the_container_can_change_nothing_of_itself() -> None:
    security = container(rendered())["securityContext"]
    assert security == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://p:9090", 9090),
        ("https://thanos.example.com", 443),
        ("http://p/prometheus", 80),
        ("http://[::1]:8481", 8481),
    ],
)
def test_with_a_network_policy_the_operator_reaches_names_the_api_server_and_prometheus_alone(
    url: str, port: int
) -> None:
    manifests = rendered("--set", f"networkPolicy.enabled=true,settings.prometheusUrl={url}")
    (policy,) = of_kind(manifests, "NetworkPolicy")
    opened = [entry["port"] for rule in policy["spec"]["egress"] for entry in rule["ports"]]
    assert opened == [53, 53, 443, 6443, port]
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert policy["spec"]["ingress"] == [{"ports": [{"port": "http"}]}]


def test_who_may_view_or_edit_in_kubernetes_may_view_or_edit_all_our_kinds_and_no_status() -> None:
    roles = {role["metadata"]["name"]: role for role in of_kind(rendered(), "ClusterRole")}
    kinds = {yaml.safe_load(path.read_text())["spec"]["names"]["plural"] for path in CRDS.glob("*.yaml")}
    for name, verbs in (("view", ["get", "list", "watch"]), ("edit", ["create", "update", "patch", "delete"])):
        role = roles[f"monitoring-bursar-{name}"]
        (rule,) = role["rules"]
        assert role["metadata"]["labels"][f"rbac.authorization.k8s.io/aggregate-to-{name}"] == "true"
        assert set(rule["resources"]) == kinds
        assert rule["verbs"][: len(verbs)] == verbs


@pytest.mark.parametrize("options", [(), ("--set", "namespaces={shop}")])
def test_no_right_is_a_wildcard_or_leads_to_more_rights(options: tuple[str, ...]) -> None:
    manifests = rendered(*options)
    rules = [rule for kind in ("Role", "ClusterRole") for role in of_kind(manifests, kind) for rule in role["rules"]]
    words = {word for rule in rules for part in ("apiGroups", "resources", "verbs") for word in rule[part]}
    assert words & {"*", "escalate", "bind", "impersonate"} == set()
    for rule in rules:
        assert "secrets" not in rule["resources"] or set(rule["verbs"]) <= {"get"}


def test_bursar_is_scraped_and_its_alerts_are_selected_as_what_it_generates() -> None:
    options = "selfMonitoring.enabled=true,settings.objectLabels.release=kps,selfMonitoring.labels.team=sre"
    manifests = rendered("--set", options)
    (service,) = of_kind(manifests, "Service")
    for kind in ("ServiceMonitor", "PrometheusRule"):
        (found,) = of_kind(manifests, kind)
        assert {"release": "kps", "team": "sre"}.items() <= found["metadata"]["labels"].items()
    (monitor,) = of_kind(manifests, "ServiceMonitor")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert of_kind(rendered(), "ServiceMonitor") == of_kind(rendered(), "PrometheusRule") == []
