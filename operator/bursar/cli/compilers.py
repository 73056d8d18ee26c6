"""Which compiler turns a kind into objects; one that is not needed is not loaded."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, TypeAlias

from bursar.compiler.plan import Plan
from bursar.compiler.view import View
from bursar.conventions import Kind

Compiler: TypeAlias = Callable[[Any, View], Plan]

CONTEXT: Final = frozenset({Kind.MONITORING_TARGET, Kind.NOTIFICATION_CHANNEL})
"""The kinds that other resources are compiled with; a channel is compiled with all that name it."""

_NAMES: Final = {
    Kind.MONITORING_TARGET: "monitoring_target",
    Kind.SLA: "sla",
    Kind.ALERT_RULE: "alert_rule",
    Kind.NOTIFICATION_CHANNEL: "notification_channel",
}


def compiler(kind: Kind) -> Compiler:
    """Return what compiles resources of a kind."""
    name = _NAMES[kind]
    found: Compiler = getattr(import_module(f"bursar.compiler.{name}"), f"compile_{name}")
    return found
