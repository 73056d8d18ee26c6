"""The commands `bursar dashboard …`: what can be done with dashboards without a cluster."""

import asyncio
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import click
import yaml

from bursar.cli.dashboard_export import export
from bursar.cli.drawings import Document, dashboards
from bursar.compiler.dashboard.importing import imported
from bursar.compiler.dashboard.importing.resource import as_resource
from bursar.domain.durations import parse_duration
from bursar.edge.prometheus import PrometheusServer
from bursar.errors import InvalidSpec
from bursar.preview.asking import Answered, Read, answered
from bursar.preview.axes import Span
from bursar.preview.page import empty_panels, page

PROMETHEUS_SECONDS = 30.0
LONGEST_NAME = 58  # dash- is put before it

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
NAMESPACE = click.option("--namespace", default="default", help="Namespace of resources that name none.")


@click.group()
def dashboard() -> None:
    """Draw and convert dashboards; no cluster is needed."""


dashboard.add_command(export)


@dashboard.command()
@FILE
@NAMESPACE
@click.option("--prometheus", required=True, metavar="URL", help="Prometheus that answers the queries.")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="HTML file to write.")
@click.option("--range", "length", default="6h", metavar="DURATION", help="How far back to look. Default 6h.")
@click.option("--scrape-interval", default="30s", metavar="DURATION", help="Where no target says one. Default 30s.")
@click.option("--at", type=float, default=None, metavar="SECONDS", help="End, in seconds of the epoch. Default now.")
def preview(
    *, file: Path, namespace: str, prometheus: str, output: Path, length: str, scrape_interval: str, at: float | None
) -> None:
    """Draw the dashboards of FILE, resources or an export of Grafana, into one HTML file, with data of a Prometheus."""
    documents = dashboards(file, namespace, _length(scrape_interval))
    end = time.time() if at is None else at
    drawn = asyncio.run(_answered(documents, prometheus, Span(end - _length(length).total_seconds(), end)))
    output.write_text(page(drawn))
    for each in drawn:
        panels = sum(bool(asked) for asked in each.answers)
        click.echo(f"{each.dashboard.get('title', 'Dashboard')}: {panels} panels -> {output}")
        for empty in empty_panels(each):
            click.echo(f"  panel {empty}", err=True)


@dashboard.command("import")
@FILE
@NAMESPACE
@click.option("--name", default="", help="Name of the resource. Default: made of the title.")
def import_(*, file: Path, namespace: str, name: str) -> None:
    """Turn FILE, a dashboard as Grafana exports it, into a Dashboard resource, and print it."""
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


def _length(text: str) -> timedelta:
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--range") from None
    if not length:
        raise click.BadParameter("must be longer than 0", param_hint="--range")
    return length


async def _answered(documents: list[Document], url: str, span: Span) -> list[Answered]:
    async with aiohttp.ClientSession() as session:
        read = _reader(PrometheusServer(session, url, timeout_seconds=PROMETHEUS_SECONDS, headers={}))
        return [await answered(document, read, span) for document in documents]


def _reader(server: PrometheusServer) -> Read:
    async def read(path: str, parameters: Any) -> Any:
        return await server.read(path, parameters)

    return read
