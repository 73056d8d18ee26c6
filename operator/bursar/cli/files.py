"""Dashboards out of files: what the operator would make of the resources in them, without a cluster."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click
import yaml

from bursar.api.dashboard import Dashboard
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.parse import parse_resource
from bursar.api.sla import SLA
from bursar.compiler.dashboard.importing import imported
from bursar.compiler.dashboard.resource import compile_dashboard
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.plan import Accepted, Plan
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import DashboardPolicy, RulePolicy, Selectors
from bursar.conventions import GROUP, ChildKind, Kind
from bursar.errors import InvalidSpec

_NOBODY_SELECTS: Final = Selectors(servers=None, namespaces=None)

Resource = Dashboard | SLA | MonitoringTarget
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileView:
    """Implements compiler.view.View with the resources of a file; every SLA has a dashboard."""

    resources: Sequence[Resource]
    policy: RulePolicy
    selectors: Selectors = _NOBODY_SELECTS

    def serves(self, _: ChildKind) -> bool:
        """Whether the CRD of a generated kind is installed: all are."""
        return True

    def target(self, namespace: str, name: str) -> MonitoringTarget | None:
        """The MonitoringTarget of the file."""
        return next((each for each in self._named(namespace, name) if isinstance(each, MonitoringTarget)), None)

    def sla(self, namespace: str, name: str) -> SLA | None:
        """The SLA of the file."""
        return next((each for each in self._named(namespace, name) if isinstance(each, SLA)), None)

    def _named(self, namespace: str, name: str) -> Iterator[Resource]:
        return (each for each in self.resources if (each.metadata.namespace, each.metadata.name) == (namespace, name))


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
    documents = _documents(path)
    given = [each for each in documents if str(each.get("apiVersion", "")).startswith(f"{GROUP}/")]
    if not given:
        return [_of_grafana(path)]
    resources = [_parsed(each, namespace) for each in given if each.get("kind") in _SHOWN]
    policy = RulePolicy(labels={}, scrape_interval=scrape_interval, dashboards=DashboardPolicy(of_slas=True))
    view = FileView(resources, policy)
    wanted = [each for each in resources if isinstance(each, Dashboard)] or resources
    drawn = [drawing for each in wanted for drawing in _drawn(each, view)]
    if not drawn:
        raise click.ClickException(f"{path}: no resource in it has a dashboard")
    return drawn


_SHOWN: Final = frozenset({Kind.DASHBOARD, Kind.SLA, Kind.MONITORING_TARGET})


def _documents(path: Path) -> list[Document]:
    text = path.read_text()
    try:
        documents = [json.loads(text)] if text.lstrip().startswith("{") else list(yaml.safe_load_all(text))
    except (ValueError, yaml.YAMLError) as error:
        raise click.ClickException(f"{path}: {error}") from None
    return [each for each in documents if isinstance(each, dict)]


def _of_grafana(path: Path) -> Drawing:
    try:
        found = imported(path.read_text())
    except InvalidSpec as error:
        raise click.ClickException(f"{path}: {error.findings[0].message}") from None
    return Drawing(path.stem, found.document, found.warnings)


def _parsed(document: Document, namespace: str) -> Resource:
    metadata = {"namespace": namespace, **(document.get("metadata") or {})}
    named = f"{document['kind']} {metadata.get('name')}"
    try:
        resource = parse_resource(Kind(document["kind"]), {**document, "metadata": metadata})
    except InvalidSpec as error:
        raise click.ClickException(f"{named}: {error}") from None
    assert isinstance(resource, Dashboard | SLA | MonitoringTarget)  # _SHOWN are these kinds
    return resource


def _drawn(resource: Resource, view: FileView) -> Iterator[Drawing]:
    plan = _plan(resource, view)
    if not isinstance(plan.verdict, Accepted):
        raise click.ClickException(f"{type(resource).__name__} {resource.metadata.name}: {plan.verdict.message}")
    for manifest in plan.apply:
        if manifest["kind"] == ChildKind.CONFIG_MAP:
            warnings = tuple(plan.fields.get("warnings", ()))
            for text in manifest["data"].values():
                yield Drawing(manifest["metadata"]["name"], json.loads(text), warnings)


def _plan(resource: Resource, view: FileView) -> Plan:
    match resource:
        case Dashboard():
            return compile_dashboard(resource, view)
        case SLA():
            return compile_sla(resource, view)
        case MonitoringTarget():
            return compile_monitoring_target(resource, view)
