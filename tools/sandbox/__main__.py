"""`python -m sandbox`: make the real programs, and leave a sandbox running for people."""

import signal
import sys

import click

from sandbox.binaries import build_all
from sandbox.kept import KeptSandbox, state_home
from sandbox.process import SandboxError


@click.group()
def main() -> None:
    """Run a real Kubernetes control plane and a real Prometheus stack on this machine, without containers."""


@main.command()
def build() -> None:
    """Find every program, or build it into the user's cache; prints where each is."""
    for program, path in build_all().items():
        click.echo(f"{program:24} {path}")


@main.command()
@click.option("--foreground", is_flag=True, help="Stay here until Ctrl-C.")
def up(*, foreground: bool) -> None:
    """Leave a sandbox running; prints the kubeconfig and the URLs."""
    build_all()
    kept = KeptSandbox(state_home())
    if not foreground:
        kept.start()
        _show(kept)
        return
    # Also where a shell without job control has started us, which makes its background jobs deaf to Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        for _ in kept.supervise():
            _show(kept)
    except KeyboardInterrupt:
        click.echo("ended")


@main.command()
def status() -> None:
    """Show the sandbox that is running."""
    _show(KeptSandbox(state_home()))


@main.command()
def down() -> None:
    """End the sandbox that is running."""
    click.echo("ended" if KeptSandbox(state_home()).stop() else "nothing was running")


def _show(kept: KeptSandbox) -> None:
    for name, place in kept.places.items():
        click.echo(f"{name:14} {place}")
    if not kept.places:
        click.echo("no sandbox is running")


if __name__ == "__main__":
    try:
        main(prog_name="python -m sandbox")
    except SandboxError as error:
        click.echo(f"sandbox: {error}", err=True)
        sys.exit(1)
