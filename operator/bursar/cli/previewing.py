"""Dashboards of a file as a page of HTML, with the answers of a Prometheus."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import click

from bursar.cli.drawings import Document, dashboards
from bursar.edge.prometheus import PrometheusServer
from bursar.preview.asking import Answered, Read, answered
from bursar.preview.axes import Span
from bursar.preview.page import empty_panels, page

PROMETHEUS_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is drawn: a file, and the time that is `shown` up to `end`, in seconds of the epoch; None: now."""

    file: Path
    namespace: str
    scrape: timedelta
    shown: timedelta
    end: float | None


def run(wanted: Wanted, prometheus: str, output: Path) -> None:
    """Draw all dashboards into one file, and tell which panels are empty."""
    documents = dashboards(wanted.file, wanted.namespace, wanted.scrape)
    end = time.time() if wanted.end is None else wanted.end
    drawn = asyncio.run(_answered(documents, prometheus, Span(end - wanted.shown.total_seconds(), end)))
    output.write_text(page(drawn))
    for each in drawn:
        panels = sum(bool(asked) for asked in each.answers)
        click.echo(f"{each.dashboard.get('title', 'Dashboard')}: {panels} panels -> {output}")
        for empty in empty_panels(each):
            click.echo(f"  panel {empty}", err=True)


async def _answered(documents: list[Document], url: str, span: Span) -> list[Answered]:
    async with aiohttp.ClientSession() as session:
        read = _reader(PrometheusServer(session, url, timeout_seconds=PROMETHEUS_SECONDS, headers={}))
        return [await answered(document, read, span) for document in documents]


def _reader(server: PrometheusServer) -> Read:
    async def read(path: str, parameters: Any) -> Any:
        return await server.read(path, parameters)

    return read
