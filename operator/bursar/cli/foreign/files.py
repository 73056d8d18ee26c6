"""Documents of other engines in files, and what becomes of each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from bursar.api.parse import parse_resource
from bursar.cli.documents import STDIN, Place, Problem
from bursar.cli.foreign.openslo import Catalog, from_openslo, is_openslo
from bursar.cli.foreign.parts import mapping, text
from bursar.cli.foreign.pyrra import from_pyrra, is_pyrra
from bursar.cli.foreign.remarks import Imported, Raw, Refusal, Remarks
from bursar.cli.foreign.sloth import from_sloth, is_sloth
from bursar.conventions import Kind
from bursar.errors import InvalidSpec

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SUFFIXES: Final = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Foreign:
    """One document, with the place where it begins."""

    place: Place
    content: Raw


def read_foreign(paths: Iterable[Path], stdin: Iterable[str]) -> Iterator[Foreign | Problem]:
    """Read every map in files, and in folders with all below them; `-` is the standard input."""
    for path in sorted({file for given in paths for file in _files(given)}):
        try:
            for node, content in _documents("".join(stdin) if path == STDIN else path.read_text()):
                yield from _each(Place(path, node.start_mark.line + 1), content)
        except (OSError, ValueError, yaml.YAMLError) as error:
            yield Problem(Place(path, 1), f"cannot be read: {error}")


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return (path,)
    return (file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())


def _documents(source: str) -> Iterator[tuple[yaml.Node, Any]]:
    loader = _LOADER(source)
    while loader.check_node():
        node = loader.get_node()
        yield node, loader.construct_document(node)


def _each(place: Place, content: Any) -> Iterator[Foreign]:
    if not isinstance(content, dict):
        return
    if content.get("kind") == "List":
        for item in content.get("items") or ():
            yield from _each(place, item)
    else:
        yield Foreign(place, content)


@dataclass(frozen=True, slots=True)
class Import:
    """How documents are imported: `window` is that of Sloth's settings, `namespace` that of what names none."""

    window: str
    namespace: str
    catalog: Catalog

    @classmethod
    def of(cls, documents: Sequence[Foreign | Problem], *, window: str, namespace: str) -> "Import":
        """Get ready for documents that refer to each other."""
        contents = (each.content for each in documents if isinstance(each, Foreign))
        return cls(window, namespace, Catalog.of(contents))

    def imported(self, document: Foreign) -> Imported | None:
        """Turn one document into resources of ours; None when it is of no engine that is known."""
        remarks = Remarks(document.place, _subject(document.content))
        try:
            found = self._converted(document.content, remarks)
        except Refusal as refusal:
            remarks.refused(str(refusal))
            found = []
        if found is None:
            return None
        kept = tuple(each for each in map(self._placed, found) if _holds(each, remarks))
        return Imported(document.place, kept, tuple(remarks.made))

    def _converted(self, content: Raw, remarks: Remarks) -> list[Raw] | None:
        if is_sloth(content):
            return from_sloth(content, remarks, window=self.window)
        if is_pyrra(content):
            return from_pyrra(content, remarks)
        return from_openslo(content, remarks, self.catalog) if is_openslo(content) else None

    def _placed(self, resource: Raw) -> Raw:
        meta = resource["metadata"]
        named = {"name": meta["name"], "namespace": meta.get("namespace") or self.namespace}
        return {**resource, "metadata": named}


def _holds(resource: Raw, remarks: Remarks) -> bool:
    """Refuse what the API server would refuse."""
    about = replace(remarks, subject=f"SLA {resource['metadata']['name']}")
    try:
        parse_resource(Kind.SLA, resource)
    except InvalidSpec as error:
        for finding in error.findings:
            about.refused(str(finding))
        return False
    return True


def _subject(content: Raw) -> str:
    name = text(mapping(content.get("metadata")).get("name")) or text(content.get("service"))
    return f"{text(content.get('kind')) or text(content.get('version'))} {name}".strip()
