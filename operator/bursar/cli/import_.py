"""The command `bursar import`."""

from pathlib import Path

import click

from bursar.cli.options import in_namespace

_PATHS = click.Path(exists=True, allow_dash=True, path_type=Path)


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=_PATHS, metavar="FILE|DIR|-...")
@in_namespace
@click.option(
    "--window", default="30d", show_default=True, metavar="TIME", help="Window of Sloth's SLOs, which its settings say."
)
@click.option("--strict", is_flag=True, help="Fail also when something is lost or changed.")
@click.pass_context
def import_(context: click.Context, /, *, paths: tuple[Path, ...], namespace: str, window: str, strict: bool) -> None:
    """Print SLAs made of what Sloth, Pyrra or OpenSLO v1 have in files.

    What could not be carried over is told on the standard error, item by item. Exit code: 0 everything was imported,
    1 something was refused, or there was nothing.
    """
    # Imported here: the other commands need no PromQL of others.
    from bursar.cli.importing import run  # noqa: PLC0415

    context.exit(run(paths, namespace=namespace, window=window, strict=strict))
