"""Files of other engines -> SLAs, and everything that could not be carried over."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bursar.cli.documents import Place, Problem
from bursar.cli.foreign.files import Foreign, Import, read_foreign
from bursar.cli.foreign.remarks import Fate, Imported, Raw, Remark
from bursar.cli.manifests import as_yaml

_IMPORTED, _INCOMPLETE = 0, 1
_UNITS: Final = {Fate.REFUSED: "refused", Fate.LOST: "lost", Fate.CHANGED: "changed"}


def run(paths: Iterable[Path], *, namespace: str, window: str, strict: bool) -> int:
    """Print SLAs made of files of other engines; returns the exit code.

    0: everything was imported, 1: something was refused, or there was nothing. With `strict` also when something was
    lost or changed.
    """
    documents = list(read_foreign(paths, sys.stdin))
    given = Import.of(documents, window=window, namespace=namespace)
    problems = [each for each in documents if isinstance(each, Problem)]
    found = [imported for each in documents if isinstance(each, Foreign) and (imported := given.imported(each))]
    remarks = [remark for each in found for remark in each.remarks]
    made = list(_once(found, remarks))
    sys.stdout.write("".join(f"---\n{as_yaml(resource)}" for resource in made))
    sys.stderr.write("".join(f"{each}\n" for each in (*problems, *remarks)))
    sys.stderr.write(_summary(made, remarks))
    return _verdict(made, remarks, problems, strict=strict)


def _once(found: Iterable[Imported], remarks: list[Remark]) -> Iterator[Raw]:
    """Pass on resources, and refuse a name that another one has."""
    places: dict[tuple[str, str], Place] = {}
    for each in found:
        for resource in each.resources:
            name = resource["metadata"]["namespace"], resource["metadata"]["name"]
            if name in places:
                why = f"{'/'.join(name)} is already made of {places[name]}; give one of the two another name"
                remarks.append(Remark(each.place, Fate.REFUSED, "SLA", why))
            else:
                places[name] = each.place
                yield resource


def _summary(made: Sequence[Raw], remarks: Sequence[Remark]) -> str:
    count = Counter(remark.fate for remark in remarks)
    return f"{len(made)} SLAs; {', '.join(f'{count[fate]} {word}' for fate, word in _UNITS.items())}\n"


def _verdict(made: Sequence[Raw], remarks: Sequence[Remark], problems: Sequence[Problem], *, strict: bool) -> int:
    grave = {Fate.REFUSED, *((Fate.LOST, Fate.CHANGED) if strict else ())}
    complete = made and not problems
    return _IMPORTED if complete and not any(remark.fate in grave for remark in remarks) else _INCOMPLETE
