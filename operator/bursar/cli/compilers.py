"""Which compiler turns a kind into objects; one that is not needed is not loaded."""

from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any, Final, TypeAlias

from bursar.compiler.plan import Plan
from bursar.compiler.view import View
from bursar.conventions import Kind

Compiler: TypeAlias = Callable[[Any, View], Plan]

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


def context(kinds: Collection[Kind]) -> frozenset[Kind]:
    """Name the kinds that resources of some kinds are compiled with: a channel is told who names it."""
    return frozenset(Kind) if Kind.NOTIFICATION_CHANNEL in kinds else frozenset({Kind.MONITORING_TARGET})
