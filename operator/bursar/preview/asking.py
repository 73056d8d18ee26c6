"""The questions of a dashboard, put to a Prometheus."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, TypeAlias

from bursar.errors import Unavailable
from bursar.preview.axes import Span
from bursar.preview.reading import Answer, Panel, Question, Series, panels
from bursar.preview.variables import Wanted, built_in, chosen, either, filled_in

Read: TypeAlias = Callable[[str, Mapping[str, str]], Awaitable[Any]]
"""Reads an endpoint below /api/v1 with parameters, and returns its `data`; raises Unavailable."""

POINTS: Final = 180
LEAST_STEP: Final = 15.0
AT_ONCE: Final = 4
EVERYTHING: Final = ".*"

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Answered:
    """A dashboard with the answers to its panels by their ids, and the values of its variables."""

    dashboard: Mapping[str, Any]
    answers: Mapping[int, Answer]
    variables: Mapping[str, str]
    span: Span


async def answered(dashboard: Mapping[str, Any], read: Read, span: Span) -> Answered:
    """Ask everything that a dashboard asks; what is not answered says why."""
    step = max((span.end - span.start) / POINTS, LEAST_STEP)
    values, wanted = chosen(dashboard)
    known = built_in(timedelta(seconds=span.end - span.start), timedelta(seconds=round(step)))
    for each in wanted:
        values[each.name] = await _values(each, {**known, **values}, read)
    limit, shown = asyncio.Semaphore(AT_ONCE), list(panels(dashboard))

    async def ask(panel: Panel) -> Answer:
        async with limit:
            return await _answer(panel, {**known, **values}, read, span, step)

    found = await asyncio.gather(*map(ask, shown))
    return Answered(dashboard, {each.identity: answer for each, answer in zip(shown, found, strict=True)}, values, span)


async def _values(wanted: Wanted, values: Mapping[str, str], read: Read) -> str:
    series = filled_in(wanted.series, values)
    try:
        found = await read(f"label/{wanted.label}/values", {"match[]": series} if series else {})
    except Unavailable:
        return EVERYTHING
    return either(tuple(map(str, found))) if found else EVERYTHING


async def _answer(panel: Panel, values: Mapping[str, str], read: Read, span: Span, step: float) -> Answer:
    found: list[Series] = []
    for question in panel.questions:
        expression = filled_in(question.expression, values)
        if question.instant:
            path, asked = "query", {"time": f"{span.end:.3f}"}
        else:
            path, asked = "query_range", {"start": f"{span.start:.3f}", "end": f"{span.end:.3f}", "step": f"{step:.0f}"}
        try:
            data = await read(path, {"query": expression, **asked})
        except Unavailable as error:
            return Answer(error=f"{question.letter}: {error}")
        found += _series(data, question, values)
    return Answer(tuple(_told_apart(found)))


def _told_apart(series: list[Series]) -> Iterator[Series]:
    """Name what has no legend by the labels in which it differs from the rest, as Grafana does."""
    common = set.intersection(*(set(each.labels.items()) for each in series)) if len(series) > 1 else set()
    for each in series:
        yield each if each.name else replace(each, name=_told(dict(each.labels.items() - common)))


def _series(data: Mapping[str, Any], question: Question, values: Mapping[str, str]) -> list[Series]:
    if data.get("resultType") == "scalar":
        return [Series({}, _points([data["result"]]), question.legend or "value", question.letter)]
    return [
        Series(
            labels=each["metric"],
            points=_points(each.get("values") or [each["value"]]),
            name=_name(each["metric"], filled_in(question.legend, values)),
            letter=question.letter,
        )
        for each in data["result"]
        if "values" in each or "value" in each  # native histograms have neither
    ]


def _points(given: list[Any]) -> tuple[tuple[float, float], ...]:
    return tuple((float(at), float(value)) for at, value in given)


def _name(labels: Mapping[str, str], legend: str) -> str:
    """Fill in a legend; empty when there is none."""
    return _PLACEHOLDER.sub(lambda found: labels.get(found[1], ""), legend).strip()


def _told(labels: Mapping[str, str]) -> str:
    told = ", ".join(f"{name}={value}" for name, value in sorted(labels.items()) if name != "__name__")
    return told or labels.get("__name__", "value")
