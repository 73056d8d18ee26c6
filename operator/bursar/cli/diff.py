"""The command `bursar diff`."""

from pathlib import Path
from typing import Any

import click

from bursar.cli.options import policy, reads_files, with_policy

_PATH = click.Path(exists=True, allow_dash=True, path_type=Path)


@click.command()
@click.argument("others", nargs=-1, required=True, type=_PATH, metavar="OTHER...")
@reads_files
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "names", "json"]),
    default="text",
    show_default=True,
    help="Lines that differ, names alone, or both sides for programs.",
)
@with_policy
@click.pass_context
def diff(
    context: click.Context,
    /,
    *,
    others: tuple[Path, ...],
    paths: tuple[Path, ...],
    namespace: str,
    output: str,
    **given: Any,
) -> None:
    """Say how the objects that FILE or DIR would generate differ from those of OTHER.

    OTHER holds resources, as an older version of the same folder, or generated objects, as a cluster has them: kubectl
    get prometheusrules,servicemonitors -A -l app.kubernetes.io/managed-by=bursar -o yaml | bursar diff -f DIR -

    Exit code, as that of diff: 0 no difference, 1 some, 2 something could not be compared.
    """
    # Imported here: the other commands need no compiler.
    from bursar.cli.differing import run  # noqa: PLC0415

    context.exit(run(paths, others, namespace=namespace, output=output, policy=policy(given)))
