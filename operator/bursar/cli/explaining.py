"""Objectives in files, explained one after the other."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bursar.api.sla import SLA
from bursar.cli.documents import Document, Problem, Read, read
from bursar.cli.explained import Explained, explain
from bursar.cli.names import once
from bursar.cli.offline import FileView, resources
from bursar.cli.rendering import context
from bursar.cli.words import in_words
from bursar.compiler.plan import Accepted, Plan
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import RulePolicy
from bursar.conventions import Kind
from bursar.domain.objective import Identity

_EXPLAINED, _INCOMPLETE = 0, 1
_WRITERS: Final[Mapping[str, Callable[[list[Explained]], str]]] = {
    "text": lambda found: "\n".join(map(in_words, found)),
    "json": lambda found: json.dumps([each.as_data() for each in found], indent=2, ensure_ascii=False) + "\n",
}


def run(
    paths: Iterable[Path], wanted: str, *, namespace: str, output: str, policy: RulePolicy, events: int | None
) -> int:
    """Explain the SLAs in files, or the `wanted` one alone; returns the exit code.

    0: all were explained, 1: one could not be, or there was none.
    """
    documents = list(once(read(paths), namespace=namespace))
    asked = _Asked(wanted, namespace, events, context(documents, policy=policy, namespace=namespace))
    answers = [answer for document in documents for answer in asked.answers(document)]
    found = [answer for answer in answers if isinstance(answer, Explained)]
    problems = [answer for answer in answers if isinstance(answer, Problem)]
    sys.stdout.write(_WRITERS[output](found))
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    if not answers:
        sys.stderr.write(f"these files hold no SLA {wanted}\n" if wanted else "these files hold no SLA\n")
    return _INCOMPLETE if problems or not found else _EXPLAINED


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be explained: an SLA by its name, with or without a namespace; empty: all."""

    wanted: str
    namespace: str
    events: int | None
    view: FileView

    def answers(self, document: Read) -> Iterator[Explained | Problem]:
        if isinstance(document, Problem):
            yield document
        elif document.kind is Kind.SLA and self._wants(document):
            given = resources([document], namespace=self.namespace)
            yield from given.problems
            for key, sla in given.valid.items():
                assert isinstance(sla, SLA)
                plan = compile_sla(sla, self.view)
                if not isinstance(plan.verdict, Accepted):
                    yield Problem(document.place, f"{key}: {plan.verdict.message}")
                else:
                    yield from self._explained(sla, plan, _rows(document))

    def _wants(self, document: Document) -> bool:
        meta = document.content.get("metadata")
        name = meta.get("name") if isinstance(meta, Mapping) else None
        space = meta.get("namespace", self.namespace) if isinstance(meta, Mapping) else None
        return self.wanted in ("", name, f"{space}/{name}")

    def _explained(self, sla: SLA, plan: Plan, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Explained]:
        for facts in plan.facts.objectives:
            identity = Identity(sla.metadata.namespace, sla.metadata.name, facts.name)
            status = rows.get(facts.name, {})
            yield explain(facts, plan.apply[0], identity, events=self.events, status=status)


def _rows(document: Document) -> dict[str, Mapping[str, Any]]:
    """The books as they stood when the resource was read from a cluster, by the objective's name."""
    status = document.content.get("status")
    rows = (status.get("objectives") if isinstance(status, Mapping) else None) or ()
    return {row["name"]: row for row in rows if isinstance(row, Mapping) and isinstance(row.get("name"), str)}
