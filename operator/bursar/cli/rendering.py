"""Resources in files -> what the operator would generate, in the order of the files."""

import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from bursar.api.parse import UserResource
from bursar.cli.compilers import compiler
from bursar.cli.compilers import context as compiled_with
from bursar.cli.documents import Document, Problem, Read, read
from bursar.cli.manifests import as_yaml
from bursar.cli.names import identity, once
from bursar.cli.offline import FileView, resources
from bursar.cli.shares import shared
from bursar.compiler.plan import Accepted, Key, Manifest
from bursar.compiler.view import RulePolicy
from bursar.conventions import Kind

Writer: TypeAlias = Callable[[Mapping[str, Any]], str]

FORMATS: Final[Mapping[str, Writer]] = {
    "yaml": lambda manifest: f"---\n{as_yaml(manifest)}",
    "json": lambda manifest: f"{json.dumps(manifest, ensure_ascii=False)}\n",
}
_RENDERED, _INCOMPLETE = 0, 1


def run(paths: Iterable[Path], *, namespace: str, output: str, policy: RulePolicy) -> int:
    """Print what all resources in files are compiled to; returns the exit code.

    0: everything was rendered, 1: something could not be, or there was nothing.
    """
    with _without_collector():
        documents = list(once(read(paths), namespace=namespace))
        if not documents:
            sys.stderr.write("these files hold no resources of ours\n")
            return _INCOMPLETE
        rendering = Rendering(FORMATS[output], namespace, context(documents, policy=policy, namespace=namespace))
        code = shared(documents, rendering.write, out=sys.stdout, err=sys.stderr)
        for manifest in common_objects(namespaces_with_rules(documents, namespace), rendering.view):
            sys.stdout.write(rendering.writer(manifest))
        return code


@contextmanager
def _without_collector() -> Iterator[None]:
    """Spare the search for cycles: all that is read is kept until the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def context(documents: Iterable[Read], *, policy: RulePolicy, namespace: str) -> FileView:
    """Return the world that every resource of the files is compiled in."""
    ours = [each for each in documents if not isinstance(each, Problem)]
    wanted = compiled_with({each.kind for each in ours})
    shown = (each for each in ours if each.kind in wanted)
    return FileView(policy, datetime.now(UTC), resources(shown, namespace=namespace).valid)


def namespaces_with_rules(documents: Iterable[Read], namespace: str) -> frozenset[str]:
    """Name the namespaces that get a PrometheusRule."""
    names = (identity(each, namespace) for each in documents if isinstance(each, Document) and _has_rules(each))
    return frozenset(name[1] for name in names if name)


def _has_rules(document: Document) -> bool:
    if document.kind is Kind.MONITORING_TARGET:
        spec = document.content.get("spec")
        return isinstance(spec, Mapping) and bool(spec.get("alerts"))
    return document.kind in (Kind.SLA, Kind.ALERT_RULE)


def common_objects(namespaces: Iterable[str], view: FileView) -> Iterator[Manifest]:
    """Build what the resources of a namespace have in common."""
    from bursar.compiler.inhibition import inhibition  # noqa: PLC0415 - it brings the models of channels along

    for namespace in sorted(namespaces):
        yield from inhibition(namespace, view)


@dataclass(frozen=True, slots=True)
class Rendering:
    """How documents are turned into objects; `view` is what they are compiled in."""

    writer: Writer
    namespace: str
    view: FileView

    def write(self, documents: Sequence[Read], out: IO[str], err: IO[str]) -> int:
        """Write the objects of some documents, and what is wrong with the others; returns the exit code."""
        code = _RENDERED
        for document in documents:
            given = resources([document], namespace=self.namespace)
            for problem in (*given.problems, *self._compiled(given.valid, document, out)):
                err.write(f"{problem}\n")
                code = _INCOMPLETE
        return code

    def _compiled(self, valid: Mapping[Key, UserResource], document: Read, out: IO[str]) -> Iterator[Problem]:
        for key, resource in valid.items():
            plan = compiler(key.kind)(resource, self.view)
            if not isinstance(plan.verdict, Accepted):
                yield Problem(document.place, f"{key}: {plan.verdict.message}")
            for manifest in plan.apply:
                out.write(self.writer(ownerless(manifest)))


def ownerless(manifest: Manifest) -> Manifest:
    """Leave out the ownerReference: the uid of an owner is known to a cluster alone."""
    metadata = {name: value for name, value in manifest["metadata"].items() if name != "ownerReferences"}
    return {**manifest, "metadata": metadata}
