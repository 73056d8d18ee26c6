"""The four ways prometheus-operator scrapes, built from a target's `scrape`.

Every field that the API server would default is written, so that its answer equals what was asked for.
Source: https://prometheus-operator.dev/docs/api-reference/api/
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, TypeAlias

from bursar.api.base import Model, ObjectMeta
from bursar.api.monitoring_target import PodScrape, ProbeScrape, Scrape, ServiceScrape, StaticScrape
from bursar.compiler.objects import bounded_name
from bursar.conventions import MONITORING_TARGET, NAMESPACE, ChildKind
from bursar.domain.durations import format_duration

Spec: TypeAlias = Mapping[str, Any]

_ENDPOINTS: Final[Mapping[ChildKind, str]] = {
    ChildKind.SERVICE_MONITOR: "endpoints",
    ChildKind.POD_MONITOR: "podMetricsEndpoints",
}


def monitor_name(target: str) -> str:
    """Name the object that scrapes a target."""
    return bounded_name(f"mtgt-{target}")


def monitor(scrape: Scrape, *, meta: ObjectMeta, pace: timedelta) -> tuple[ChildKind, Spec]:
    """Build the monitor of a target: its kind and its spec; `pace` is the interval where the target says none.

    Every series gets `monitoring_target` and `namespace` by relabeling, after the user's own steps: `job`
    means another thing in each of these kinds, and neither a Probe nor a ScrapeConfig has a namespace by
    itself. The scrape interval is always written, because the windows of the rules count on it.
    """
    interval = format_duration(pace)
    match scrape:
        case Scrape(service=ServiceScrape() as service):
            return ChildKind.SERVICE_MONITOR, _scraped(service, ChildKind.SERVICE_MONITOR, meta, interval)
        case Scrape(pods=PodScrape() as pods):
            return ChildKind.POD_MONITOR, _scraped(pods, ChildKind.POD_MONITOR, meta, interval)
        case Scrape(probe=ProbeScrape() as probe):
            return ChildKind.PROBE, _probe(probe, meta, interval)
        case Scrape(static=StaticScrape() as static):
            return ChildKind.SCRAPE_CONFIG, _static(static, meta, interval)
    raise ValueError("a scrape without a choice was not validated")


def scrape_pools(kind: ChildKind, *, namespace: str, name: str, spec: Spec) -> tuple[str, ...]:
    """Name the scrape pools that prometheus-operator makes of a monitor, as /api/v1/targets knows them."""
    pool = f"{kind[0].lower()}{kind[1:]}/{namespace}/{name}"
    match kind:
        case ChildKind.SERVICE_MONITOR | ChildKind.POD_MONITOR:
            return tuple(f"{pool}/{index}" for index in range(len(spec[_ENDPOINTS[kind]])))
        case _:
            return (pool,)


def _scraped(scrape: ServiceScrape | PodScrape, kind: ChildKind, meta: ObjectMeta, interval: str) -> Spec:
    spec = _written(scrape)
    endpoints = [_endpoint(endpoint, meta, interval) for endpoint in spec.pop("endpoints")]
    return {**spec, "selector": _selector(spec["selector"]), _ENDPOINTS[kind]: endpoints}


def _selector(selector: Spec) -> Spec:
    """Leave out what is empty: `{}` selects all, and Exists refuses an empty list of values."""
    expressions = [
        {name: value for name, value in expression.items() if value} for expression in selector["matchExpressions"]
    ]
    both = {"matchLabels": selector["matchLabels"], "matchExpressions": expressions}
    return {name: value for name, value in both.items() if value}


def _endpoint(endpoint: Spec, meta: ObjectMeta, interval: str) -> Spec:
    steps = [*endpoint.get("relabelings", ()), *_identity(meta)]
    return {"interval": interval, **endpoint, "relabelings": steps}


def _probe(probe: ProbeScrape, meta: ObjectMeta, interval: str) -> Spec:
    written = _written(probe)
    prober = {"url": written["prober"]} | _chosen(written, "path", "scheme")
    static = {"static": written["targets"], "relabelingConfigs": _identity(meta)} | _filled(written, "labels")
    return {
        "interval": interval,
        **_chosen(written, "interval", "scrapeTimeout", "module"),
        "prober": prober,
        "targets": {"staticConfig": static},
    }


def _static(static: StaticScrape, meta: ObjectMeta, interval: str) -> Spec:
    written = _written(static)
    timing = {"interval": "scrapeInterval", "scrapeTimeout": "scrapeTimeout"}
    return {
        "scrapeInterval": interval,
        **{theirs: written[ours] for ours, theirs in timing.items() if ours in written},
        **_chosen(written, "scheme"),
        "metricsPath": written["path"],
        "staticConfigs": [{"targets": written["targets"]} | _filled(written, "labels")],
        "relabelings": _identity(meta),
    }


def _written(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _chosen(written: Spec, *names: str) -> dict[str, Any]:
    return {name: written[name] for name in names if name in written}


def _filled(written: Spec, name: str) -> dict[str, Any]:
    return {name: written[name]} if written[name] else {}


def _identity(meta: ObjectMeta) -> list[Spec]:
    return [
        {"action": "replace", "targetLabel": NAMESPACE, "replacement": meta.namespace},
        {"action": "replace", "targetLabel": MONITORING_TARGET, "replacement": meta.name},
    ]
