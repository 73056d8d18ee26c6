"""What prometheus-operator generates, made fit for processes on this machine instead of Pods."""

import base64
import gzip
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

# A Prometheus of one shard and one replica, as its Pod would know itself.
POD_VARIABLES: Final[Mapping[str, str]] = {"POD_NAME": "prometheus-main-0", "SHARD": "0"}

# The API server refuses endpoints on the loopback interface, so they are published in the range that is reserved for
# documentation, and each scrape is brought back to this machine. No packet leaves it.
LOOPBACK_RULE: Final[Mapping[str, Any]] = {
    "source_labels": ["__address__"],
    "regex": r"192\.0\.2\.\d+:(\d+)",
    "replacement": "127.0.0.1:$1",
    "target_label": "__address__",
    "action": "replace",
}
_VARIABLE: Final = re.compile(r"\$\((\w+)\)")


def secret_entries(secret: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the decoded entries of a Secret."""
    return {key: base64.b64decode(encoded) for key, encoded in secret.get("data", {}).items()}


def unpacked(secret: Mapping[str, Any], key: str) -> str:
    """Read a gzipped entry of a Secret."""
    return gzip.decompress(secret_entries(secret)[key]).decode()


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Replace $(NAME) as the kubelet does; an unknown variable stays."""
    return _VARIABLE.sub(lambda match: variables.get(match.group(1), match.group(0)), text)


def prometheus_configuration(text: str, *, folder: Path, kubeconfig: Path) -> str:
    """Point files into a folder, service discovery to a kubeconfig, and documentation addresses to loopback."""
    moved = expanded(text, POD_VARIABLES).replace("/etc/prometheus/", f"{folder}/")
    document = yaml.safe_load(moved)
    for scrape in document.get("scrape_configs", ()):
        for discovery in scrape.get("kubernetes_sd_configs", ()):
            discovery["kubeconfig_file"] = str(kubeconfig)
        scrape["relabel_configs"] = [*scrape.get("relabel_configs", ()), dict(LOOPBACK_RULE)]
    return yaml.safe_dump(document, sort_keys=False)


def alertmanager_configuration(text: str, *, folder: Path) -> str:
    """Point files into a folder."""
    return text.replace("/etc/alertmanager/", f"{folder}/")


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader sees the old or the new content, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder hold just these files, by their path in it."""
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in files:
            path.unlink()
    for name, content in files.items():
        write_file(folder / name, content)
