"""What Grafana would be given of the dashboards in a file."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from bursar.cli.drawings import drawings

_INPUT: Final = "DS_PROMETHEUS"
_VARIABLE: Final = "datasource"


def run(file: Path, namespace: str, form: str, output: Path | None) -> None:
    """Print the dashboards of a file, or write one file each into a folder; `form` is classic or external."""
    found = drawings(file, namespace)
    for drawing in found:
        for warning in drawing.warnings:
            click.echo(f"{drawing.name}: {warning}", err=True)
    if output is None and len(found) > 1:
        raise click.UsageError(f"{file} has {len(found)} dashboards; give a folder for them by --output")
    for drawing in found:
        document = drawing.document if form == "classic" else with_inputs(drawing.document)
        _write(json.dumps(document, indent=2, ensure_ascii=False) + "\n", drawing.name, output)


def with_inputs(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dashboard that asks for its data source, as those do that Grafana exports for sharing."""
    source = {
        "name": _INPUT,
        "label": "Prometheus",
        "description": "",
        "type": "datasource",
        "pluginId": "prometheus",
        "pluginName": "Prometheus",
    }
    kept = _without_variable(document)
    rewritten: dict[str, Any] = json.loads(json.dumps(kept).replace(f"${{{_VARIABLE}}}", f"${{{_INPUT}}}"))
    return {"__inputs": [source], **rewritten}


def _without_variable(document: Mapping[str, Any]) -> dict[str, Any]:
    templating = document.get("templating", {})
    variables: Iterable[Mapping[str, Any]] = templating.get("list", ())
    return {**document, "templating": {"list": [each for each in variables if each["name"] != _VARIABLE]}}


def _write(text: str, name: str, folder: Path | None) -> None:
    if folder is None:
        click.echo(text, nl=False)
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(text)
    click.echo(f"{folder / name}.json")
