"""Rows of widgets as hypothesis thinks them up, and boards around them."""

from typing import Any

from hypothesis import strategies as st

from bursar.api.dashboard_widgets import Query, Row, Widget
from bursar.compiler.dashboard.board import Board
from bursar.compiler.dashboard.content import Content

PLAIN_TYPES = ("timeseries", "bar", "stat", "gauge", "bargauge", "table", "heatmap", "pie", "timeline", "text", "logs")


def widget(of_type: str = "timeseries", **fields: Any) -> Widget:
    content = {"content": "Text"} if of_type == "text" else {}
    return Widget.model_validate({"type": of_type, "queries": [Query(expr="up")], **content, **fields})


def board(*rows: Row, **fields: Any) -> Board:
    return Board(uid="uid", title="Title", content=Content(rows=rows), namespace="shop", **fields)


sizes = st.fixed_dictionaries(
    {},
    optional={
        "width": st.integers(min_value=1, max_value=24),
        "height": st.integers(min_value=1, max_value=40),
        "title": st.text(max_size=5),
    },
)
widgets = st.builds(lambda of_type, fields: widget(of_type, **fields), st.sampled_from(PLAIN_TYPES), sizes)
rows = st.builds(
    lambda title, collapsed, found: Row(title=title, collapsed=collapsed, widgets=tuple(found)),
    st.sampled_from(["", "Heading"]),
    st.booleans(),
    st.lists(widgets, min_size=1, max_size=12),
)
boards = st.builds(lambda found: board(*found), st.lists(rows, max_size=6))
