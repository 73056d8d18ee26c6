import re
import tomllib
from pathlib import Path

import pytest

from bursar.conventions import ConditionType, Reason

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", [*ConditionType, *Reason])
def test_every_condition_and_reason_is_explained(name: str) -> None:
    assert re.search(rf"`{name}[`=]", (DOCS / "status.md").read_text())


def test_every_direct_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    rows = "".join(line for line in (DOCS / "dependencies.md").read_text().splitlines() if line.startswith("|"))
    assert [name for name in (re.split("[>=<]", each)[0] for each in wanted) if f"`{name}`" not in rows] == []


def test_the_evidence_of_every_decision_exists() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for decision in (DOCS / "decisions").glob("*.md"):
        named = re.findall("`(test_[a-z0-9_]+)`", decision.read_text())
        assert named, decision
        assert [name for name in named if f"def {name}(" not in tests] == [], decision


def test_every_link_between_documents_leads_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), (document, link)
