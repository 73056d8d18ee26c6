"""What is wrong in files, and how it is told: to people, to programs, to code review."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bursar.cli.documents import STDIN
from bursar.conventions import PRODUCT


class Level(StrEnum):
    """How bad a finding is; only an error keeps something from working."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


RULES: Final[Mapping[str, str]] = {
    "unreadable": "The file is not YAML, or holds a kind that does not exist.",
    "invalid-field": "A field breaks the schema, a rule between fields, or PromQL.",
    "duplicate": "Two resources have the same kind, namespace and name.",
    "missing-reference": "What the resource refers to is not in the files.",
    "rejected": "The resource cannot become rules.",
    "SignalMissing": "An alert of a target lacks the signal that it reads.",
    "ChannelNotFound": "A channel that is to be told is not in the files.",
    "NoPage": "No page can ever fire for an objective.",
    "TierDropped": "An alert on a burning budget cannot be had.",
    "TooCoarse": "A page comes when much of the budget is gone.",
    "no-comparison": "An alert fires whenever there is any series.",
    "rate-too-short": "The range of a rate is too short for the scrape interval.",
    "rate-of-gauge": "A function for counters reads what is named like a gauge.",
    "absent-without-for": "An alert on absence fires at every missed scrape.",
    "for-too-short": "An alert waits for less than one evaluation.",
    "label-removed": "A template reads a label that the result does not have.",
}
"""What a finding is about; the keys are the words for programs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or probably not meant. `subject` names the resource; lines and columns count from 1."""

    level: Level
    rule: str
    path: Path
    line: int
    column: int
    subject: str
    message: str

    @property
    def file(self) -> str:
        """The file as people name it."""
        return "<stdin>" if self.path == STDIN else self.path.as_posix()

    def __str__(self) -> str:
        about = f"{self.subject}: " if self.subject else ""
        return f"{self.file}:{self.line}:{self.column}: {self.level}: {about}{self.message} [{self.rule}]"

    def as_data(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "level": self.level.value,
            "rule": self.rule,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "resource": self.subject,
            "message": self.message,
        }


def as_text(findings: Iterable[Finding]) -> str:
    """One line for each, in the form that editors and terminals make clickable."""
    return "".join(f"{finding}\n" for finding in findings)


def as_json(findings: Iterable[Finding]) -> str:
    """A list of objects."""
    return json.dumps([finding.as_data() for finding in findings], indent=2, ensure_ascii=False) + "\n"


def as_sarif(findings: Sequence[Finding]) -> str:
    """A log in SARIF 2.1.0, which code review shows at the lines in question.

    Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    known = sorted({finding.rule for finding in findings})
    driver = {
        "name": PRODUCT,
        "semanticVersion": version(PRODUCT),
        "rules": [{"id": rule, "shortDescription": {"text": RULES.get(rule, rule)}} for rule in known],
    }
    results = [_result(finding, known.index(finding.rule)) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.path)},
            "region": {"startLine": finding.line, "startColumn": finding.column},
        }
    }
    if finding.subject:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.subject, "kind": "resource"}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": finding.level.value,
        "message": {"text": finding.message},
        "locations": [location],
    }


def _uri(path: Path) -> str:
    """Spell a path as SARIF wants it: relative ones stay so, for review takes them from the repository's root."""
    if path == STDIN:
        return "stdin"
    return path.as_uri() if path.is_absolute() else _quoted(path)


def _quoted(path: Path) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - most runs find nothing

    return quote(path.as_posix())


WRITERS: Final[Mapping[str, Callable[[Sequence[Finding]], str]]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
}
