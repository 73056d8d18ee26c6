"""Replays the whole matrix of incidents and compares it with tests/golden/firing: `python -m tests.firing`."""

import argparse
import sys

from .golden import FILES
from .proof import prove


def main() -> None:
    """Replay, tell what is wrong, and end with 1 if there is something."""
    names = [file.name for file in FILES]
    parser = argparse.ArgumentParser(prog="python -m tests.firing", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help=f"which tables: {' '.join(names)}; default: all")
    parser.add_argument("--update-golden", action="store_true", help="write what is measured now as expected")
    arguments = parser.parse_args()
    if unknown := set(arguments.files) - set(names):
        parser.error(f"no such tables: {' '.join(sorted(unknown))}; there are {' '.join(names)}")
    chosen = [file for file in FILES if file.name in (arguments.files or names)]
    sys.exit(bool(prove(chosen, update=arguments.update_golden)))


if __name__ == "__main__":
    main()
