"""Dashboards out of files: what the operator would make of the resources in them, without a cluster."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

from bursar.api.dashboard import Dashboard
from bursar.api.parse import UserResource
from bursar.cli.compilers import compiler
from bursar.cli.documents import read
from bursar.cli.offline import FileView, resources
from bursar.compiler.dashboard.importing import imported
from bursar.compiler.plan import Accepted, Key
from bursar.compiler.view import DashboardPolicy, RulePolicy
from bursar.conventions import GROUP, ChildKind, Kind
from bursar.errors import InvalidSpec

Document: TypeAlias = Mapping[str, Any]

_SHOWN: Final = frozenset({Kind.DASHBOARD, Kind.SLA, Kind.MONITORING_TARGET})


@dataclass(frozen=True, slots=True)
class Drawing:
    """One dashboard of a file: the name of its ConfigMap or export, its JSON, and what is doubtful about it."""

    name: str
    document: Document
    warnings: tuple[str, ...] = ()


def dashboards(path: Path, namespace: str, scrape_interval: timedelta | None = None) -> list[Document]:
    """Return the JSON of the dashboards of a file, as `drawings` does."""
    return [drawing.document for drawing in drawings(path, namespace, scrape_interval)]


def drawings(path: Path, namespace: str, scrape_interval: timedelta | None = None) -> list[Drawing]:
    """Return the dashboards of a file: an export of Grafana, or what its resources become.

    Where there are Dashboards among them, these; else those of its SLAs and MonitoringTargets. `namespace` is that of
    resources that name none; `scrape_interval` counts where no target says one. Raises click.ClickException with the
    reason when there is nothing to show.
    """
    if _is_of_grafana(path):
        return [_of_grafana(path)]
    given = resources(read([path]), namespace=namespace)
    if given.problems:
        raise click.ClickException("\n".join(map(str, given.problems)))
    policy = RulePolicy(labels={}, scrape_interval=scrape_interval, dashboards=DashboardPolicy(of_slas=True))
    view = FileView(policy, datetime.now(UTC), given.valid)
    shown = {key: each for key, each in given.valid.items() if key.kind in _SHOWN}
    wanted = {key: each for key, each in shown.items() if isinstance(each, Dashboard)} or shown
    drawn = [drawing for key, each in wanted.items() for drawing in _drawn(key, each, view)]
    if not drawn:
        raise click.ClickException(f"{path}: no resource in it has a dashboard")
    return drawn


def _is_of_grafana(path: Path) -> bool:
    try:
        document = json.loads(path.read_text())
    except ValueError:
        return False
    return isinstance(document, dict) and not str(document.get("apiVersion", "")).startswith(f"{GROUP}/")


def _of_grafana(path: Path) -> Drawing:
    try:
        found = imported(path.read_text())
    except InvalidSpec as error:
        raise click.ClickException(f"{path}: {error.findings[0].message}") from None
    return Drawing(path.stem, found.document, found.warnings)


def _drawn(key: Key, resource: UserResource, view: FileView) -> Iterator[Drawing]:
    plan = compiler(key.kind)(resource, view)
    if not isinstance(plan.verdict, Accepted):
        raise click.ClickException(f"{key.kind} {key.name}: {plan.verdict.message}")
    for manifest in plan.apply:
        if manifest["kind"] == ChildKind.CONFIG_MAP:
            warnings = tuple(plan.fields.get("warnings", ()))
            for text in manifest["data"].values():
                yield Drawing(manifest["metadata"]["name"], json.loads(text), warnings)
