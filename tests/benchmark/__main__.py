"""Measures the operator on the sandbox: `python -m tests.benchmark [SECTION] [--quick] [--output FILE]`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from .alerting import alerting
from .cost import SLAS as COSTING
from .cost import rules_evaluated, samples_read
from .load import mixed, sla
from .many import applied_at_once, found_at_start
from .parsing import EXPRESSIONS, parsing
from .place import NAMESPACE, fresh_place
from .report import Figure, table, write_json
from .scale import SLAS, scale
from .single import drift, edits
from .starting import quiet, start

Section: TypeAlias = tuple[int, str, list[Figure]]
"""How many resources, which, and what was measured of them."""

RESOURCES: Final = 1000
OUTPUT: Final = Path("build/bench.json")


def main() -> None:
    """Measure, print, write, and count the goals that were missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument(
        "section",
        nargs="?",
        choices=SECTIONS,
        default="usual",
        help=f"usual: {RESOURCES} resources, three minutes; scale: {SLAS} SLAs, about twelve; "
        f"alerts: {RESOURCES} AlertRules, two; "
        "promql: expressions, seconds; samples: what rules read, beside those of the peers, one; cost: that, and how "
        "long a Prometheus takes for all of them, twenty (default: %(default)s)",
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, for a first look")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the JSON goes (default: %(default)s)")
    arguments = parser.parse_args()
    share = 10 if arguments.quick else 1
    count, load, figures = SECTIONS[arguments.section](share)
    print(f"\n{count} resources = {load}\n\n{table(figures)}\n")
    write_json(figures, arguments.output, resources=count)
    missed = sum(figure.verdict == "NO" for figure in figures)
    print(f"{missed} goals missed; written to {arguments.output}")


def _usual(share: int) -> Section:
    count = RESOURCES // share
    return count, f"{count // 2} MonitoringTargets + {count // 2} SLAs", list(_measured(count, share))


def _scale(share: int) -> Section:
    count = SLAS // share
    return count, f"{count} SLAs with one objective", _told("scale", scale(count))


def _alerts(share: int) -> Section:
    count = RESOURCES // share
    return count, f"{count} AlertRules on 20 NotificationChannels", _told("alerts and channels", alerting(count, share))


def _promql(share: int) -> Section:
    return 0, f"{len(EXPRESSIONS)} typical expressions, again and again", _told("PromQL", parsing(share))


def _cost(share: int) -> Section:
    count = COSTING // share
    figures = [*_samples(share)[2], *_told("rule evaluation", rules_evaluated(count))]
    return count, f"{count} SLAs with one objective, in one Prometheus", figures


def _samples(_share: int) -> Section:
    return 1, "one SLA with one objective, 99.9 % over 30d", _told("samples read", samples_read())


def _measured(count: int, share: int) -> Iterator[Figure]:
    resources, slas = mixed(NAMESPACE, count), count // 2
    with fresh_place() as place:
        yield from _told("start without resources", start(place))
        with place.operator() as operator:
            operator.wait_ready()
            yield from _told("applied at once", applied_at_once(place, operator, resources))
            edited = [sla(NAMESPACE, number % slas, percent=99 + number / 1000) for number in range(100 // share)]
            yield from _told("single edits", edits(place, edited))
            yield from _told("drift", drift(place, 50 // share, slas))
        yield from _told("restart and resyncs with nothing to do", quiet(place, count))
    with fresh_place() as place:
        yield from _told("found at start", found_at_start(place, resources))


def _told(what: str, figures: list[Figure]) -> list[Figure]:
    print(f"-- {what}\n{table(figures)}", flush=True)
    return figures


SECTIONS: Final = {
    "usual": _usual,
    "scale": _scale,
    "alerts": _alerts,
    "promql": _promql,
    "samples": _samples,
    "cost": _cost,
}

if __name__ == "__main__":
    main()
