"""service-red: rate, errors and duration of one target, and what it runs out of."""

from collections.abc import Iterator

from bursar.api.dashboard_widgets import Row, Widget
from bursar.api.monitoring_target import MonitoringTarget, RequestsSignal
from bursar.compiler.dashboard.content import Content
from bursar.compiler.dashboard.missing import Missing
from bursar.compiler.dashboard.templates.given import Given, Template, unfit
from bursar.compiler.dashboard.templates.parameters import BY, BY_MEANS, label
from bursar.compiler.dashboard.templates.queries import addresses, heat, quantile, rates, share, telling_label
from bursar.compiler.dashboard.templates.resources import filling, target_alerts
from bursar.compiler.dashboard.templates.widgets import (
    ALL_UP,
    SHARE,
    SHARE_OF_ERRORS,
    UP_OR_DOWN,
    heatmap,
    page,
    row,
    series,
    stat,
    timeline,
)
from bursar.domain.promql.selector import Selector

QUANTILES = (("0.5", "median"), ("0.95", "95 %"), ("0.99", "99 %"))


def build(given: Given) -> Content:
    """Show a target that has at least one of the signals requests and latency."""
    target = needed_target(given, "service-red")
    requests, latency = target.spec.signals.requests, target.spec.signals.latency
    if requests is None and latency is None:
        raise lacking(target, "requests, with total and errors, or latency, with histogram")
    return page(
        row("Now", *_now(target)),
        traffic(requests, label(given, BY, telling_label(requests))) if requests else None,
        durations(latency.histogram, "the requests") if latency else None,
        row("What fills up", *filling(target)),
        row("Health", *health(target)),
    )


def needed_target(given: Given, template: str) -> MonitoringTarget:
    """Return the target of the dashboard, without which the template shows nothing."""
    if given.target is None:
        raise unfit(given, "name", f"{template} shows a MonitoringTarget; name one in spec.targetRef")
    return given.target


def lacking(target: MonitoringTarget, signals: str) -> Missing:
    """Say which signals a target lacks for a template."""
    return Missing(
        f"MonitoringTarget {target.metadata.name} has nothing to show here; add to its spec.signals: {signals}"
    )


def _now(target: MonitoringTarget) -> Iterator[Widget]:
    requests, latency, up = target.spec.signals.requests, target.spec.signals.latency, addresses(target)
    if requests:
        yield stat("Requests", "Requests per second, now.", rates(requests.total), unit="reqps")
        failing = share(requests.errors, requests.total)
        yield stat("Errors", "Share of the requests that fail, now.", failing, unit=SHARE, thresholds=SHARE_OF_ERRORS)
    if latency:
        yield stat("Duration", "95 % of the requests are faster, now.", quantile("0.95", latency.histogram), unit="s")
    if up:
        told = "Share of the scraped addresses that answer."
        yield stat("Addresses that answer", told, f"avg({up})", unit=SHARE, thresholds=ALL_UP)


def traffic(requests: RequestsSignal, by: str) -> Row | None:
    """Show how much is asked and how much of it fails, `by` a label where one is known."""
    labels, legend = ((by,), f"{{{{{by}}}}}") if by else ((), "")
    told = f" by {by}" if by else ""
    return row(
        "Traffic and errors",
        series(
            f"Requests{told}",
            "Requests per second.",
            (rates(requests.total, *labels), legend or "all"),
            unit="reqps",
            stack="normal",
            min=0,
        ),
        series(
            "Share of errors",
            "Share of the requests that fail.",
            (share(requests.errors, requests.total), "errors"),
            unit=SHARE,
            min=0,
            width=6,
        ),
        series(
            f"Errors{told}",
            "Failed requests per second.",
            (f"topk(10, {rates(requests.errors, *labels)})", legend or "errors"),
            unit="reqps",
            width=6,
        ),
    )


def durations(histogram: Selector, what: str) -> Row | None:
    """Show how long things take: quantiles, and the whole distribution."""
    return row(
        "Duration",
        series(
            "Quantiles of the duration",
            f"So many of {what} are faster than that.",
            *((quantile(number, histogram), name) for number, name in QUANTILES),
            unit="s",
            min=0,
        ),
        heatmap(
            "Distribution of the duration", f"How many of {what} took how long.", (heat(histogram), "{{le}}"), unit="s"
        ),
    )


def health(target: MonitoringTarget) -> Iterator[Widget]:
    """Show which addresses answer, where they are known, and which alerts of the target fire."""
    up = addresses(target)
    if up:
        asked = (f"max by (instance) ({up})", "{{instance}}")
        yield timeline("Addresses", "Which addresses answered when.", asked, width=12, height=8, thresholds=UP_OR_DOWN)
    yield target_alerts(target)


TEMPLATE = Template(
    name="service-red",
    title="Rate, errors, duration",
    shows="Rate, errors and duration of a target, and what it runs out of.",
    build=build,
    parameters={BY: BY_MEANS},
)
