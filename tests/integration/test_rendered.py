"""What is rendered offline can be applied: the API server and the schemas of prometheus-operator take it."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bursar.cli import main
from sandbox.control_plane import ControlPlane

pytestmark = pytest.mark.sandbox

TESTS = Path(__file__).parents[1]
GOLDEN = sorted(
    path for path in (TESTS / "golden").glob("*/*/input.yaml") if not list(path.parent.glob("expected/[WR]*.yaml"))
)


@pytest.mark.parametrize("output", ["yaml", "json"])
def test_the_api_server_takes_everything_that_is_rendered(
    control_plane: ControlPlane, namespace: str, tmp_path: Path, output: str
) -> None:
    for path in GOLDEN:
        text = re.sub(r"namespace: shop[-a-z]*", f"namespace: {namespace}", path.read_text())
        (tmp_path / f"{path.parent.parent.name}-{path.parent.name}.yaml").write_text(text)
    for path in sorted(tmp_path.glob("*.yaml")):
        rendered = CliRunner().invoke(main, ["render", "-f", str(path), "-o", output, "-n", namespace]).stdout
        control_plane.kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", stdin=rendered)
