"""How a status shows that somebody takes care."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from bursar.domain.acknowledgement import Occurrence, Silence
from bursar.observer.figures import time_text

Shown: TypeAlias = Mapping[str, str]

_LONGEST: Final[Mapping[str, int]] = {"by": 256, "comment": 1024, "group": 1024}  # what the schema of the status takes


def acknowledged(known: Mapping[Occurrence, Silence]) -> dict[tuple[str, str], Shown]:
    """Index what is acknowledged by namespace and incident; of several groups the one that stays so for longest."""
    ending_last = sorted(known.items(), key=lambda item: item[1].ends_at)
    return {
        (occurrence.namespace, occurrence.incident): _shown(occurrence, silence) for occurrence, silence in ending_last
    }


def _shown(occurrence: Occurrence, silence: Silence) -> Shown:
    texts = {"by": silence.by, "comment": silence.comment, "group": occurrence.group}
    cut = {name: text[: _LONGEST[name]] for name, text in texts.items() if text}
    return {"until": time_text(silence.ends_at), **cut}
