"""The command `bursar export`."""

from pathlib import Path
from typing import Any

import click

from bursar.cli.options import policy, reads_files, with_policy


@click.command()
@click.option("--openslo", is_flag=True, required=True, help="Write OpenSLO v1.")
@reads_files
@with_policy
@click.pass_context
def export(context: click.Context, /, *, openslo: bool, paths: tuple[Path, ...], namespace: str, **given: Any) -> None:
    """Print SLAs in files in the format of others.

    What cannot be expressed there is told on the standard error, item by item. Exit code: 0 everything was exported,
    1 something was refused, or there was nothing.
    """
    # Imported here: the other commands need no compiler.
    from bursar.cli.exporting import run  # noqa: PLC0415

    assert openslo  # there is no other format
    context.exit(run(paths, namespace=namespace, policy=policy(given)))
