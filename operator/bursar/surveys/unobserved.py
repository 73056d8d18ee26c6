"""Kinds of which Prometheus knows nothing."""

from typing import Any

from bursar.observer.samples import Observed
from bursar.surveys.always_read import AlwaysRead


class Unobserved(AlwaysRead):
    """Implements engine.ports.Observer for a kind whose status holds nothing that is asked of Prometheus."""

    async def survey(self, books: Any, facts: Any) -> None:
        """Ask nothing."""

    def observe(self, key: Any, resource: Any, facts: Any, survey: Any, previous: Observed | None) -> Observed:
        """Say nothing."""
        return Observed({}, ())

    def stale(self, resource: Any, previous: Observed | None, failure: str) -> Observed:
        """Say nothing, whether Prometheus answers or not."""
        return Observed({}, ())

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell that nothing ever changes."""
        return False
