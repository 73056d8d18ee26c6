"""The command `bursar`: composition and flags, no decisions."""

from collections.abc import Callable
from typing import Any

import click
from pydantic import ValidationError

from bursar.cli.acknowledge import ack, unack
from bursar.cli.diff import diff
from bursar.cli.explain import explain
from bursar.cli.export import export
from bursar.cli.import_ import import_
from bursar.cli.render import render
from bursar.cli.test import test
from bursar.cli.validate import validate
from bursar.settings import Settings, flag, variable


@click.group()
@click.version_option(package_name="bursar")
def main() -> None:
    """Keep error budgets: intent in, Prometheus objects out, the books in status."""


for _command in (ack, diff, explain, export, import_, render, test, unack, validate):
    main.add_command(_command)


def _with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one flag and one BURSAR_* variable per setting."""
    for name, field in reversed(Settings.model_fields.items()):
        option = click.option(
            flag(name), name, envvar=variable(name), show_envvar=True, default=None, help=field.description
        )
        command = option(command)
    return command


@main.command()
@_with_settings
def operator(**given: str | None) -> None:
    """Run the operator against the current kubeconfig, or inside a cluster as its ServiceAccount."""
    # Imported here: the other commands need neither Kopf nor the Kubernetes client.
    import asyncio  # noqa: PLC0415

    from bursar.app import run  # noqa: PLC0415

    asyncio.run(run(_settings(given)))


def _settings(given: dict[str, Any]) -> Settings:
    try:
        return Settings.model_validate({name: text for name, text in given.items() if text not in (None, "")})
    except ValidationError as error:
        problems = "; ".join(
            f"{flag(str(entry['loc'][0]))}: {entry['msg'].removeprefix('Value error, ')}" for entry in error.errors()
        )
        raise click.UsageError(problems) from error
