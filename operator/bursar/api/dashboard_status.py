"""The status of a Dashboard: where Grafana shows it, and what is doubtful about it."""

from typing import Annotated

from pydantic import Field

from bursar.api.base import Model
from bursar.api.status import Status


class PublishedDashboard(Model):
    """Where a dashboard is to be found."""

    uid: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="Its uid in Grafana; the same after the resource was deleted and made anew."
    )
    path: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Where Grafana shows it: /d/checkout-3f2a…"
    )


class DashboardStatus(PublishedDashboard, Status):
    """What became of the dashboard."""

    title: Annotated[str, Field(max_length=256)] | None = Field(default=None, description="Its title in Grafana.")
    panels: int | None = Field(default=None, ge=0, description="How many panels it has.")
    config_map: Annotated[str, Field(max_length=253)] | None = Field(
        default=None, description="The ConfigMap that holds it."
    )
    warnings: tuple[Annotated[str, Field(max_length=1024)], ...] | None = Field(
        default=None, max_length=50, description="What is probably not meant; the dashboard is published all the same."
    )
