"""What two sets of files generate, side by side."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

from bursar.cli.compilers import compiler
from bursar.cli.documents import Document, Problem, Read
from bursar.cli.foreign.files import Foreign, read_foreign
from bursar.cli.manifests import as_yaml
from bursar.cli.names import once
from bursar.cli.offline import FileView, resources
from bursar.cli.rendering import common_objects, namespaces_with_rules
from bursar.compiler.plan import Accepted, ChildRef, Manifest
from bursar.compiler.view import RulePolicy
from bursar.conventions import API_VERSION, MANAGED_BY_LABEL, PRODUCT, ChildKind, Kind

_SAME, _DIFFERENT, _INCOMPLETE = 0, 1, 2

# Servers sort keys, people do not: both sides are put in the order in which rules are read.
_ORDER: Final = {
    name: at
    for at, name in enumerate(
        ("apiVersion", "kind", "metadata", "name", "namespace", "spec", "groups", "interval", "rules", "record",
         "alert", "expr", "for", "keep_firing_for", "labels", "annotations")
    )
}  # fmt: skip


def run(paths: Iterable[Path], others: Iterable[Path], *, namespace: str, output: str, policy: RulePolicy) -> int:
    """Print how what `paths` generate differs from what `others` generate, or are; returns the exit code.

    0: it does not, 1: it does, 2: something could not be compared.
    """
    old, new = (generated(read_foreign(each, sys.stdin), namespace, policy) for each in (others, paths))
    changes = tuple(compared(old.objects, new.objects))
    sys.stdout.write(_WRITERS[output](changes))
    problems = (*old.problems, *new.problems)
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    if problems:
        return _INCOMPLETE
    return _DIFFERENT if changes else _SAME


@dataclass(frozen=True, slots=True)
class Generated:
    """The objects that files generate, or hold, and what could not be looked at."""

    objects: Mapping[ChildRef, Manifest]
    problems: tuple[Problem, ...]


def generated(found: Iterable[Foreign | Problem], namespace: str, policy: RulePolicy) -> Generated:
    """Compile resources; objects that were generated already are taken as they are."""
    ours, objects = _sorted_out(found)
    given = resources(once(ours, namespace=namespace), namespace=namespace)
    view, problems = FileView(policy, datetime.now(UTC), given.valid), list(given.problems)
    made = list(common_objects(namespaces_with_rules(ours, namespace), view))
    for key, resource in given.valid.items():
        plan = compiler(key.kind)(resource, view)
        made += plan.apply
        if not isinstance(plan.verdict, Accepted):
            problems.append(Problem(given.places[key], f"{key}: {plan.verdict.message}"))
    objects |= {_reference(each): _plain(each) for each in made}
    return Generated(objects, tuple(problems))


def _sorted_out(found: Iterable[Foreign | Problem]) -> tuple[list[Read], dict[ChildRef, Manifest]]:
    """Tell resources of ours from objects that were generated; what is neither is left out."""
    ours: list[Read] = []
    objects: dict[ChildRef, Manifest] = {}
    for each in found:
        if isinstance(each, Problem):
            ours.append(each)
        elif each.content.get("apiVersion") == API_VERSION and each.content.get("kind") in list(Kind):
            ours.append(Document(each.place, Kind(each.content["kind"]), each.content))
        elif _is_generated(each.content):
            objects[_reference(each.content)] = _plain(each.content)
    return ours, objects


def _is_generated(content: Mapping[str, Any]) -> bool:
    labels = (content.get("metadata") or {}).get("labels") or {}
    return content.get("kind") in list(ChildKind) and labels.get(MANAGED_BY_LABEL) == PRODUCT


def _reference(manifest: Mapping[str, Any]) -> ChildRef:
    meta = manifest["metadata"]
    return ChildRef(ChildKind(manifest["kind"]), meta.get("namespace", ""), meta["name"])


def _plain(manifest: Mapping[str, Any]) -> Manifest:
    """Leave out what a server adds."""
    meta = {name: manifest["metadata"].get(name) for name in ("name", "namespace", "labels")}
    body = {name: value for name, value in manifest.items() if name not in ("metadata", "status")}
    ordered: Manifest = _ordered({**body, "metadata": meta})
    return ordered


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda name: (_ORDER.get(name, 99), name))}
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is not the same on both sides; None where it is not there."""

    ref: ChildRef
    old: Manifest | None
    new: Manifest | None

    @property
    def kind(self) -> str:
        """What happens to the object."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"

    def as_data(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"change": self.kind, **self.ref._asdict(), "old": self.old, "new": self.new}

    def lines(self) -> Iterator[str]:
        """Show the lines that differ, as diff -u does."""
        old, new = (as_yaml(each).splitlines(keepends=True) if each else [] for each in (self.old, self.new))
        yield from unified_diff(old, new, f"old {self.ref}", f"new {self.ref}", n=3)


def compared(old: Mapping[ChildRef, Manifest], new: Mapping[ChildRef, Manifest]) -> Iterator[Change]:
    """List what differs, by name."""
    for ref in sorted({*old, *new}):
        if old.get(ref) != new.get(ref):
            yield Change(ref, old.get(ref), new.get(ref))


_WRITERS: Final[Mapping[str, Callable[[Sequence[Change]], str]]] = {
    "text": lambda changes: "".join(line for change in changes for line in change.lines()),
    "names": lambda changes: "".join(f"{change.kind:<8}{change.ref}\n" for change in changes),
    "json": lambda changes: json.dumps([change.as_data() for change in changes], indent=2, ensure_ascii=False) + "\n",
}
