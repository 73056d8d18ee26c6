"""The command `bursar validate`."""

from pathlib import Path
from typing import Any

import click

from bursar.cli.options import policy, reads_files, with_policy


@click.command()
@reads_files
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How findings are written; sarif is for code review.",
)
@click.option("--partial", is_flag=True, help="What resources refer to may be elsewhere: only warn if it is missing.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@with_policy
@click.pass_context
def validate(
    context: click.Context,
    /,
    *,
    paths: tuple[Path, ...],
    namespace: str,
    output: str,
    partial: bool,
    strict: bool,
    **given: Any,
) -> None:
    """Say what is wrong with resources, from files and without a cluster.

    Looked at are the schema, the rules between fields, PromQL, references to other resources, whether alerts can fire,
    and what is probably not meant. Exit code: 0 no errors, 1 errors, or nothing to look at.
    """
    # Imported here: the other commands need no compiler.
    from bursar.cli.validation import run  # noqa: PLC0415

    rules = policy(given)
    context.exit(run(paths, namespace=namespace, output=output, policy=rules, partial=partial, strict=strict))
