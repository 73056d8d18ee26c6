"""What the settings of a platform decide for every generated object."""

from bursar.compiler.view import DashboardPolicy, RulePolicy
from bursar.settings import Settings


def policy_of(settings: Settings) -> RulePolicy:
    """Read off the settings what a compile may ask."""
    return RulePolicy(
        labels=settings.object_labels,
        fast_interval=settings.fast_interval,
        slow_interval=settings.slow_interval,
        scrape_interval=settings.scrape_interval,
        severity_labels=settings.severity_labels,
        dashboards=DashboardPolicy(
            labels=settings.dashboard_labels,
            folder_annotation=settings.folder_annotation,
            instances=settings.grafana_instances,
            most_widgets=settings.most_widgets,
            of_slas=settings.sla_dashboards,
            grafana_url=settings.grafana_url.rstrip("/"),
        ),
    )
