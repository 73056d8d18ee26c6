"""JSON schema as pydantic writes it into the structural schema that the API server takes.

What differs, and why: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel

from bursar.domain.durations import format_duration

Schema = dict[str, Any]

_SCALARS: Final = frozenset({"string", "number", "integer", "boolean"})
_DROPPED: Final = frozenset({"title", "default", "additionalProperties", "$defs", "$ref", "anyOf"})


def structural(model: type[BaseModel]) -> Schema:
    """Turn a model into a structural schema: no references, no nulls, no defaults."""
    raw = model.model_json_schema(by_alias=True)
    return _structural(raw, raw.get("$defs", {}))


def with_scalar_defaults(schema: Schema, model: type[BaseModel]) -> Schema:
    """Add the defaults of the outermost scalars.

    Deeper ones would be written into list items and sub-objects by the server: lasting drift for GitOps.
    """
    raw = model.model_json_schema(by_alias=True)["properties"]
    durations = {
        field.alias: format_duration(field.default)
        for field in model.model_fields.values()
        if isinstance(field.default, timedelta)
    }
    properties = {
        name: {**field, "default": durations.get(name, raw[name]["default"])}
        if _has_scalar_default(field, raw[name])
        else field
        for name, field in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _has_scalar_default(field: Schema, raw: Schema) -> bool:
    return field.get("type") in _SCALARS and raw.get("default") not in (None, "")


def _structural(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Schema:
    node = _flat(node, definitions)
    schema: Schema = {key: value for key, value in node.items() if key not in _DROPPED}
    if "properties" in node:
        schema["properties"] = {name: _structural(field, definitions) for name, field in node["properties"].items()}
    if isinstance(node.get("additionalProperties"), Mapping):
        schema["additionalProperties"] = _structural(node["additionalProperties"], definitions)
    if "items" in node:
        schema["items"] = _structural(node["items"], definitions)
        schema.setdefault("x-kubernetes-list-type", "atomic")
    return schema


def _flat(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Mapping[str, Any]:
    """Resolve references and optional values; what stands beside a reference wins over what it refers to."""
    while True:
        if "$ref" in node:
            target = definitions[node["$ref"].removeprefix("#/$defs/")]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        elif "anyOf" in node:
            (present,) = (option for option in node["anyOf"] if option != {"type": "null"})
            node = {**present, **{key: value for key, value in node.items() if key != "anyOf"}}
        else:
            return node
