"""The field reference for people, from the same schemas as the CRDs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bursar.api.kinds import KindDefinition
from bursar.api.rules import VALIDATIONS
from bursar.api.schema import Schema
from bursar.conventions import API_VERSION

_INTRODUCTION: Final = f"""# Field reference

Generated from the models in `operator/bursar/api` by `make crds`; do not edit. API version: `{API_VERSION}`.

- Durations are Prometheus durations: `90s`, `5m`, `1h30m`, `30d`. A selector is a PromQL vector selector such
  as `http_requests_total{{job="checkout"}}`.
- References never cross namespaces. An empty choice is written `{{}}`, never null.
- kubectl and server-side apply refuse unknown fields. A plain POST only gets a warning, and loses them.
- `[]` in a path stands for the items of a list; required fields are marked with `*`.
"""
_TABLE: Final = "| field | type | meaning |\n|---|---|---|\n"


def reference(kinds: Sequence[tuple[KindDefinition, Schema]]) -> str:
    """Write the reference of all kinds as Markdown."""
    return "\n".join([_INTRODUCTION, *(_kind(definition, schema) for definition, schema in kinds)])


def _kind(definition: KindDefinition, schema: Schema) -> str:
    names = f"`kubectl get {definition.plural}`, short `{definition.short_name}`."
    tables = [_section(part, schema["properties"][part]) for part in ("spec", "status")]
    return "\n".join([f"## {definition.kind}\n", f"{definition.resource.__doc__} {names}\n", *tables])


def _section(name: str, schema: Schema) -> str:
    rows = "".join(f"| `{path}` | {kind} | {meaning} |\n" for path, kind, meaning in _rows(name, schema))
    return f"### {name}\n\n{schema['description']}{_rules(schema)}\n\n{_TABLE}{rows}"


def _rows(parent: str, schema: Schema) -> Iterator[tuple[str, str, str]]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        path = f"{parent}.{name}"
        yield (
            path + ("*" if name in required else ""),
            _type(field),
            _cell(field["description"] + _rules(field)),
        )
        yield from _rows(f"{path}[]" if "items" in field else path, field.get("items", field))


def _rules(schema: Schema) -> str:
    rules: Iterable[dict[str, str]] = [
        *schema.get(VALIDATIONS, ()),
        *schema.get("items", {}).get(VALIDATIONS, ()),
    ]
    sentences = [rule["message"] for rule in rules]
    return f" Rules: {'; '.join(sentences)}." if sentences else ""


def _type(schema: Schema) -> str:
    if "x-kubernetes-int-or-string" in schema:
        return "integer or string"
    if "enum" in schema:
        return " \\| ".join(f"`{value}`" for value in schema["enum"])
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    if "additionalProperties" in schema:
        return f"map of {_type(schema['additionalProperties'])}"
    return str(schema["type"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
