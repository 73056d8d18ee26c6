"""Where in a file a field is written."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from bursar.cli.documents import STDIN, Place

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP: Final = re.compile(r"[^.\[\]]+")


class Spot(NamedTuple):
    """A place in a file, to the letter; both count from 1."""

    line: int
    column: int


def locate(place: Place, resource: tuple[str, str], field: str) -> Spot:
    """Find a field, such as `spec.objectives[0].target`, of a resource, given by its kind and name.

    An item of a list may be named instead of numbered: `spec.objectives[latency]`. Of a field that is missing the
    nearest that is there is found; what cannot be read again begins where its document does.
    """
    found = Spot(place.line, 1)
    for node in _candidates(place):
        if _is(node, resource):
            return _descend(node, _STEP.findall(field), Spot(node.start_mark.line + 1, node.start_mark.column + 1))
    return found


def _candidates(place: Place) -> Iterator[yaml.Node]:
    """The resources of the document that begins there: itself, and what it lists."""
    if place.path == STDIN:
        return
    for root in _roots(place.path):
        if root.start_mark.line + 1 == place.line:
            yield root
            yield from _listed(root)


def _listed(node: yaml.Node) -> Iterator[yaml.Node]:
    items = dict(_entries(node)).get("items")
    if items is not None and isinstance(items[1], yaml.SequenceNode):
        for item in items[1].value:
            yield item
            yield from _listed(item)


@lru_cache(maxsize=8)  # findings come file by file
def _roots(path: Path) -> tuple[yaml.Node, ...]:
    try:
        return tuple(root for root in yaml.compose_all(path.read_text(), Loader=_LOADER) if root is not None)
    except (OSError, ValueError, yaml.YAMLError):
        return ()


def _is(node: yaml.Node, resource: tuple[str, str]) -> bool:
    kind, name = resource
    entries = dict(_entries(node))
    meta = dict(_entries(entries["metadata"][1])) if "metadata" in entries else {}
    return _text(entries.get("kind")) == kind and (not name or _text(meta.get("name")) == name)


def _text(entry: tuple[yaml.Node, yaml.Node] | None) -> str:
    return str(entry[1].value) if entry else ""


def _entries(node: yaml.Node) -> Iterable[tuple[str, tuple[yaml.Node, yaml.Node]]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), (key, value)


def _descend(node: yaml.Node, steps: list[str], spot: Spot) -> Spot:
    for step in steps:
        found = _item(node, step) if isinstance(node, yaml.SequenceNode) else dict(_entries(node)).get(step)
        if found is None:
            break
        key, node = found
        spot = Spot(key.start_mark.line + 1, key.start_mark.column + 1)
    return spot


def _item(node: yaml.SequenceNode, step: str) -> tuple[yaml.Node, yaml.Node] | None:
    if step.isdigit() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item, item
    named = (item for item in node.value if _text(dict(_entries(item)).get("name")) == step)
    return next(((item, item) for item in named), None)
