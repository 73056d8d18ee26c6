"""An election whose outcome a test decides."""

import asyncio


class Leadership:
    """Implements engine.ports.Election: `seconds` is how long this replica may still write."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def won(self) -> None:
        return

    def remaining(self) -> float:
        return self.seconds

    def problem(self) -> str:
        return ""

    async def resign(self) -> None:
        self.seconds = 0
