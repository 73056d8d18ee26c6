"""Prove that budgets equal exact counts: `python -m tests.proof [--cases N] [--seed N] [CASE ...]`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from .cases import cases
from .proof import prove
from .report import HEADER, line, summary

CASES: Final = 60


def main() -> int:
    """Print a row for everything that was proven, and a summary; 1 when something was not."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all random traffic (default: %(default)s)")
    parser.add_argument("only", nargs="*", metavar="CASE", help="of these cases only those with such names")
    arguments = parser.parse_args()
    chosen = [
        case for case in cases(arguments.cases, arguments.seed) if case.name in arguments.only or not arguments.only
    ]
    if not chosen:
        parser.error(f"there is no case {' or '.join(arguments.only)}")
    started = time.monotonic()
    rows = []
    with tempfile.TemporaryDirectory(prefix="bursar-proof-") as folder:
        print(HEADER, flush=True)
        for row in prove(chosen, Path(folder)):
            rows.append(row)
            print(line(row), flush=True)
    print(f"\n{summary(rows, seconds=time.monotonic() - started)}")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
