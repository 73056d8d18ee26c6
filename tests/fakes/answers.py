"""Answers of a Prometheus, written down as series."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bursar.observer.samples import Answer, Sample

AT = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def answer(*samples: tuple[Mapping[str, str], float], at: datetime = AT) -> Answer:
    """One answer to an instant query: labels and value of each series."""
    return Answer(at, tuple(Sample(labels, value) for labels, value in samples))
