"""A classic dashboard taken apart: panels with their places, and what each of them asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any, Final

_DEFAULT_PLACE: Final = {"x": 0, "y": 0, "w": 12, "h": 8}


@dataclass(frozen=True, slots=True)
class Question:
    """What a panel asks: PromQL with variables; `legend` names its series, `{{code}}`."""

    letter: str
    expression: str
    legend: str
    instant: bool


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: points are seconds of the epoch and values."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]
    name: str
    letter: str = "A"

    @property
    def newest(self) -> float:
        """The last value; not a number without any."""
        return self.points[-1][1] if self.points else nan


@dataclass(frozen=True, slots=True)
class Answer:
    """What Prometheus said to one panel: series, or why there are none."""

    series: tuple[Series, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its place in 24 columns and rows of 30 pixels, and the settings that a picture needs."""

    identity: int
    kind: str
    title: str
    description: str
    place: Mapping[str, int]
    questions: tuple[Question, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    transformations: tuple[Mapping[str, Any], ...] = ()
    column_units: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    collapsed: bool = False

    @property
    def unit(self) -> str:
        """The unit of its numbers."""
        return str(self.defaults.get("unit") or "short")

    @property
    def decimals(self) -> int | None:
        """How many digits stand behind the point; None: as fits."""
        return self.defaults.get("decimals")

    @property
    def steps(self) -> list[tuple[float | None, str]]:
        """Its colours by value, the lowest first, with None for all below."""
        found = self.defaults.get("thresholds", {}).get("steps") or ()
        return [(step.get("value"), step["color"]) for step in found]

    def colour(self, value: float) -> str:
        """The colour of a value."""
        chosen = ""
        for start, colour in self.steps:
            if start is None or value >= start:
                chosen = colour
        return chosen

    def mapped(self, value: float) -> Mapping[str, Any]:
        """What is shown in place of a value, where something is."""
        for mapping in self.defaults.get("mappings") or ():
            options = mapping.get("options", {})
            if mapping.get("type") == "special" and isnan(value) and options.get("match") in ("null", "nan"):
                result: Mapping[str, Any] = options["result"]
                return result
            if mapping.get("type") == "value" and (known := options.get(f"{value + 0.0:g}")):
                found: Mapping[str, Any] = known
                return found
        return {}


def panels(dashboard: Mapping[str, Any]) -> Iterator[Panel]:
    """Return all panels in the order of the page, those of collapsed rows below their heading."""
    for raw in dashboard.get("panels") or ():
        yield _panel(raw)
        yield from map(_panel, raw.get("panels") or ())


def _panel(raw: Mapping[str, Any]) -> Panel:
    fields = raw.get("fieldConfig") or {}
    return Panel(
        identity=raw.get("id") or 0,
        kind=str(raw.get("type", "")),
        title=str(raw.get("title", "")),
        description=str(raw.get("description") or ""),
        place={**_DEFAULT_PLACE, **(raw.get("gridPos") or {})},
        questions=tuple(_questions(raw)),
        defaults=fields.get("defaults") or {},
        options=raw.get("options") or {},
        transformations=tuple(raw.get("transformations") or ()),
        collapsed=bool(raw.get("collapsed")),
        column_units=dict(_column_units(fields.get("overrides") or ())),
    )


def _questions(raw: Mapping[str, Any]) -> Iterator[Question]:
    for target in raw.get("targets") or ():
        if target.get("expr") and not target.get("hide"):
            legend = str(target.get("legendFormat") or "")
            yield Question(
                letter=str(target.get("refId", "A")),
                expression=str(target["expr"]),
                legend="" if legend == "__auto" else legend,
                instant=bool(target.get("instant")) and not target.get("range"),
            )


def _column_units(overrides: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for override in overrides:
        matcher = override.get("matcher") or {}
        if matcher.get("id") == "byName":
            yield matcher["options"], {each["id"]: each.get("value") for each in override.get("properties") or ()}
