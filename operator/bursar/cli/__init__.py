"""The command `bursar`: composition and flags, no decisions."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

import click

from bursar.cli.options import settings
from bursar.settings import Settings, flag, variable

_COMMANDS: Final = {
    "ack": "acknowledge:ack",
    "dashboard": "dashboard:dashboard",
    "diff": "diff:diff",
    "explain": "explain:explain",
    "export": "export:export",
    "import": "import_:import_",
    "render": "render:render",
    "test": "test:test",
    "unack": "acknowledge:unack",
    "validate": "validate:validate",
}
"""The commands that have a module of their own, which is loaded when it is wanted."""


class _Commands(click.Group):
    """Loads a command when it is called: whoever renders does not wait for the client of Alertmanager."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        return sorted({*super().list_commands(ctx), *_COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None when there is none of that name."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"bursar.cli.{module}"), name)
        return command


@click.group(cls=_Commands)
@click.version_option(package_name="bursar")
def main() -> None:
    """Keep error budgets: intent in, Prometheus objects out, the books in status."""


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

    asyncio.run(run(settings(given)))
