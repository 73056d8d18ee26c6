"""The page: every panel in its place on the grid, in one file that loads nothing."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from bursar.preview.asking import Answered
from bursar.preview.axes import Span
from bursar.preview.bands import heatmap, states
from bursar.preview.figures import bars, pie, stat
from bursar.preview.lines import timeseries
from bursar.preview.reading import Answer, Panel, Series, panels
from bursar.preview.style import STYLE
from bursar.preview.tables import table
from bursar.preview.variables import filled_in

_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_LINK: Final = re.compile(r"\[([^\]]+)\]\(((?:https?://|/)[^)\s]+)\)")
_OVER_TIME: Final[dict[str, Callable[[Panel, Sequence[Series], Span], str]]] = {
    "timeseries": timeseries,
    "graph": timeseries,
    "heatmap": heatmap,
    "state-timeline": states,
    "status-history": states,
}
_NEWEST: Final[dict[str, Callable[[Panel, Sequence[Series]], str]]] = {
    "stat": stat,
    "singlestat": stat,
    "gauge": stat,
    "bargauge": bars,
    "barchart": bars,
    "piechart": pie,
    "table": table,
}


def page(dashboards: Iterable[Answered]) -> str:
    """Draw dashboards one below the other."""
    drawn = "".join(map(_dashboard, dashboards))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}<title>Dashboards</title></head><body>{drawn}</body></html>\n'


def empty_panels(answered: Answered) -> list[str]:
    """Return what cannot be seen: the titles of panels without data, and why."""
    return [
        f"{panel.title}: {answer.error or 'no data'}"
        for panel in panels(answered.dashboard)
        if panel.questions and not (answer := answered.answers[panel.identity]).series
    ]


def _dashboard(answered: Answered) -> str:
    title = escape(str(answered.dashboard.get("title") or "Dashboard"))
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (answered.span.start, answered.span.end))
    when = f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    chosen = "".join(
        f"<span>{escape(name)}: <b>{escape(value)}</b></span>" for name, value in answered.variables.items() if value
    )
    drawn = "".join(_row(heading, below, answered) for heading, below in _rows(answered))
    return f'<header><h1>{title}</h1><p>{when}</p><p class="variables">{chosen}</p></header>{drawn}'


def _rows(answered: Answered) -> Iterator[tuple[Panel | None, list[Panel]]]:
    """Return the panels row by row, each with its heading; those above the first row have none."""
    heading: Panel | None = None
    below: list[Panel] = []
    for panel in panels(answered.dashboard):
        if panel.kind == "row":
            yield heading, below
            heading, below = panel, []
        else:
            below.append(panel)
    yield heading, below


def _row(heading: Panel | None, below: Sequence[Panel], answered: Answered) -> str:
    top = min((panel.place["y"] for panel in below), default=0)
    drawn = f"<main>{''.join(_panel(each, top, answered) for each in below)}</main>" if below else ""
    if heading is None:
        return drawn
    title = escape(filled_in(heading.title, answered.variables))
    if heading.collapsed:
        return f"<details><summary>{title}</summary>{drawn}</details>"
    return f"<h2>{title}</h2>{drawn}"


def _panel(panel: Panel, top: int, answered: Answered) -> str:
    x, y, width, height = (panel.place[name] for name in ("x", "y", "w", "h"))
    style = f"grid-area:{y - top + 1}/{x + 1}/span {height}/span {width}"
    content = _content(panel, answered.answers[panel.identity], answered.span)
    about = f' title="{escape(panel.description)}"' if panel.description else ""
    title = escape(filled_in(panel.title, answered.variables))
    return f'<section style="{style}"><h3{about}>{title}</h3>{content}</section>'


def _content(panel: Panel, answer: Answer, span: Span) -> str:
    if panel.kind == "text":
        return f'<div class="text">{_paragraphs(str(panel.options.get("content") or ""))}</div>'
    if answer.error:
        return f'<p class="nothing error">{escape(answer.error)}</p>'
    if panel.kind in _NEWEST and (answer.series or panel.kind == "stat"):
        return _NEWEST[panel.kind](panel, answer.series)
    if panel.kind in _OVER_TIME and answer.series:
        return _OVER_TIME[panel.kind](panel, answer.series, span)
    known = panel.kind in _NEWEST or panel.kind in _OVER_TIME
    return f'<p class="nothing">{"No data" if known else escape(f"a panel of type {panel.kind} is not drawn here")}</p>'


def _paragraphs(content: str) -> str:
    """Show the little of Markdown that texts on dashboards need: paragraphs, bold words and links."""
    marked = _LINK.sub(r'<a href="\2">\1</a>', _BOLD.sub(r"<b>\1</b>", escape(content)))
    return "".join(f"<p>{part}</p>" for part in marked.split("\n\n"))
