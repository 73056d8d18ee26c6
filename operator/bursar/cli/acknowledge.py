"""`bursar ack` and `bursar unack`: they talk to Alertmanager alone, and work while the operator is down."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click
from pydantic import ValidationError

from bursar.api.kinds import DEFINITIONS
from bursar.domain.acknowledgement import (
    ESCALATIONS,
    Occurrence,
    Subject,
    acknowledgements,
    acknowledging,
    standing,
)
from bursar.domain.durations import format_duration, parse_duration
from bursar.errors import BursarError
from bursar.settings import Settings, variable

if TYPE_CHECKING:
    from bursar.edge.alertmanager import AlertmanagerServer

LONGEST: Final = timedelta(days=30)
Command: TypeAlias = Callable[..., None]
Work: TypeAlias = Callable[["AlertmanagerServer"], Awaitable[None]]


def _read_subject(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, str]:
    """Return the resource as `bursar_incident` spells it, and the part; kubectl's names of the kind will do."""
    kind, name, part = (*value.split("/", 2), "", "")[:3]
    words = {word: each.kind for each in DEFINITIONS for word in (each.short_name, each.singular, each.plural)}
    if kind.lower() not in words or not name:
        raise click.BadParameter(f"{value!r}: write KIND/NAME or KIND/NAME/PART, as sla/checkout/availability")
    return f"{words[kind.lower()]}/{name}", part


def _read_duration(_context: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    try:
        duration = parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if not timedelta() < duration <= LONGEST:
        raise click.BadParameter(f"{value!r}: write a time of at most {format_duration(LONGEST)}")
    return duration


def _user() -> str | None:
    """Name the person at the keyboard, where the machine knows one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return None


def _common(command: Command) -> Command:
    """Give a command what says of whom it speaks and to whom."""
    for option in (
        click.option("--alertmanager-headers", envvar=variable("alertmanager_headers"), show_envvar=True, default="",
                     help="Headers for it, as name=value,name=value."),
        click.option("--alertmanager", envvar=variable("alertmanager_url"), show_envvar=True, required=True,
                     metavar="URL", help="Alertmanager to ask; of several peers any one."),
        click.option("-n", "--namespace", help="Namespace of the resource; default: as kubectl."),
        click.option("--group", help="One group of a divided objective or rule, as in bursar_group; default: all."),
        click.argument("subject", callback=_read_subject, metavar="KIND/NAME[/PART]"),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@_common
@click.option("--for", "for_", callback=_read_duration, required=True, metavar="TIME", help="How long, as 2h.")
@click.option("--by", default=_user, required=True, help="Who takes care of it; default: your user name.")
@click.option("--comment", default="acknowledged", show_default=True, help="What is being done.")
def ack(for_: timedelta, by: str, comment: str, **place: Any) -> None:
    """Acknowledge what fires: nobody else is told for a while. Done again, it counts from then on."""
    subject = _subject(**place)

    async def work(server: "AlertmanagerServer") -> None:
        fires = {Occurrence.of_alert(alert.labels) for alert in await server.alerts(subject.matchers)}
        covered = sorted(filter(subject.covers, fires))
        if not covered:
            raise click.ClickException(f"nothing of {subject} fires; there is nothing to acknowledge")
        known, now = standing(await server.silences([ESCALATIONS])), datetime.now(UTC)
        for each in covered:
            wanted = acknowledging(each, known.get(each), now=now, until=now + for_, by=by, comment=comment)
            await server.put_silence(wanted)
            click.echo(f"{each}: acknowledged by {by} until {wanted.ends_at:%Y-%m-%dT%H:%M:%SZ}")

    _run(work, **place)


@click.command()
@_common
def unack(**place: Any) -> None:
    """Take acknowledgements back: escalation goes on at once, by the time that the alert has fired."""
    subject = _subject(**place)

    async def work(server: "AlertmanagerServer") -> None:
        known = acknowledgements(await server.silences([ESCALATIONS]))
        covered = [(occurrence, silence) for occurrence, silence in known if subject.covers(occurrence)]
        for occurrence, silence in covered:
            await server.expire(silence.id)
            click.echo(f"{occurrence}: no longer acknowledged")
        if not covered:
            click.echo(f"nothing of {subject} is acknowledged")

    _run(work, **place)


def _subject(*, subject: tuple[str, str], namespace: str | None, group: str | None, **_: Any) -> Subject:
    # Imported here: the client of Kubernetes takes long, and nothing else needs it.
    from bursar.edge.kubeconfig import current_namespace  # noqa: PLC0415

    resource, part = subject
    try:
        return Subject(namespace or current_namespace(), resource, part, group)
    except BursarError as error:
        raise click.ClickException(f"{error}; name the namespace with -n") from error


def _run(work: Work, *, alertmanager: str, alertmanager_headers: str, **_: Any) -> None:
    """Do something with an Alertmanager; whatever it answers amiss ends the command with status 1."""
    try:
        settings = Settings.model_validate(
            {"alertmanager_url": alertmanager, "alertmanager_headers": alertmanager_headers}
        )
        asyncio.run(_with_server(settings, work))
    except ValidationError as error:
        raise click.UsageError("; ".join(f"{entry['loc'][0]}: {entry['msg']}" for entry in error.errors())) from error
    except BursarError as error:
        raise click.ClickException(str(error)) from error


async def _with_server(settings: Settings, work: Work) -> None:
    import aiohttp  # noqa: PLC0415

    from bursar.sources import alertmanager_of  # noqa: PLC0415

    async with aiohttp.ClientSession() as session:
        await work(alertmanager_of(settings, session))
