"""The command `bursar explain`."""

from pathlib import Path
from typing import Any

import click

from bursar.cli.options import policy, reads_files, with_policy


@click.command()
@click.argument("sla", default="", metavar="[[NAMESPACE/]SLA]")
@reads_files
@click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How it is written."
)
@click.option("--events", type=click.IntRange(min=1), help="Events in a window: say how many of them may be bad.")
@with_policy
@click.pass_context
def explain(
    context: click.Context,
    /,
    *,
    sla: str,
    paths: tuple[Path, ...],
    namespace: str,
    output: str,
    events: int | None,
    **given: Any,
) -> None:
    """Say how budgets are computed and when alerts fire, in words and numbers, from files and without a cluster.

    A resource that was read from a cluster, by kubectl get -o yaml, brings its status along: then it is said as well
    what is left. Exit code: 0 explained, 1 something could not be, or there is no such SLA.
    """
    # Imported here: the other commands need no compiler.
    from bursar.cli.explaining import run  # noqa: PLC0415

    rules = policy(given)
    context.exit(run(paths, sla, namespace=namespace, output=output, policy=rules, events=events))
