"""The commands of `bursar`."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from bursar.cli import main

COMMANDS = main.list_commands(click.Context(main))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: main {name} ")


def test_a_command_that_does_not_exist_is_said_to_be_none() -> None:
    result = CliRunner().invoke(main, ["rendr"])
    assert result.exit_code == 2
    assert "No such command 'rendr'" in result.stderr


def test_whoever_reads_files_does_not_wait_for_clients_and_frameworks() -> None:
    loaded = "import sys, bursar.cli.rendering; print(*{'kopf', 'kubernetes', 'aiohttp', 'asyncio'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == []
