"""What Grafana exports, as a Dashboard resource."""

import re
from pathlib import Path
from typing import Final

import click
import yaml

from bursar.compiler.dashboard.importing import imported
from bursar.compiler.dashboard.importing.resource import as_resource
from bursar.errors import InvalidSpec

LONGEST_NAME: Final = 58  # dash- is put before it


def run(file: Path, namespace: str, name: str) -> None:
    """Print the resource; what was changed on the way, and why it keeps its JSON if it does, are warnings."""
    try:
        found = imported(file.read_text())
    except InvalidSpec as error:
        raise click.ClickException(f"{file}: {error.findings[0].message}") from None
    resource, why = as_resource(found, name=name or _slug(str(found.document.get("title", ""))), namespace=namespace)
    for warning in (*found.warnings, *([f"keeps its JSON: {why}"] if why else [])):
        click.echo(f"warning: {warning}", err=True)
    click.echo(yaml.safe_dump(resource, sort_keys=False, allow_unicode=True, width=100_000), nl=False)


def _slug(title: str) -> str:
    """Make a name of a title, as Kubernetes has them."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")[:LONGEST_NAME].rstrip("-") or "imported"
