"""Observers that know of no reading which would make the next one needless."""

from typing import Any

from bursar.compiler.plan import Key
from bursar.observer.samples import Observed


class AlwaysRead:
    """The half of engine.ports.Observer that spares readings, for kinds of which every resource is read in full."""

    def quiet(self, key: Key, facts: Any, survey: Any, written: Observed) -> None:
        """Expect nothing."""

    def is_quiet(self, quiet: Any, key: Key, facts: Any, survey: Any) -> bool:
        """Tell that nothing is known to hold."""
        return False
