"""Measures the operator on the sandbox: `python -m tests.benchmark [--quick] [--output FILE]`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .load import mixed
from .many import applied_at_once, found_at_start
from .place import NAMESPACE, fresh_place
from .report import Figure, table, write_json
from .single import drift, edits
from .starting import quiet, start

RESOURCES: Final = 1000
OUTPUT: Final = Path("build/bench.json")


def main() -> None:
    """Measure, print, write, and count the goals that were missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, for a first look")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the JSON goes (default: %(default)s)")
    arguments = parser.parse_args()
    scale = 10 if arguments.quick else 1
    count = RESOURCES // scale
    figures = list(_measured(count, scale))
    print(f"\n{count} resources = {count // 2} MonitoringTargets + {count // 2} SLAs\n\n{table(figures)}\n")
    write_json(figures, arguments.output, resources=count)
    missed = sum(figure.verdict == "NO" for figure in figures)
    print(f"{missed} goals missed; written to {arguments.output}")


def _measured(count: int, scale: int) -> Iterator[Figure]:
    resources, slas = mixed(NAMESPACE, count), count // 2
    with fresh_place() as place:
        yield from _told("start without resources", start(place))
        with place.operator() as operator:
            operator.wait_ready()
            yield from _told("applied at once", applied_at_once(place, operator, resources))
            yield from _told("single edits", edits(place, 100 // scale, slas))
            yield from _told("drift", drift(place, 50 // scale, slas))
        yield from _told("restart and resyncs with nothing to do", quiet(place, count))
    with fresh_place() as place:
        yield from _told("found at start", found_at_start(place, resources))


def _told(what: str, figures: list[Figure]) -> list[Figure]:
    print(f"-- {what}\n{table(figures)}", flush=True)
    return figures


if __name__ == "__main__":
    main()
