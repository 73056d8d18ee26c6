"""The options that commands on files share: what is read, and how the platform wants its rules."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click
from pydantic import ValidationError

from bursar.settings import Settings, flag, variable

if TYPE_CHECKING:
    from bursar.compiler.view import RulePolicy

POLICY: Final = ("object_labels", "severity_labels", "fast_interval", "slow_interval", "scrape_interval")

Command: TypeAlias = Callable[..., None]


def reads_files(command: Command) -> Command:
    """Give a command `-f` and `-n`."""
    paths = click.option(
        "-f",
        "--file",
        "paths",
        multiple=True,
        required=True,
        metavar="FILE|DIR|-",
        type=click.Path(exists=True, allow_dash=True, path_type=Path),
        help="YAML to read; of a folder all files below it; - is the standard input. May be repeated.",
    )
    return paths(in_namespace(command))


def in_namespace(command: Command) -> Command:
    """Give a command `-n`."""
    option = click.option(
        "-n", "--namespace", default="default", show_default=True, help="Namespace of what names none."
    )
    return option(command)


def with_policy(command: Command) -> Command:
    """Give a command the settings of the operator that decide what rules look like."""
    for name in reversed(POLICY):
        help_ = Settings.model_fields[name].description
        option = click.option(flag(name), envvar=variable(name), show_envvar=True, default=None, help=help_)
        command = option(command)
    return command


def policy(given: dict[str, Any]) -> "RulePolicy":
    """Read the options of `with_policy`; raises UsageError for one that the operator would refuse."""
    from bursar.compiler.view import RulePolicy  # noqa: PLC0415 - other commands start without a compiler

    wanted = {name: text for name, text in given.items() if text}
    if not wanted:
        return RulePolicy(labels={})  # the same, without waiting for the model of all settings
    from bursar.policy import policy_of  # noqa: PLC0415 - as above

    return policy_of(settings(wanted))


def settings(given: Mapping[str, Any]) -> Settings:
    """Read settings as they were given, by flag or variable; raises UsageError for what the operator would refuse."""
    try:
        return Settings.model_validate({name: text for name, text in given.items() if text not in (None, "")})
    except ValidationError as error:
        problems = (
            f"{flag(str(entry['loc'][0]))}: {entry['msg'].removeprefix('Value error, ')}" for entry in error.errors()
        )
        raise click.UsageError("; ".join(problems)) from error
