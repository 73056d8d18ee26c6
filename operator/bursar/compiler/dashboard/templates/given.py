"""What a template is given, and what it returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.dashboard.content import Content
from bursar.compiler.facts import ObjectiveFacts
from bursar.domain.objective import Identity
from bursar.errors import FieldError, InvalidSpec


@dataclass(frozen=True, slots=True)
class Promise:
    """One objective as it was compiled, and what people call it."""

    identity: Identity
    facts: ObjectiveFacts
    title: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a template may show: the namespace, and, where the dashboard names them, a target or an SLA.

    `parameters` are those that the user has set, as text. `promises` are the objectives of the SLA in their order.
    `path` is the field that names the template.
    """

    namespace: str
    target: MonitoringTarget | None = None
    promises: tuple[Promise, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    path: str = "spec.template"


def unfit(given: Given, field_: str, message: str) -> InvalidSpec:
    """Say which field of what names the template needs an edit."""
    return InvalidSpec((FieldError(f"{given.path}.{field_}", message),))


@dataclass(frozen=True, slots=True)
class Template:
    """A page that is known by name: `parameters` maps the name of each to what it means.

    `versions` are those that can be had, the newest last. `build` raises InvalidSpec when an edit of
    the dashboard would help, and Missing when one of its target would.
    """

    name: str
    title: str
    shows: str
    build: Callable[[Given], Content]
    parameters: Mapping[str, str] = field(default_factory=dict)
    versions: tuple[int, ...] = (1,)
