"""Pictures of the dashboards that the demo has made: what Grafana would show, drawn from the demo's Prometheus."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sandbox.api import Api
from sandbox.process import SandboxError

CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps?labelSelector=grafana_dashboard%3D1"
SPAN = "6m"


def pictures(api: Api, prometheus_url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Draw every dashboard into an HTML file of its own; yields the name of its ConfigMap and the file."""
    folder.mkdir(parents=True, exist_ok=True)
    for config_map in api.get(CONFIG_MAPS)["items"]:
        name = config_map["metadata"]["name"]
        for text in config_map["data"].values():
            document, picture = folder / f"{name}.json", folder / f"{name}.html"
            document.write_text(text)
            _draw(document, picture, prometheus_url)
            yield name, picture


def _draw(document: Path, picture: Path, prometheus_url: str) -> None:
    command = [str(Path(sys.executable).with_name("bursar")), "dashboard", "preview", str(document)]
    options = ["--prometheus", prometheus_url, "--range", SPAN, "--output", str(picture)]
    ran = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=60)
    if ran.returncode:
        raise SandboxError(f"bursar dashboard preview {document.name}: {ran.stderr}")
