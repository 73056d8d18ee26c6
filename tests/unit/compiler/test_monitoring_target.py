from datetime import timedelta
from typing import Any

import pytest

from bursar.api.monitoring_target import MonitoringTarget, Scrape
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.monitors import monitor, scrape_pools
from bursar.compiler.objects import MAX_NAME
from bursar.compiler.plan import Accepted, Manifest, Rejected, Waiting
from bursar.compiler.view import RulePolicy, Selectors
from bursar.conventions import ChildKind, Reason
from fakes.world import World

SERVICE: dict[str, Any] = {
    "service": {"selector": {"matchLabels": {"app": "checkout"}}, "endpoints": [{"port": "http"}]}
}
PODS: dict[str, Any] = {"pods": {"selector": {}, "endpoints": [{"port": "http"}, {"portNumber": 9090}]}}
PROBE: dict[str, Any] = {
    "probe": {"prober": "blackbox:9115", "module": "http_2xx", "targets": ["https://shop.example.com"]}
}
STATIC: dict[str, Any] = {"static": {"targets": ["db.example.com:9187"]}}
IDENTITY = [
    {"action": "replace", "targetLabel": "namespace", "replacement": "shop"},
    {"action": "replace", "targetLabel": "monitoring_target", "replacement": "checkout"},
]
EVERYTHING: dict[str, Any] = {
    f"{prefix}{suffix}": {}
    for prefix in ("serviceMonitor", "podMonitor", "probe", "scrapeConfig")
    for suffix in ("Selector", "NamespaceSelector")
}


POLICY = RulePolicy(labels={"release": "kps"})
SELECTORS = Selectors(
    servers=({"kind": "Prometheus", "metadata": {"namespace": "monitoring", "name": "k8s"}, "spec": EVERYTHING},),
    namespaces={},
)


def world(
    served: frozenset[ChildKind] = frozenset(ChildKind), policy: RulePolicy = POLICY, selectors: Selectors = SELECTORS
) -> World:
    return World(served=served, policy=policy, selectors=selectors)


def target(scrape: dict[str, Any] | None = None, *, name: str = "checkout", **spec: Any) -> MonitoringTarget:
    chosen = {} if scrape is None else {"scrape": scrape}
    return MonitoringTarget.model_validate(
        {"metadata": {"name": name, "namespace": "shop", "uid": "u-1"}, "spec": {**chosen, **spec}}
    )


def compiled(scrape: dict[str, Any], **spec: Any) -> Manifest:
    (manifest,) = compile_monitoring_target(target(scrape, **spec), world()).apply
    return manifest


@pytest.mark.parametrize(
    ("scrape", "kind", "version"),
    [
        (SERVICE, "ServiceMonitor", "v1"),
        (PODS, "PodMonitor", "v1"),
        (PROBE, "Probe", "v1"),
        (STATIC, "ScrapeConfig", "v1alpha1"),
    ],
)
def test_every_way_to_scrape_has_its_kind(scrape: dict[str, Any], kind: str, version: str) -> None:
    plan = compile_monitoring_target(target(scrape), world())
    (manifest,) = plan.apply
    assert plan.verdict == Accepted()
    assert (manifest["apiVersion"], manifest["kind"]) == (f"monitoring.coreos.com/{version}", kind)
    assert (manifest["metadata"]["name"], manifest["metadata"]["namespace"]) == ("mtgt-checkout", "shop")
    assert manifest["metadata"]["labels"]["release"] == "kps"
    assert [condition.status for condition in plan.conditions] == ["True"]


def test_a_service_is_scraped_by_a_service_monitor() -> None:
    assert compiled(SERVICE)["spec"] == {
        "selector": {"matchLabels": {"app": "checkout"}},
        "endpoints": [{"port": "http", "path": "/metrics", "interval": "30s", "relabelings": IDENTITY}],
    }


def test_pods_are_scraped_by_a_pod_monitor() -> None:
    assert compiled(PODS)["spec"] == {
        "selector": {},
        "podMetricsEndpoints": [
            {"port": "http", "path": "/metrics", "interval": "30s", "relabelings": IDENTITY},
            {"portNumber": 9090, "path": "/metrics", "interval": "30s", "relabelings": IDENTITY},
        ],
    }


def test_addresses_are_probed_through_the_prober() -> None:
    assert compiled(PROBE)["spec"] == {
        "interval": "30s",
        "module": "http_2xx",
        "prober": {"url": "blackbox:9115", "path": "/probe"},
        "targets": {"staticConfig": {"static": ["https://shop.example.com"], "relabelingConfigs": IDENTITY}},
    }


def test_fixed_addresses_are_scraped_by_a_scrape_config() -> None:
    assert compiled(STATIC)["spec"] == {
        "scrapeInterval": "30s",
        "metricsPath": "/metrics",
        "staticConfigs": [{"targets": ["db.example.com:9187"]}],
        "relabelings": IDENTITY,
    }


def test_an_interval_of_the_user_wins_over_the_platforms() -> None:
    own = {"interval": "5s", "scrapeTimeout": "2s"}
    service = {"service": SERVICE["service"] | {"endpoints": [{"port": "http", **own}]}}
    assert compiled(service)["spec"]["endpoints"][0]["interval"] == "5s"
    assert compiled({"probe": PROBE["probe"] | own})["spec"]["scrapeTimeout"] == "2s"
    static = compiled({"static": STATIC["static"] | own})["spec"]
    assert (static["scrapeInterval"], static["scrapeTimeout"]) == ("5s", "2s")


def test_the_interval_of_the_platform_is_written_where_no_target_says_one() -> None:
    limited = world(policy=RulePolicy(labels={}, scrape_interval=timedelta(seconds=1)))
    (manifest,) = compile_monitoring_target(target(SERVICE), limited).apply
    assert manifest["spec"]["endpoints"][0]["interval"] == "1s"


def test_labels_of_addresses_are_kept() -> None:
    labels = {"labels": {"region": "eu"}}
    static_config = compiled({"probe": PROBE["probe"] | labels})["spec"]["targets"]["staticConfig"]
    assert static_config["labels"] == {"region": "eu"}
    assert compiled({"static": STATIC["static"] | labels})["spec"]["staticConfigs"][0]["labels"] == {"region": "eu"}


def test_what_identifies_a_target_comes_after_the_users_own_relabeling() -> None:
    spoof = {"targetLabel": "namespace", "replacement": "elsewhere"}
    drop = {"regex": "go_.*", "sourceLabels": ["__name__"], "action": "drop"}
    endpoint = {"port": "http", "relabelings": [spoof], "metricRelabelings": [drop]}
    written = compiled({"service": SERVICE["service"] | {"endpoints": [endpoint]}})["spec"]["endpoints"][0]
    assert written["relabelings"] == [{**spoof, "action": "replace"}, *IDENTITY]
    assert written["metricRelabelings"] == [drop]


def test_limits_and_authentication_are_handed_on_under_their_own_names() -> None:
    secret = {"name": "scrape", "key": "token"}
    endpoint = {"port": "https", "scheme": "https", "authorization": {"credentials": secret}}
    spec = compiled({"service": SERVICE["service"] | {"sampleLimit": 1000, "endpoints": [endpoint]}})["spec"]
    assert spec["sampleLimit"] == 1000
    assert spec["endpoints"][0]["authorization"] == {"credentials": secret}


def test_a_selector_holds_only_what_was_asked_for() -> None:
    expressions = [{"key": "canary", "operator": "DoesNotExist"}, {"key": "tier", "operator": "In", "values": ["a"]}]
    scrape = {"service": SERVICE["service"] | {"selector": {"matchExpressions": expressions}}}
    assert compiled(scrape)["spec"]["selector"] == {"matchExpressions": expressions}


def test_a_target_that_somebody_else_scrapes_gets_no_object() -> None:
    plan = compile_monitoring_target(target(), world())
    assert (plan.verdict, plan.apply, plan.facts.scrape_pools) == (Accepted(), (), ())
    assert [(c.status, c.reason) for c in plan.conditions] == [("True", Reason.NOTHING_TO_SELECT)]


def test_a_crd_that_is_not_installed_is_waited_for() -> None:
    limited = world(served=frozenset(ChildKind) - {ChildKind.SCRAPE_CONFIG})
    plan = compile_monitoring_target(target(STATIC), limited)
    assert plan.apply == ()
    assert plan.facts.scrape_pools == ("scrapeConfig/shop/mtgt-checkout",)
    assert plan.verdict == Waiting(
        Reason.DEPENDENCY_NOT_READY,
        "the CRD scrapeconfigs.monitoring.coreos.com is not installed in version v1alpha1; install "
        "prometheus-operator's CRDs: prometheus-operator crds | kubectl apply --server-side -f -",
    )


def test_a_monitor_that_no_prometheus_selects_says_so() -> None:
    plan = compile_monitoring_target(target(SERVICE), world(selectors=Selectors(servers=(), namespaces={})))
    assert [condition.reason for condition in plan.conditions] == [Reason.NO_PROMETHEUS]


@pytest.mark.parametrize(
    ("scrape", "pools"),
    [
        (SERVICE, ("serviceMonitor/shop/mtgt-checkout/0",)),
        (PODS, ("podMonitor/shop/mtgt-checkout/0", "podMonitor/shop/mtgt-checkout/1")),
        (PROBE, ("probe/shop/mtgt-checkout",)),
        (STATIC, ("scrapeConfig/shop/mtgt-checkout",)),
    ],
)
def test_scrape_pools_are_named_as_prometheus_operator_names_them(
    scrape: dict[str, Any], pools: tuple[str, ...]
) -> None:
    resource = target(scrape)
    assert compile_monitoring_target(resource, world()).facts.scrape_pools == pools
    assert resource.spec.scrape is not None
    kind, spec = monitor(resource.spec.scrape, meta=resource.metadata, pace=timedelta(seconds=30))
    assert scrape_pools(kind, namespace="shop", name="mtgt-checkout", spec=spec) == pools


def test_a_long_name_is_cut_in_the_object_and_whole_in_the_label() -> None:
    name = "x" * 200
    manifest = compiled(SERVICE, name=name)
    assert len(manifest["metadata"]["name"]) == MAX_NAME
    assert manifest["spec"]["endpoints"][0]["relabelings"][-1]["replacement"] == name
    pools = compile_monitoring_target(target(SERVICE, name=name), world()).facts.scrape_pools
    assert pools == (f"serviceMonitor/shop/{manifest['metadata']['name']}/0",)


def test_the_health_of_a_probed_address_is_the_outcome_of_the_probe() -> None:
    probed = compile_monitoring_target(target(PROBE), world()).facts
    scraped = compile_monitoring_target(target(SERVICE), world()).facts
    assert (probed.probed, str(probed.up)) == (True, 'probe_success{namespace="shop",monitoring_target="checkout"}')
    assert (scraped.probed, str(scraped.up)) == (False, 'up{namespace="shop",monitoring_target="checkout"}')


def test_every_signal_is_looked_for_where_it_was_asked_for() -> None:
    signals = {
        "requests": {"total": "requests_total", "errors": 'requests_total{code=~"5.."}'},
        "latency": {"histogram": 'request_seconds_bucket{job="checkout"}'},
        "saturation": [{"name": "pool", "used": "used", "capacity": "size"}],
    }
    checks = compile_monitoring_target(target(signals=signals), world()).facts.checks
    assert [(check.name, check.path, str(check.selector)) for check in checks] == [
        ("requests.total", "spec.signals.requests.total", "requests_total"),
        ("requests.errors", "spec.signals.requests.errors", 'requests_total{code=~"5.."}'),
        ("latency.buckets", "spec.signals.latency.histogram", 'request_seconds_bucket{job="checkout"}'),
        ("latency.native", "spec.signals.latency.histogram", 'request_seconds{job="checkout",quantile=""}'),
        ("saturation.pool.used", "spec.signals.saturation[pool].used", "used"),
        ("saturation.pool.capacity", "spec.signals.saturation[pool].capacity", "size"),
    ]
    assert [check.name for check in checks if check.by_bucket] == ["latency.buckets"]


def test_a_histogram_without_a_name_is_refused_with_its_field() -> None:
    plan = compile_monitoring_target(target(signals={"latency": {"histogram": '{job="checkout"}'}}), world())
    assert isinstance(plan.verdict, Rejected)
    assert plan.verdict.reason == Reason.INVALID_SPEC
    assert plan.verdict.message.startswith('spec.signals.latency.histogram: {job="checkout"} names no metric')


def test_a_timeout_longer_than_the_platforms_interval_is_refused() -> None:
    scrape = {"static": {"targets": ["db:9187"], "scrapeTimeout": "45s"}}
    plan = compile_monitoring_target(target(scrape), world())
    message = "spec.scrape: scrapeTimeout 45s is longer than the platform's interval 30s; "
    assert plan.verdict == Rejected(Reason.INVALID_SPEC, message + "shorten it, or set interval beside it")


def test_a_scrape_without_a_choice_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="not validated"):
        monitor(Scrape.model_construct(), meta=target().metadata, pace=timedelta(seconds=30))
