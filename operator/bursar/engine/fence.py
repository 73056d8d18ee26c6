"""Keeps a replica that does not lead any more from writing, even one that stood still and does not know it yet."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from bursar.engine.ports import Election
from bursar.errors import NotLeading


@contextlib.asynccontextmanager
async def while_leading(election: Election) -> AsyncIterator[None]:
    """Let a write begin only while this replica leads, and break it off when its time ends; raises NotLeading.

    What is on its way to the server by then arrives all the same: it names the version of the object that it is for,
    and the server refuses it once another replica has written.
    """
    remaining = election.remaining()
    if remaining <= 0:
        raise NotLeading("nothing is written: this replica does not lead")
    try:
        async with asyncio.timeout(None if remaining == float("inf") else remaining):
            yield
    except TimeoutError as error:
        raise NotLeading("a write was broken off: this replica does not lead any more") from error
