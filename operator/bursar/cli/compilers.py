"""Which compiler turns a kind into objects; one that is not needed is not loaded."""

from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any, Final, TypeAlias

from bursar.compiler.plan import Plan
from bursar.compiler.view import View
from bursar.conventions import Kind

Compiler: TypeAlias = Callable[[Any, View], Plan]

_PACKAGED: Final = {Kind.DASHBOARD: "dashboard.resource"}
_COMPILED_WITH_OTHERS: Final = frozenset({Kind.NOTIFICATION_CHANNEL, Kind.DASHBOARD})


def compiler(kind: Kind) -> Compiler:
    """Return what compiles resources of a kind."""
    name = kind.name.lower()
    found: Compiler = getattr(import_module(f"bursar.compiler.{_PACKAGED.get(kind, name)}"), f"compile_{name}")
    return found


def context(kinds: Collection[Kind]) -> frozenset[Kind]:
    """Name the kinds that resources of some kinds are compiled with.

    A channel is told who names it, and a dashboard what it shows.
    """
    return frozenset({Kind.MONITORING_TARGET} if _COMPILED_WITH_OTHERS.isdisjoint(kinds) else Kind)
