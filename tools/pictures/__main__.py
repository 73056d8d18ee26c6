"""Draw the pictures and tables of docs/how-budgets-work.md, or tell whether they are up to date."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from pictures import burn, loss, month, stages, tables

DOCUMENT: Final = Path("docs/how-budgets-work.md")
PICTURES: Final = Path("docs/pictures")

_TABLE: Final = re.compile(r"<!-- table: (?P<name>[^>]+) -->\n(\n|\|.*\n)*<!-- end -->")


def stale_files(root: Path) -> Mapping[Path, str]:
    """Return what is missing or differs from what is drawn: path in the repository -> the text it should have."""
    drawn = _files(root)
    return {
        path: text for path, text in drawn.items() if not (root / path).is_file() or (root / path).read_text() != text
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status, 1 when `--check` found a difference."""
    parser = argparse.ArgumentParser(prog="python -m pictures", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true", help="name the files that are not up to date")
    mode.add_argument("--write", action="store_true", help="bring the files up to date")
    parser.add_argument("--root", type=Path, default=Path(), help="root of the repository (default: here)")
    options = parser.parse_args(arguments)
    stale = stale_files(options.root)
    if options.check:
        for path in stale:
            print(f"{path} is not up to date; run `make pictures`", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale.items():
        (options.root / path).parent.mkdir(parents=True, exist_ok=True)
        (options.root / path).write_text(text)
        print(f"wrote {path}")
    return 0


def _files(root: Path) -> Mapping[Path, str]:
    pictures, made = _drawn()
    return {
        DOCUMENT: _filled((root / DOCUMENT).read_text(), made),
        **{PICTURES / f"{name}.svg": picture for name, picture in pictures.items()},
    }


@cache
def _drawn() -> tuple[Mapping[str, str], Mapping[str, str]]:
    replayed = month.Month()
    pictures = {
        "burn": burn.picture(),
        "loss": loss.picture(),
        "month": month.picture(replayed),
        "stages": stages.picture(),
    }
    return pictures, tables.tables(replayed)


def _filled(document: str, made: Mapping[str, str]) -> str:
    return _TABLE.sub(
        lambda found: f"<!-- table: {found['name']} -->\n\n{made[found['name']]}\n\n<!-- end -->", document
    )


if __name__ == "__main__":
    sys.exit(main())
