"""The command `bursar test`."""

import shutil
from pathlib import Path
from typing import Final

import click

from bursar.cli.options import reads_files
from bursar.settings import variable

_INSTALL: Final = "it comes with Prometheus; install it, or say where it is with --promtool"


def _find(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise click.BadParameter(f"{name} is not there or not executable; {_INSTALL}")
    return found


@click.command()
@reads_files
@click.option(
    "--promtool",
    envvar=variable("promtool"),
    show_envvar=True,
    default="promtool",
    callback=_find,
    metavar="PATH",
    help="The promtool that runs the tests; default: the one on PATH.",
)
@click.option(
    "--fast-interval",
    envvar=variable("fast_interval"),
    show_envvar=True,
    metavar="TIME",
    help="Evaluation interval of alerts, as the operator has it; default: 1m.",
)
@click.pass_context
def test(context: click.Context, paths: tuple[Path, ...], namespace: str, promtool: str, fast_interval: str) -> None:
    """Run the tests of AlertRules, from files and without a cluster.

    Their targets are looked up in the same files. Exit code: 0 all tests passed, 1 one failed, 2 nothing was tested or
    something could not be.
    """
    # Imported here: the other commands need no compiler.
    from bursar.cli.trials import run  # noqa: PLC0415

    context.exit(run(paths, promtool=promtool, namespace=namespace, fast_interval=fast_interval))
