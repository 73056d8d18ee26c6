"""The envelope that all kinds share, and the field types without Kubernetes words."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from bursar.api.rules import VALIDATIONS, Rule
from bursar.domain.durations import format_duration, parse_duration
from bursar.domain.promql.selector import Selector, parse_selector


class Model(BaseModel):
    """An immutable value; unknown fields are errors. `RULES` are what must hold between its fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # a command that needs one kind does not wait for the others
    )
    RULES: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _hold_rules(self) -> Self:
        for rule in self.RULES:
            rule.check(self)
        return self

    def __deepcopy__(self, memo: dict[int, object] | None = None) -> Self:
        """Return itself: a default that nobody can change need not be copied for every resource."""
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        reference = handler(core)
        if cls.RULES:
            handler.resolve_ref_schema(reference)[VALIDATIONS] = [rule.as_validation() for rule in cls.RULES]
        return reference


def _exact(value: object) -> object:
    """Read a JSON number as the decimal that the user typed, not as its binary neighbour."""
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return Decimal(repr(value)) if isinstance(value, float) else value


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError('must be a duration such as "5m" or "30d"')


def _selector(value: object) -> Selector:
    if isinstance(value, Selector):
        return value
    if isinstance(value, str):
        return parse_selector(value)
    raise ValueError('must be a PromQL selector such as http_requests_total{job="checkout"}')


def _int_or_string(value: object) -> int | str:
    if isinstance(value, int | str) and not isinstance(value, bool):
        return value
    raise ValueError("must be a number or a name")


DURATION_PATTERN: Final = "^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
POSITIVE: Final = Rule("self.matches('[1-9]')", lambda duration: duration > timedelta(0), "must be longer than 0")

ExactNumber = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number"})]
PromDuration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 2, "maxLength": 32, "pattern": DURATION_PATTERN}),
    POSITIVE,
]
VectorSelector = Annotated[
    Selector,
    BeforeValidator(_selector),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 4096}),
]
IntOrString = Annotated[
    int | str, BeforeValidator(_int_or_string), WithJsonSchema({"x-kubernetes-int-or-string": True})
]


class Spec(Model):
    """What every spec has."""

    suspend: bool = Field(default=False, description="Keep what was generated and stop changing it. Default false.")


class ObjectMeta(BaseModel):
    """The part of a Kubernetes object's metadata that decisions need."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    name: str
    namespace: str
    uid: str = ""
    generation: int = 0
    annotations: dict[str, str] = Field(default_factory=dict)


class Resource(BaseModel):
    """What all five kinds have around their spec; the raw status is the engine's business."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    metadata: ObjectMeta
    spec: Spec
