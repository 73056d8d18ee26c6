"""All that can be said against resources without a cluster and without a Prometheus."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bursar.api.parse import UserResource, parse_resource
from bursar.api.sla import SLA
from bursar.cli.compilers import compiler
from bursar.cli.documents import Document, Problem, Read, read
from bursar.cli.findings import WRITERS, Finding, Level
from bursar.cli.locating import locate
from bursar.cli.names import identity, once
from bursar.cli.offline import FileView, resources
from bursar.compiler.alert_rule import AlertRuleFacts
from bursar.compiler.facts import ObjectiveFacts, SlaFacts
from bursar.compiler.plan import Condition, Key, Plan, Rejected, Waiting
from bursar.compiler.view import RulePolicy
from bursar.conventions import Reason
from bursar.domain.alert_lint import FindingSeverity
from bursar.errors import InvalidSpec
from bursar.observer.sla_reach import tiers_reachable
from bursar.observer.sla_readings import Reading

_VALID, _INVALID = 0, 1
_LEVELS: Final = {FindingSeverity.WARNING: Level.WARNING, FindingSeverity.INFO: Level.NOTE}
_LABEL: Final = re.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST: Final = 253
_FIELD: Final = re.compile(r"(?:spec|metadata)(?:[.\[][^:;, ]*)?(?=[:,])")


def run(paths: Iterable[Path], *, namespace: str, output: str, policy: RulePolicy, partial: bool, strict: bool) -> int:
    """Print everything that is wrong in files; returns the exit code.

    0: there are no errors, and with `strict` no warnings either; 1: there are, or there was nothing to look at.
    `partial` files need not hold all that their resources refer to.
    """
    documents = list(read(paths))
    found = sorted(validate(documents, namespace=namespace, policy=policy, partial=partial), key=_order)
    sys.stdout.write(WRITERS[output](found))
    sys.stderr.write(_summary(documents, found))
    graver = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    return _INVALID if not documents or any(finding.level in graver for finding in found) else _VALID


def _order(finding: Finding) -> tuple[Path, int, int, str]:
    return finding.path, finding.line, finding.column, finding.message


def _summary(documents: Sequence[Read], found: Sequence[Finding]) -> str:
    counts = [f"{sum(each.level is level for each in found)} {level}s" for level in Level]
    return f"{len(documents)} resources: {', '.join(counts)}\n"


def validate(
    documents: Sequence[Read], *, namespace: str, policy: RulePolicy, partial: bool = False
) -> Iterator[Finding]:
    """Say what is wrong with every document by itself, and then with all of them together."""
    valid: list[tuple[Document, Key, UserResource]] = []
    for given, each in zip(documents, once(documents, namespace=namespace), strict=True):
        if isinstance(each, Problem):
            rule = "unreadable" if isinstance(given, Problem) else "duplicate"
            yield Finding(Level.ERROR, rule, each.place.path, each.place.line, 1, "", each.message)
            continue
        alone = resources([each], namespace=namespace)
        valid += [(each, key, resource) for key, resource in alone.valid.items()]
        yield from _misnamed(each, alone.valid) if alone.valid else _flaws(each, namespace)
    view = FileView(policy, datetime.now(UTC), {key: resource for _, key, resource in valid})
    for document, key, resource in valid:
        yield from _of_plan(_Subject(document, str(key)), resource, compiler(key.kind)(resource, view), partial=partial)


def _misnamed(document: Document, valid: Iterable[Key]) -> Iterator[Finding]:
    """Say what the API server has against the name of a valid resource."""
    for key in valid:
        for field, text, pattern in (("namespace", key.namespace, _LABEL), ("name", key.name, _SUBDOMAIN)):
            if not pattern.fullmatch(text) or len(text) > _LONGEST:
                cure = f"{text!r} is no name; use lower-case letters, digits and -"
                yield _Subject(document, str(key)).finding(Level.ERROR, "invalid-field", f"metadata.{field}: {cure}")


def _flaws(document: Document, namespace: str) -> Iterator[Finding]:
    """Say what the schema, the rules between fields and PromQL have against a document."""
    meta = document.content.get("metadata")
    named = {"namespace": namespace, **meta} if isinstance(meta, Mapping) else meta
    subject = _Subject(document, "/".join(identity(document, namespace) or (document.kind,)))
    try:
        parse_resource(document.kind, {**document.content, "metadata": named})
    except InvalidSpec as error:
        for finding in error.findings:
            yield subject.finding(Level.ERROR, "invalid-field", str(finding))


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a finding is about."""

    document: Document
    name: str

    def finding(self, level: Level, rule: str, message: str) -> Finding:
        """Put words into a finding; they begin with the field in question, whose place is looked up."""
        field, place = _FIELD.match(message), self.document.place
        resource = (self.document.kind.value, self.name.removeprefix(self.document.kind).rpartition("/")[2])
        spot = locate(place, resource, field.group() if field else "")
        return Finding(level, rule, place.path, spot.line, spot.column, self.name, message)


def _of_plan(subject: _Subject, resource: UserResource, plan: Plan, *, partial: bool) -> Iterator[Finding]:
    match plan.verdict:
        case Waiting(message=message):
            level = Level.WARNING if partial else Level.ERROR
            yield subject.finding(level, "missing-reference", message)
        case Rejected(message=message):
            yield subject.finding(Level.ERROR, "rejected", message)
    match plan.facts:
        case AlertRuleFacts(findings=findings):
            for found in findings:
                yield subject.finding(_LEVELS[found.severity], found.code, found.message)
        case SlaFacts(objectives=objectives) if isinstance(resource, SLA):
            yield from _of_conditions(subject, (_reach(resource, each) for each in objectives))
    yield from _of_conditions(subject, plan.conditions)


def _of_conditions(subject: _Subject, conditions: Iterable[Condition]) -> Iterator[Finding]:
    """Say what is False; what is unknown here a cluster would know. Many a platform routes by labels alone."""
    for condition in conditions:
        if condition.status == "False" and condition.reason is not Reason.NO_CHANNEL:
            yield subject.finding(Level.WARNING, condition.reason.value, condition.message)


def _reach(sla: SLA, facts: ObjectiveFacts) -> Condition:
    """Judge an objective as its status does, before anything is known of its traffic."""
    nothing = Reading(facts, {}, worst={}, firing=(), loaded=False, definitions=frozenset(), doubled_by=(), found=None)
    return tiers_reachable(sla, [nothing])
