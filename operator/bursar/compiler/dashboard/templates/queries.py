"""The PromQL of templates: ranges follow the resolution of the picture, as Grafana fills them in."""

from typing import Final

from bursar.api.monitoring_target import MonitoringTarget, RequestsSignal
from bursar.conventions import MONITORING_TARGET, NAMESPACE, STEP
from bursar.domain.promql.build import sum_by
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector

RANGE: Final = "$__rate_interval"


def rate(selector: object) -> str:
    """Per-second increase of counters, over the range that fits the resolution."""
    return f"rate({selector}[{RANGE}])"


def rates(selector: object, *by: str) -> str:
    """Per-second increase of counters, summed by some labels."""
    return sum_by(by, rate(selector))


def share(part: object, whole: object, *by: str) -> str:
    """The share of some events in all of them; a counter that does not exist yet counts none."""
    total = rates(whole, *by)
    return f"({rates(part, *by)} or {total} * 0) / ({total} > 0)"


def quantile(quantile_: str, histogram: Selector) -> str:
    """A quantile of a histogram, classic or native."""
    classic = rates(histogram.histogram_part("bucket"), "le")
    native = rates(histogram.histogram_part(""))
    return f"histogram_quantile({quantile_}, {classic}) or histogram_quantile({quantile_}, {native})"


def heat(histogram: Selector) -> str:
    """How many events fell into which bucket, for a heat map; a native histogram where there is no classic one."""
    classic, native = histogram.histogram_part("bucket"), histogram.histogram_part("")
    return f"sum by (le) (increase({classic}[{RANGE}])) or on () sum(increase({native}[{RANGE}]))"


def fullness(used: object, capacity: object) -> str:
    """What is used of a capacity, from 0 to 1."""
    return f"{used} / ({capacity} > 0)"


def of_target(target: MonitoringTarget, metric: str) -> Selector:
    """Select a series of a target that Bursar's monitor scrapes: the monitor labels them."""
    labelled = Selector(metric).where(NAMESPACE, MatchOperator.EQUAL, target.metadata.namespace)
    return labelled.where(MONITORING_TARGET, MatchOperator.EQUAL, target.metadata.name)


def addresses(target: MonitoringTarget) -> Selector | None:
    """Select one series per address of a target, 1 when it is well; None where somebody else scrapes it."""
    scrape = target.spec.scrape
    if scrape is None:
        return None
    return of_target(target, "up" if scrape.probe is None else "probe_success")


def firing(alerts: Selector) -> Selector:
    """Select what fires, each incident once: its later steps of escalation are left out."""
    return alerts.where("alertstate", MatchOperator.EQUAL, "firing").where(STEP, MatchOperator.REGEXP, "1|")


def telling_label(requests: RequestsSignal) -> str:
    """Find the label that tells how a request failed: the one by which errors are told from the rest; may be empty."""
    only_errors = requests.errors.labels - requests.total.labels
    return min(only_errors) if len(only_errors) == 1 and requests.errors.metric == requests.total.metric else ""
