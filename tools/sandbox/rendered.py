"""What prometheus-operator generates, made fit for processes on this machine instead of Pods."""

import base64
import gzip
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

LOOPBACK_RULE: Final[Mapping[str, Any]] = {
    "source_labels": ["__address__"],
    "regex": r"192\.0\.2\.\d+:(\d+)",
    "replacement": "127.0.0.1:$1",
    "target_label": "__address__",
    "action": "replace",
}
_VARIABLE: Final = re.compile(r"\$\((\w+)\)")


def unpacked(secret: Mapping[str, Any], key: str) -> str:
    """Read a gzipped entry of a Secret."""
    return gzip.decompress(base64.b64decode(secret["data"][key])).decode()


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Replace $(NAME) as the kubelet does; an unknown variable stays."""
    return _VARIABLE.sub(lambda match: variables.get(match.group(1), match.group(0)), text)


def prometheus_configuration(text: str, *, folder: Path, kubeconfig: Path) -> str:
    """Point files into a folder, service discovery to a kubeconfig, and documentation addresses to loopback."""
    document = yaml.safe_load(expanded(text, {"POD_NAME": "prometheus-main-0", "SHARD": "0"}))
    document["rule_files"] = [_moved(path, folder) for path in document.get("rule_files", ())]
    for scrape in document.get("scrape_configs", ()):
        for discovery in scrape.get("kubernetes_sd_configs", ()):
            discovery["kubeconfig_file"] = str(kubeconfig)
        scrape["relabel_configs"] = [*scrape.get("relabel_configs", ()), dict(LOOPBACK_RULE)]
    return yaml.safe_dump(document, sort_keys=False)


def _moved(path: str, folder: Path) -> str:
    return path.replace("/etc/prometheus/", f"{folder}/")


def write_if_changed(path: Path, text: str) -> bool:
    """Write a file in one step; tells whether it was different before."""
    if path.is_file() and path.read_text() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text)
    os.replace(unfinished, path)
    return True


def write_rules(folder: Path, config_maps: Mapping[str, Mapping[str, str]]) -> bool:
    """Write rule ConfigMaps, each into a folder of its name, and drop what is gone; tells whether anything changed."""
    wanted = {folder / "rules" / name / key: text for name, data in config_maps.items() for key, text in data.items()}
    stale = [path for path in (folder / "rules").glob("*/*.yaml") if path not in wanted]
    for path in stale:
        path.unlink()
    changed = [write_if_changed(path, text) for path, text in wanted.items()]
    return any(changed) or bool(stale)
