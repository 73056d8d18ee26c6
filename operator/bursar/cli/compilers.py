"""Which compiler turns a kind into objects; one that is not needed is not loaded."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, TypeAlias

from bursar.compiler.plan import Plan
from bursar.compiler.view import View
from bursar.conventions import Kind

Compiler: TypeAlias = Callable[[Any, View], Plan]

CONTEXT: Final = frozenset({Kind.MONITORING_TARGET, Kind.NOTIFICATION_CHANNEL})
"""The kinds that other resources are compiled with."""
CONTEXTUAL: Final = frozenset({Kind.NOTIFICATION_CHANNEL, Kind.DASHBOARD})
"""The kinds that are compiled with any other: a channel with all that name it, a dashboard with what it shows."""

_PACKAGED: Final = {Kind.DASHBOARD: "dashboard.resource"}


def compiler(kind: Kind) -> Compiler:
    """Return what compiles resources of a kind."""
    name = kind.name.lower()
    found: Compiler = getattr(import_module(f"bursar.compiler.{_PACKAGED.get(kind, name)}"), f"compile_{name}")
    return found
