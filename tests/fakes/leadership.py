"""An election whose outcome a test decides."""

import asyncio
import time


class Leadership:
    """Implements engine.ports.Election: this replica leads for so many seconds, or until `renew` says otherwise."""

    def __init__(self, seconds: float) -> None:
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def won(self) -> None:
        return

    def remaining(self) -> float:
        return self._until - time.monotonic()

    def problem(self) -> str:
        return ""

    async def resign(self) -> None:
        self.renew(0)
