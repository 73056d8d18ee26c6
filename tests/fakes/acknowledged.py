"""What people have acknowledged: nothing, or what a test says."""

from bursar.domain.acknowledgement import Occurrence, Silence


class Acknowledged:
    """`known` is what somebody takes care of."""

    def __init__(self) -> None:
        self.known: dict[Occurrence, Silence] = {}

    async def now(self) -> dict[Occurrence, Silence]:
        return self.known


NOBODY = Acknowledged()
