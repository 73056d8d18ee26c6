"""The names of resources in files."""

from collections.abc import Iterable, Iterator, Mapping

from bursar.cli.documents import Document, Place, Problem, Read


def once(documents: Iterable[Read], *, namespace: str) -> Iterator[Read]:
    """Put a problem in place of every resource whose name was taken before; what has no name passes."""
    places: dict[tuple[str, ...], Place] = {}
    for each in documents:
        found = None if isinstance(each, Problem) else identity(each, namespace)
        if found in places:
            yield Problem(each.place, f"{'/'.join(found)} is already in {places[found]}; remove one of the two")
            continue
        if found:
            places[found] = each.place
        yield each


def identity(document: Document, namespace: str) -> tuple[str, ...] | None:
    """Return kind, namespace and name of a document, which need not be valid; None when it has no name."""
    meta = document.content.get("metadata")
    if not isinstance(meta, Mapping) or not isinstance(meta.get("name"), str):
        return None
    return (document.kind, str(meta.get("namespace", namespace)), meta["name"])
