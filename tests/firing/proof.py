"""Replays whole files of tables, some replays at a time, and tells what is wrong."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final

from bursar.domain.durations import format_duration

from .golden import FILES, Golden
from .matrix import Batch
from .table import Row
from .verdict import flaws

_WORKERS: Final = 2


def prove(files: Iterable[Golden] = FILES, *, update: bool = False) -> int:
    """Replay everything in some files with progress on standard output; returns how much was wrong."""
    files = list(files)
    rows = replayed([batch for file in files for batch in file.batches])
    wrong = 0
    for file in files:
        found = [row for batch in file.batches for row in rows[batch]]
        if update:
            file.path.write_text(file.rendered(found))
        complaints = list(complaints_about(file, found))
        wrong += len(complaints)
        print(f"\n{file.path.name}: {len(found)} alerts in {len(file.batches)} replays, {len(complaints)} wrong")
        print("".join(f"  {complaint}\n" for complaint in complaints), end="", flush=True)
    return wrong


def complaints_about(file: Golden, rows: Iterable[Row]) -> Iterator[str]:
    """Return what is wrong with the rows of a file."""
    rows = list(rows)
    for row in rows:
        yield from flaws(row)
    if file.rendered(rows) != file.path.read_text():
        yield f"{file.path.name} says something else; see what --update-golden changes"


def replayed(batches: list[Batch]) -> dict[Batch, list[Row]]:
    """Replay, the longest first, some at a time."""
    begun, rows = time.monotonic(), {}
    with ThreadPoolExecutor(_WORKERS) as pool:
        running = {pool.submit(batch.replayed): batch for batch in sorted(batches, key=lambda batch: -batch.cost)}
        for number, done in enumerate(as_completed(running), start=1):
            batch = running[done]
            rows[batch] = done.result()
            print(f"[{number}/{len(batches)}] {_subject(batch)}, {time.monotonic() - begun:.0f} s", flush=True)
    return rows


def _subject(batch: Batch) -> str:
    alerts = ", ".join(batch.alerts or ("all alerts",))
    return f"{batch.target} % over {format_duration(batch.window)}: {alerts} in {len(batch.incidents)} incidents"
