"""SLAs in files -> OpenSLO, and everything that it cannot express."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bursar.api.sla import SLA
from bursar.cli.documents import Place, read
from bursar.cli.foreign.openslo_export import to_openslo
from bursar.cli.foreign.remarks import Fate, Raw, Remarks
from bursar.cli.manifests import as_yaml
from bursar.cli.names import once
from bursar.cli.offline import FileView, resources
from bursar.compiler.plan import Accepted
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import RulePolicy

_EXPORTED, _INCOMPLETE = 0, 1


def run(paths: Iterable[Path], *, namespace: str, policy: RulePolicy) -> int:
    """Print the SLAs in files as OpenSLO v1; returns the exit code.

    0: everything was exported, 1: something was refused, or there was nothing.
    """
    given = resources(once(read(paths), namespace=namespace), namespace=namespace)
    view = FileView(policy, datetime.now(UTC), given.valid)
    remarks = Remarks(Place(Path(), 1), "")
    slas = [(given.places[key], each) for key, each in given.valid.items() if isinstance(each, SLA)]
    for document in (document for place, sla in slas for document in _exported(sla, place, view, remarks)):
        sys.stdout.write(f"---\n{as_yaml(document)}")
    sys.stderr.write("".join(f"{each}\n" for each in (*given.problems, *remarks.made)))
    refused = [*given.problems, *(remark for remark in remarks.made if remark.fate is Fate.REFUSED)]
    return _INCOMPLETE if refused or not slas else _EXPORTED


def _exported(sla: SLA, place: Place, view: FileView, remarks: Remarks) -> Iterator[Raw]:
    meta, reference = sla.metadata, sla.spec.target_ref
    about = Remarks(place, f"SLA {meta.namespace}/{meta.name}", remarks.made)
    plan = compile_sla(sla, view)
    if isinstance(plan.verdict, Accepted):
        target = view.target(meta.namespace, reference.name) if reference else None
        yield from to_openslo(sla, plan.facts, target, about)
    else:
        about.refused(plan.verdict.message)
