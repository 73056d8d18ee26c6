from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from pydantic import Field

from bursar.api.base import Model
from bursar.api.kinds import DEFINITIONS, KindDefinition
from bursar.api.rules import exactly_one
from bursar.api.schema import Schema, structural, with_scalar_defaults

ALL_SCHEMAS = [
    pytest.param(structural(model), id=model.__name__)
    for definition in DEFINITIONS
    for model in (definition.spec, definition.status)
]
FORBIDDEN = {"$ref", "$defs", "anyOf", "oneOf", "prefixItems", "patternProperties", "const", "title", "default"}


class Colour(StrEnum):
    """A colour."""

    RED = "red"


class Leaf(Model):
    """A leaf."""

    RULES = (exactly_one("width", "height"),)

    width: int | None = Field(default=None, description="Width.")
    height: int | None = Field(default=None, description="Height.")


class Tree(Model):
    """A tree."""

    colour: Colour = Field(default=Colour.RED, description="Its colour.")
    tall: bool = Field(default=False, description="Whether it is tall.")
    label: str = Field(default="", description="A label.")
    best_leaf: Leaf | None = Field(default=None, description="The best leaf.")
    leaves: tuple[Leaf, ...] = Field(default=(), description="All leaves.")
    notes: dict[str, str] = Field(default_factory=dict, description="Notes.")


def nodes(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from nodes(field, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from nodes(schema[key], f"{path}[]")


def test_references_are_resolved_and_the_fields_own_description_wins() -> None:
    leaf = structural(Tree)["properties"]["bestLeaf"]
    assert leaf["description"] == "The best leaf."
    assert leaf["properties"]["width"] == {"type": "integer", "description": "Width."}


def test_rules_between_fields_stand_in_the_object_and_in_every_item() -> None:
    tree = structural(Tree)["properties"]
    rule = {
        "rule": "(has(self.width) ? 1 : 0) + (has(self.height) ? 1 : 0) == 1",
        "message": "set exactly one of width, height",
    }
    assert tree["bestLeaf"]["x-kubernetes-validations"] == [rule]
    assert tree["leaves"]["items"]["x-kubernetes-validations"] == [rule]


def test_lists_are_atomic_unless_they_say_otherwise() -> None:
    assert structural(Tree)["properties"]["leaves"]["x-kubernetes-list-type"] == "atomic"


def test_only_the_outermost_scalars_get_a_default() -> None:
    tree = with_scalar_defaults(structural(Tree), Tree)["properties"]
    assert {name: field["default"] for name, field in tree.items() if "default" in field} == {
        "colour": "red",
        "tall": False,
    }


def test_maps_keep_the_type_of_their_values() -> None:
    assert structural(Tree)["properties"]["notes"]["additionalProperties"] == {"type": "string"}


@pytest.mark.parametrize("schema", ALL_SCHEMAS)
def test_every_field_has_a_description(schema: Schema) -> None:
    missing = [
        path
        for path, node in nodes(schema)
        if not path.endswith("[]") and len(node.get("description", "")) < len("Its end.")
    ]
    assert missing == []


@pytest.mark.parametrize("schema", ALL_SCHEMAS)
def test_nothing_is_left_that_a_structural_schema_forbids(schema: Schema) -> None:
    left = {path: FORBIDDEN & node.keys() for path, node in nodes(schema) if FORBIDDEN & node.keys()}
    assert left == {}


@pytest.mark.parametrize("schema", ALL_SCHEMAS)
def test_whatever_a_user_may_write_is_bounded(schema: Schema) -> None:
    def bounded(node: dict[str, Any]) -> bool:
        match node:
            case {"type": "string"}:
                return "maxLength" in node or "enum" in node
            case {"type": "array"}:
                return "maxItems" in node
            case {"additionalProperties": _}:
                return "maxProperties" in node
            case _:
                return True

    assert [path for path, node in nodes(schema) if not bounded(node)] == []


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.kind)
def test_map_lists_have_their_keys_as_required_fields(definition: KindDefinition) -> None:
    for model in (definition.spec, definition.status):
        for path, node in nodes(structural(model)):
            if node.get("x-kubernetes-list-type") == "map":
                assert set(node["x-kubernetes-list-map-keys"]) <= set(node["items"]["required"]), path
