"""Rules that hold twice, from one definition: as CEL in the API server and as a validator in the models.

A rule that only the API server knew would not protect `bursar` on files; one that only the models knew would
let kubectl accept what is refused later. The message is the same in both places.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

VALIDATIONS: Final = "x-kubernetes-validations"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule about a value: `cel` for the API server, `holds` for us.

    `message` says what to do; field and value are named around it. Used as `Annotated[str, RULE]` for fields
    and in `Model.RULES` for whole objects.
    """

    cel: str
    holds: Callable[[Any], bool]
    message: str

    def check(self, value: Any) -> Any:
        """Return the value; raise ValueError with the message if the rule does not hold."""
        if self.holds(value):
            return value
        raise ValueError(self.message)

    def as_validation(self) -> dict[str, str]:
        """Give the rule as one item of `x-kubernetes-validations`."""
        return {"rule": self.cel, "message": self.message}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        return {**schema, VALIDATIONS: [*schema.get(VALIDATIONS, ()), self.as_validation()]}


def _chosen(model: BaseModel, fields: tuple[str, ...]) -> list[str]:
    """Name the fields that the user wrote, nulls included: `availability: null` is an empty choice."""
    return [field for field in fields if field in model.model_fields_set]


def _count(names: list[str]) -> str:
    return " + ".join(f"(has(self.{name}) ? 1 : 0)" for name in names)


def exactly_one(*fields: str) -> Rule:
    """Demand one of several fields of a model, given by their attribute names."""
    names = [to_camel(field) for field in fields]

    def holds(model: BaseModel) -> bool:
        chosen = _chosen(model, fields)
        return len(chosen) == 1 and getattr(model, chosen[0]) is not None

    return Rule(f"{_count(names)} == 1", holds, f"set exactly one of {', '.join(names)}")


def at_most_one(*fields: str) -> Rule:
    """Refuse more than one of several fields of a model, given by their attribute names."""
    names = [to_camel(field) for field in fields]
    return Rule(
        f"{_count(names)} <= 1",
        lambda model: len(_chosen(model, fields)) <= 1,
        f"set at most one of {', '.join(names)}",
    )
