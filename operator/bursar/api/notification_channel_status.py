"""The status of a NotificationChannel: what Alertmanager makes of it."""

from typing import Annotated

from pydantic import Field

from bursar.api.status import Status, Time


class NotificationChannelStatus(Status):
    """What was generated for the channel, and what Alertmanager makes of it."""

    receiver: Annotated[str, Field(max_length=640)] | None = Field(
        default=None, description="Name of the receiver in Alertmanager: shop/nchan-oncall/oncall."
    )
    alerts: int | None = Field(default=None, ge=0, description="How many alerts fire at it now.")
    as_of: Time | None = Field(
        default=None, description="When Alertmanager said so; it stands still while Alertmanager is away."
    )
