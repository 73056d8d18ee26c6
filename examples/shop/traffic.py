"""Customers: real HTTP requests to the shop at a steady rate, for a bounded time."""

import argparse
import asyncio
import contextlib
import random
import time

import aiohttp
from examples.shop.app import ROUTES


async def shop_around(session: aiohttp.ClientSession, url: str) -> None:
    """Make one request; a failure is the shop's to count."""
    with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError):
        async with session.get(url + random.choice(ROUTES)) as response:
            await response.read()


async def traffic(url: str, *, per_second: float, seconds: float) -> int:
    """Send requests until the time is up; returns how many."""
    sent = 0
    ends = time.monotonic() + seconds
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as customers:
        while time.monotonic() < ends:
            customers.create_task(shop_around(session, url))
            sent += 1
            await asyncio.sleep(1 / per_second)
    return sent


def main() -> None:
    """Send traffic to a shop on the loopback interface."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--per-second", type=float, default=25.0)
    parser.add_argument("--seconds", type=float, default=3600.0)
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(traffic(f"http://127.0.0.1:{given.port}", per_second=given.per_second, seconds=given.seconds))


if __name__ == "__main__":
    main()
