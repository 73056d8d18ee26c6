"""The command `bursar`: composition and flags, no decisions."""

import asyncio
from collections.abc import Callable
from typing import Any

import click
from pydantic import ValidationError

from bursar.settings import Settings


@click.group()
@click.version_option(package_name="bursar")
def main() -> None:
    """Keep error budgets: intent in, Prometheus objects out, the books in status."""


def _with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one flag and one BURSAR_* variable per setting."""
    for name, field in reversed(Settings.model_fields.items()):
        flag = f"--{name.replace('_', '-')}"
        variable = f"BURSAR_{name.upper()}"
        command = click.option(flag, name, envvar=variable, show_envvar=True, default=None, help=field.description)(
            command
        )
    return command


@main.command()
@_with_settings
def operator(**given: str | None) -> None:
    """Run the operator against the current kubeconfig, or inside a cluster as its ServiceAccount."""
    # Imported here: the other commands need neither Kopf nor the Kubernetes client.
    from bursar.app import run  # noqa: PLC0415

    asyncio.run(run(_settings(given)))


def _settings(given: dict[str, Any]) -> Settings:
    try:
        return Settings.model_validate({name: text for name, text in given.items() if text not in (None, "")})
    except ValidationError as error:
        problems = "; ".join(
            f"--{str(entry['loc'][0]).replace('_', '-')}: {entry['msg'].removeprefix('Value error, ')}"
            for entry in error.errors()
        )
        raise click.UsageError(problems) from error
