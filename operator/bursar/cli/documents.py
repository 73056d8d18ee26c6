"""Resources of ours in YAML files, each with the place where it begins."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from bursar.conventions import API_VERSION, GROUP, Kind

STDIN: Final = Path("-")

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, ten times as fast


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document begins; lines count from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{'<stdin>' if self.path == STDIN else self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """One resource of ours, not validated yet."""

    place: Place
    kind: Kind
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be used, and why."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


Read: TypeAlias = Document | Problem


def read(paths: Iterable[Path]) -> Iterator[Read]:
    """Read files and, with all below them, folders; `-` is the standard input.

    What belongs to other programs is left out. `kind: List` is what it lists.
    """
    for path in sorted({file for given in paths for file in _files(given)}):
        yield from _documents(path)


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return (path,)
    return (file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())


def _documents(path: Path) -> Iterator[Read]:
    try:
        loader = _Loader(sys.stdin.read() if path == STDIN else path.read_text())
        while loader.check_node():
            node = loader.get_node()
            yield from _resources(Place(path, node.start_mark.line + 1), loader.construct_document(node))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        yield Problem(Place(path, line), f"this is not YAML: {error.problem}")
    except (OSError, ValueError, yaml.YAMLError) as error:
        yield Problem(Place(path, 1), f"cannot be read: {error}")


def _resources(place: Place, content: Any) -> Iterator[Read]:
    if not isinstance(content, Mapping):
        return
    kind, version = content.get("kind"), content.get("apiVersion")
    if kind == "List":
        for item in content.get("items") or ():
            yield from _resources(place, item)
    elif version == API_VERSION and kind in list(Kind):
        yield Document(place, Kind(kind), content)
    elif isinstance(version, str) and version.startswith(f"{GROUP}/"):
        yield Problem(place, f"there is no kind {kind} in {version}; in {API_VERSION} there are {', '.join(Kind)}")
