"""Work on a long list with all processors, in order, as if there were one."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from tempfile import TemporaryFile
from typing import IO, Final, TypeAlias, TypeVar

T = TypeVar("T")
Work: TypeAlias = Callable[[Sequence[T], IO[str], IO[str]], int]
"""Work on some items, write results and complaints, and return an exit code, the graver the higher."""

FEWEST: Final = 100  # a process of its own costs as much as some tens of items


def shared(items: Sequence[T], work: Work[T], *, out: IO[str], err: IO[str], processes: int | None = None) -> int:
    """Let every processor work on an equal share; returns the gravest exit code.

    The first share is written as it comes, the others when they are done, in the order of the items.
    """
    count = max(1, min(processes or os.cpu_count() or 1, len(items) // FEWEST))
    size = max(1, -(-len(items) // count))
    first, *rest = [items[at : at + size] for at in range(0, len(items), size)] or [items]
    children = [_Child(share, work) for share in rest]
    code = work(first, out, err)
    return max([code, *(child.finished(out, err) for child in children)])


class _Child:
    """A copy of this process, which works on a share and keeps in files what it has to say."""

    def __init__(self, share: Sequence[T], work: Work[T]) -> None:
        self.files = TemporaryFile("w+"), TemporaryFile("w+")  # noqa: SIM115 - closed when it has finished
        sys.stdout.flush()
        self.process = os.fork()
        if not self.process:
            self._work(share, work)

    def _work(self, share: Sequence[T], work: Work[T]) -> None:
        code = os.EX_SOFTWARE
        try:
            code = work(share, *self.files)
            for file in self.files:
                file.flush()
        except BaseException:  # it must end here, whatever happens
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def finished(self, *outputs: IO[str]) -> int:
        """Wait for it, and repeat what it has said."""
        _, status = os.waitpid(self.process, 0)
        for file, output in zip(self.files, outputs, strict=True):
            with file:
                file.seek(0)
                shutil.copyfileobj(file, output, 1 << 20)
        return os.waitstatus_to_exitcode(status)
