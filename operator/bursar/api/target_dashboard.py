"""The page of a MonitoringTarget."""

from typing import Annotated, Literal

from pydantic import Field

from bursar.api.base import Model

TargetTemplate = Literal[
    "service-red", "resource-use", "database-performance", "worker-executions", "capacity-planning"
]


class TargetDashboard(Model):
    """The page of a target, from a template that shows one."""

    template: TargetTemplate = Field(description="What it shows: service-red, resource-use, ...")
    parameters: Annotated[dict[str, Annotated[str, Field(max_length=1024)]], Field(max_length=20)] = Field(
        default_factory=dict, description="What the template asks for, such as names of metrics."
    )
