"""What slow work says while it runs, on standard error."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import Final

HEARTBEAT_SECONDS: Final = 10.0


def tell(text: str) -> None:
    """Print one line at once."""
    print(f"sandbox: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress(what: str, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> Iterator[None]:
    """Say at once what is being done, from time to time that it still is, and how long it took."""
    done = threading.Event()
    started = time.monotonic()

    def beat() -> None:
        while not done.wait(heartbeat_seconds):
            tell(f"{what} … {time.monotonic() - started:.0f} s")

    tell(f"{what} …")
    heart = threading.Thread(target=beat, name="heartbeat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
    tell(f"{what}: done in {time.monotonic() - started:.0f} s")
