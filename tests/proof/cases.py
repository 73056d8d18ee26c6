"""The worlds of the proof: every trouble alone, then random mixtures of them."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from .case import ALWAYS, Case, Lives

SCRAPES: Final = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 30, 60))
COME_AND_GO: Final[Lives] = {
    "eu": ((0.0, 1.0),),
    "us": ((0.15, 0.4), (0.41, 0.7)),
    "ap": ((0.6, 1.0),),
}
BRIEF: Final[Lives] = {"eu": ((0.0, 1.0),), "us": ((0.2, 0.35), (0.45, 0.55))}
"""A birth and an end cost about a minute of events, which of a group of a few hours is more than 0.1 %."""


def cases(count: int, seed: int) -> Iterator[Case]:
    """Return the single troubles, and mixtures until there are `count` of them all."""
    alone = [Case(name, seed, **changed) for name, changed in ALONE.items()]
    yield from alone[:count]
    for number in range(count - len(alone)):
        yield mixture(f"mixture-{number + 1:02}", seed)


def mixture(name: str, seed: int) -> Case:
    """Throw dice for everything, but let no scrape fail in a burst.

    What happens between the two scrapes around it counts for about two thirds: of a burst, that may be too much.
    """
    dice = Random(f"{name} {seed}")
    bursts = dice.choice((0, 5, 40))
    groups = dice.choice((ALWAYS, ALWAYS, COME_AND_GO, BRIEF))
    return Case(
        name,
        seed,
        load=dice.choice(("steady", "daily", "daily", "weekly", "rare")),
        errors=dice.choice(("steady", "steady", "nightly", "none")),
        share=dice.choice((0.0001, 0.001, 0.01)),
        bursts=bursts,
        incidents=dice.choice((0, 1, 4)),
        spikes=dice.choice((0, 0, 10, 40)),
        idles=dice.choice((0, 5, 60)),
        restarts=dice.choice((0, 5, 20)),
        gaps=dice.choice((0, 0, 2, 8)),
        partial_gaps=dice.choice((0, 0, 2)),
        outages=dice.choice((0, 0, 2)),
        missed=0 if bursts else dice.choice((0, 10, 20)),
        late_errors=dice.random() < 0.3,
        replicas=dice.choice((1, 1, 2)),
        groups=groups,
        scrape=dice.choice(SCRAPES),
        window=timedelta(days=dice.choice((30, 30, 7)) if groups is ALWAYS else 30),
        target=Decimal(dice.choice(("99.99", "99.9", "99.5", "99", "95"))),
    )


ALONE: Final[dict[str, dict[str, Any]]] = {
    "steady": {},
    "daily": {"load": "daily"},
    "weekly": {"load": "weekly"},
    "rare": {"load": "rare", "share": 0.01, "target": Decimal(99)},
    "nightly errors": {"load": "daily", "errors": "nightly"},
    "no errors ever": {"errors": "none"},
    "no errors, rare": {"errors": "none", "load": "rare"},
    "bursts": {"bursts": 40},
    "incidents": {"incidents": 4, "load": "daily"},
    "spikes": {"spikes": 40},
    "idle gaps": {"idles": 60},
    "restarts": {"restarts": 40, "replicas": 2},
    "gaps": {"gaps": 8, "load": "daily"},
    "gaps of one process": {"partial_gaps": 8, "replicas": 3},
    "outages of Prometheus": {"outages": 4},  # what was not summed yet is lost: 3.5 minutes of each, 6 at most
    "missed scrapes": {"missed": 40},
    "late errors": {"late_errors": True, "restarts": 20, "share": 0.0001},
    "groups come and go": {"groups": COME_AND_GO},
    "brief groups": {"groups": BRIEF},
    "many processes": {"replicas": 5, "restarts": 5},
    "scraped every 15s": {"scrape": timedelta(seconds=15), "spikes": 20},
    "scraped every 60s": {"scrape": timedelta(seconds=60), "spikes": 20},
    "window of 7d": {"window": timedelta(days=7), "load": "daily", "errors": "nightly"},
    "window of 1d": {"window": timedelta(days=1), "load": "daily", "errors": "nightly"},
}
