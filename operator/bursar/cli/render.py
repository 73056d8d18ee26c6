"""The command `bursar render`."""

from pathlib import Path
from typing import Any

import click

from bursar.cli.options import policy, reads_files, with_policy


@click.command()
@reads_files
@click.option(
    "-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="How it is written."
)
@with_policy
@click.pass_context
def render(context: click.Context, /, *, paths: tuple[Path, ...], namespace: str, output: str, **given: Any) -> None:
    """Print the objects that the operator would generate, from files and without a cluster.

    Targets are looked up in the same files. What cannot be rendered is told on the standard error, with file and line,
    and all else is printed. Exit code: 0 everything was rendered, 1 something was not.
    """
    # Imported here: the other commands need no compiler.
    from bursar.cli.rendering import run  # noqa: PLC0415

    context.exit(run(paths, namespace=namespace, output=output, policy=policy(given)))
