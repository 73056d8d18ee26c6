from typing import Any

import pytest

from bursar.compiler.plan import Condition
from bursar.compiler.selection import selected
from bursar.compiler.view import Selectors
from bursar.conventions import ChildKind, Reason

EVERYTHING: dict[str, Any] = {"ruleSelector": {}, "ruleNamespaceSelector": {}}
RELEASE: dict[str, Any] = {"ruleSelector": {"matchLabels": {"release": "kps"}}, "ruleNamespaceSelector": {}}


def server(
    spec: dict[str, Any] | None, name: str = "k8s", *, namespace: str = "monitoring", kind: str = "Prometheus"
) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"namespace": namespace, "name": name}, "spec": spec}


def judge(
    *servers: dict[str, Any],
    labels: dict[str, str] | None = None,
    namespaces: dict[str, dict[str, str]] | None = None,
    kind: ChildKind = ChildKind.PROMETHEUS_RULE,
    readable: bool = True,
) -> Condition:
    known = {"shop": {"team": "payments"}} if namespaces is None else namespaces
    selectors = Selectors(servers=servers, namespaces=known if readable else None)
    return selected(kind, labels=labels or {}, namespace="shop", selectors=selectors)


def test_empty_selectors_select_everything() -> None:
    verdict = judge(server(EVERYTHING))
    assert (verdict.type, verdict.status, verdict.reason) == ("Selected", "True", Reason.SELECTED)
    assert verdict.message == "Prometheus monitoring/k8s selects it"


def test_a_missing_label_is_named_with_its_cure() -> None:
    verdict = judge(server(RELEASE), labels={"app": "x"})
    assert (verdict.status, verdict.reason) == ("False", Reason.LABEL_MISSING)
    assert verdict.message == (
        "Prometheus monitoring/k8s selects PrometheusRules with label release=kps; "
        "set it with the operator's setting objectLabels"
    )


def test_the_label_that_was_missing_makes_it_selected() -> None:
    assert judge(server(RELEASE), labels={"release": "kps"}).status == "True"


def test_several_missing_labels_are_all_named() -> None:
    spec = RELEASE | {"ruleSelector": {"matchLabels": {"release": "kps", "team": "sre"}}}
    assert judge(server(spec)).message == (
        "Prometheus monitoring/k8s selects PrometheusRules with labels release=kps, team=sre; "
        "set them with the operator's setting objectLabels"
    )


def test_a_selector_that_is_not_set_selects_nothing() -> None:
    verdict = judge(server({"ruleNamespaceSelector": {}}))
    assert (verdict.status, verdict.reason) == ("False", Reason.LABEL_MISSING)
    assert verdict.message == (
        "Prometheus monitoring/k8s selects no PrometheusRule at all: its spec.ruleSelector is not set; "
        "set it to {} or to labels that the operator's setting objectLabels adds"
    )


def test_a_server_without_any_spec_selects_nothing() -> None:
    assert judge(server(None)).status == "False"


def test_a_namespace_selector_that_is_not_set_means_the_own_namespace_only() -> None:
    verdict = judge(server({"ruleSelector": {}}))
    assert (verdict.status, verdict.reason) == ("False", Reason.NAMESPACE_NOT_SELECTED)
    assert verdict.message == (
        "Prometheus monitoring/k8s selects PrometheusRules in its own namespace only; "
        "set its spec.ruleNamespaceSelector so that it includes namespace shop"
    )
    assert judge(server({"ruleSelector": {}}, namespace="shop")).status == "True"


def test_namespaces_are_selected_by_their_labels() -> None:
    spec = {"ruleSelector": {}, "ruleNamespaceSelector": {"matchLabels": {"monitored": "yes"}}}
    verdict = judge(server(spec))
    assert verdict.reason == Reason.NAMESPACE_NOT_SELECTED
    assert verdict.message == (
        "Prometheus monitoring/k8s selects PrometheusRules in namespaces with label monitored=yes; "
        "label namespace shop so, or widen its spec.ruleNamespaceSelector"
    )
    assert judge(server(spec), namespaces={"shop": {"monitored": "yes"}}).status == "True"


def test_the_name_of_a_namespace_is_one_of_its_labels() -> None:
    spec = {"ruleSelector": {}, "ruleNamespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}
    assert judge(server(spec), namespaces={}).status == "True"
    assert judge(server(spec), readable=False).status == "True"


def test_label_and_namespace_that_are_both_wrong_are_both_named() -> None:
    verdict = judge(server({"ruleSelector": {"matchLabels": {"release": "kps"}}}))
    assert verdict.reason == Reason.LABEL_MISSING
    assert verdict.message == (
        "Prometheus monitoring/k8s selects PrometheusRules with label release=kps and in its own namespace only; "
        "set it with the operator's setting objectLabels and set its spec.ruleNamespaceSelector so that it includes "
        "namespace shop"
    )


def test_one_server_that_selects_is_enough() -> None:
    assert judge(server(RELEASE), server(EVERYTHING, "other")).message == "Prometheus monitoring/other selects it"


def test_the_nearest_server_is_named() -> None:
    nothing, far, near = server({}, "nothing"), server({"ruleSelector": {}}, "far"), server(RELEASE, "near")
    assert "monitoring/near selects" in judge(nothing, far, near).message
    assert "monitoring/far selects" in judge(nothing, far).message


def test_without_any_server_nothing_is_selected() -> None:
    verdict = judge()
    assert (verdict.status, verdict.reason) == ("False", Reason.NO_PROMETHEUS)
    assert "no Prometheus resource and no ThanosRuler" in verdict.message


def test_a_thanos_ruler_counts_for_rules_alone() -> None:
    ruler = server(EVERYTHING | {"serviceMonitorSelector": {}}, kind="ThanosRuler")
    assert judge(ruler).message == "ThanosRuler monitoring/k8s selects it"
    assert judge(ruler, kind=ChildKind.SERVICE_MONITOR).reason == Reason.NO_PROMETHEUS


def test_what_may_not_be_read_is_unknown() -> None:
    verdict = selected(ChildKind.PROBE, labels={}, namespace="shop", selectors=Selectors(servers=None, namespaces=None))
    assert (verdict.status, verdict.reason) == ("Unknown", Reason.NOT_PERMITTED)
    assert "Prometheus and ThanosRuler resources" in verdict.message


def test_unreadable_namespaces_matter_only_where_they_decide() -> None:
    by_namespace = {"matchLabels": {"monitored": "yes"}}
    open_to_labels = server({"ruleSelector": {}, "ruleNamespaceSelector": by_namespace})
    verdict = judge(open_to_labels, readable=False)
    assert (verdict.status, verdict.reason) == ("Unknown", Reason.NOT_PERMITTED)
    assert judge(open_to_labels, server(EVERYTHING, "other"), readable=False).status == "True"
    wants_both = server(RELEASE | {"ruleNamespaceSelector": by_namespace})
    assert judge(wants_both, readable=False).reason == Reason.LABEL_MISSING


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (ChildKind.SERVICE_MONITOR, "serviceMonitor"),
        (ChildKind.POD_MONITOR, "podMonitor"),
        (ChildKind.PROBE, "probe"),
        (ChildKind.SCRAPE_CONFIG, "scrapeConfig"),
        (ChildKind.PROMETHEUS_RULE, "rule"),
    ],
)
def test_every_kind_has_selectors_of_its_own(kind: ChildKind, field: str) -> None:
    spec: dict[str, Any] = {f"{field}Selector": {}, f"{field}NamespaceSelector": {}}
    assert judge(server(spec), kind=kind).status == "True"
    assert judge(server({f"{field}Selector": {}}), kind=kind).reason == Reason.NAMESPACE_NOT_SELECTED
    assert judge(server({}), kind=kind).reason == Reason.LABEL_MISSING
