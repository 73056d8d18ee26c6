"""The commands `bursar dashboard …`: what can be done with dashboards without a cluster."""

from datetime import timedelta
from pathlib import Path

import click

from bursar.domain.durations import parse_duration

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
NAMESPACE = click.option("--namespace", default="default", help="Namespace of resources that name none.")


@click.group()
def dashboard() -> None:
    """Draw and convert dashboards; no cluster is needed."""


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
    # Imported here, as by the commands below: others need neither HTTP nor what draws.
    from bursar.cli.previewing import Wanted, run  # noqa: PLC0415

    wanted = Wanted(file, namespace, scrape=_length(scrape_interval), shown=_length(length), end=at)
    run(wanted, prometheus, output)


@dashboard.command("import")
@FILE
@NAMESPACE
@click.option("--name", default="", help="Name of the resource. Default: made of the title.")
def import_(*, file: Path, namespace: str, name: str) -> None:
    """Turn FILE, a dashboard as Grafana exports it, into a Dashboard resource, and print it."""
    from bursar.cli.dashboard_import import run  # noqa: PLC0415

    run(file, namespace, name)


@dashboard.command()
@FILE
@NAMESPACE
@click.option(
    "--format",
    "form",
    type=click.Choice(["classic", "external"]),
    default="classic",
    help="classic: as the sidecar gets it. external: asks for the data source when it is imported by hand.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder for one file each. Default: print it.")
def export(*, file: Path, namespace: str, form: str, output: Path | None) -> None:
    """Print the dashboards that the resources in FILE become, as Grafana's JSON."""
    from bursar.cli.dashboard_export import run  # noqa: PLC0415

    run(file, namespace, form, output)


def _length(text: str) -> timedelta:
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--range") from None
    if not length:
        raise click.BadParameter("must be longer than 0", param_hint="--range")
    return length
