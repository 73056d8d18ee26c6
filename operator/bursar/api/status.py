"""What every status has: the conditions, the generated objects, and how far the operator has come."""

from typing import Annotated, Final, Literal

from pydantic import Field

from bursar.api.base import Model
from bursar.api.fields import LIST_KEYS, LIST_TYPE

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, max_length=64)]
Decimal = Annotated[str, Field(max_length=64)]
"""A ratio, a percentage or a burn rate as text, because JSON numbers lose digits."""

UNSEEN_GENERATION: Final = -1


class StatusCondition(Model):
    """One verdict about a resource."""

    type: Annotated[str, Field(max_length=64)] = Field(description="What is judged: Ready, Selected, DataFresh.")
    status: Literal["True", "False", "Unknown"] = Field(description="True, False or Unknown.")
    reason: Annotated[str, Field(max_length=128)] = Field(description="Why, as one word for programs.")
    message: Annotated[str, Field(max_length=32768)] = Field(description="Why, for people: what, where, what to do.")
    last_transition_time: Time = Field(description="When status last changed, in UTC.")
    observed_generation: int = Field(description="Generation of the spec that the verdict is about.")


class Acknowledged(Model):
    """Somebody takes care, and said so with `bursar ack`."""

    by: Annotated[str, Field(max_length=256)] | None = Field(default=None, description="Who takes care.")
    until: Time = Field(description="When others are told again, if it is not over by then.")
    comment: Annotated[str, Field(max_length=1024)] | None = Field(default=None, description="What is being done.")
    group: Annotated[str, Field(max_length=1024)] | None = Field(
        default=None, description="The group that it is about, of those acknowledged the one that stays so for longest."
    )


class ObjectRef(Model):
    """One generated object in the resource's namespace."""

    kind: Annotated[str, Field(max_length=64)] = Field(description="Kind of the object: PrometheusRule.")
    name: Annotated[str, Field(max_length=253)] = Field(description="Name of the object.")


class Status(Model):
    """The part of a status that all kinds share."""

    observed_generation: int = Field(
        default=UNSEEN_GENERATION,
        description="Generation of the spec that the status is about; -1: not seen yet.",
    )
    last_handled_request: Annotated[str, Field(max_length=1024)] | None = Field(
        default=None, description="Value of the annotation bursar.dev/requestedAt that was handled last."
    )
    conditions: tuple[StatusCondition, ...] = Field(
        default=(),
        max_length=32,
        description="Verdicts, one per type. Ready says that all objects are as specified and accepted.",
        json_schema_extra={LIST_TYPE: "map", LIST_KEYS: ["type"]},
    )
    objects: tuple[ObjectRef, ...] = Field(default=(), max_length=64, description="The objects that were generated.")
