"""Grafana's own types judge every expected dashboard: a misspelt option or an unknown value does not compile."""

import copy
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from dashboards.documents import golden_documents, template_documents
from dashboards.typed import program

HERE: Final = Path(__file__).parent
DOCUMENTS: Final = golden_documents() | template_documents()
OPTIONS: Final = ("--strict", "--noEmit", "--skipLibCheck", "--moduleResolution", "bundler", "--module", "esnext")

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with TypeScript and Grafana's types in the locked versions."""
    folder = tmp_path_factory.mktemp("types")
    for name in ("package.json", "package-lock.json", "drawn.ts"):
        shutil.copy(HERE / name, folder / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=120)
    return folder


def complaints(types: Path, documents: Mapping[str, Mapping[str, Any]]) -> str:
    (types / "dashboards.ts").write_text(program(documents))
    compiler = types / "node_modules" / ".bin" / "tsc"
    command = [str(compiler), *OPTIONS, "dashboards.ts"]
    ran = subprocess.run(command, cwd=types, check=False, capture_output=True, text=True, timeout=120)
    return ran.stdout


def changed(document: Mapping[str, Any], panel: int, *path: str, value: Any) -> Mapping[str, Any]:
    copied = copy.deepcopy(dict(document))
    place = next(each for each in copied["panels"] if each["id"] == panel)
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copied


def test_grafanas_types_accept_every_expected_dashboard(types: Path) -> None:
    documents = {name: document for name, document in DOCUMENTS.items() if name != "overrides"}
    assert complaints(types, documents) == ""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("options", "graphMood"), "area"),
        (("options", "colorMode"), "rainbow"),
        (("fieldConfig", "defaults", "unitt"), "s"),
        (("gridPos", "x"), "0"),
    ],
)
def test_grafanas_types_notice_what_is_misspelt(types: Path, path: tuple[str, ...], value: Any) -> None:
    assert "error TS" in complaints(types, {"broken": changed(DOCUMENTS["every-widget"], 2, *path, value=value)})
