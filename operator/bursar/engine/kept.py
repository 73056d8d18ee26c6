"""Users' resources as text: their models take twenty times the memory, and most are read once in ten minutes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from bursar.api.base import ObjectMeta, Resource

Parse: TypeAlias = Callable[[Mapping[str, Any]], Resource]

MODELS_AT_HAND: Final = 512
_PARTS: Final = ("apiVersion", "kind", "spec")
_METADATA: Final = frozenset(field.alias or name for name, field in ObjectMeta.model_fields.items())


@dataclass(frozen=True, slots=True)
class Kept:
    """One valid resource; equal ones ask for the same."""

    parse: Parse
    text: bytes

    @property
    def resource(self) -> Resource:
        """The model; those that were read last are at hand, others are parsed anew."""
        return _parsed(self.parse, self.text)


def keep(parse: Parse, raw: Mapping[str, Any]) -> Kept:
    """Keep of an object what its model is made of; raises InvalidSpec when that is wrong."""
    kept = as_kept(parse, raw)
    _parsed(kept.parse, kept.text)
    return kept


def as_kept(parse: Parse, raw: Mapping[str, Any]) -> Kept:
    """The same, without looking whether it is valid."""
    metadata = {name: value for name, value in raw["metadata"].items() if name in _METADATA}
    parts = {name: raw[name] for name in _PARTS if name in raw}
    return Kept(parse, json.dumps({**parts, "metadata": metadata}, separators=(",", ":")).encode())


@lru_cache(maxsize=MODELS_AT_HAND)
def _parsed(parse: Parse, text: bytes) -> Resource:
    return parse(json.loads(text))
