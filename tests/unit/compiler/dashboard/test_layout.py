from itertools import combinations
from typing import Any

from hypothesis import given

from bursar.api.dashboard_widgets import Row
from bursar.compiler.dashboard.board import Board
from bursar.compiler.dashboard.layout import Box, placed_rows
from bursar.compiler.dashboard.render import encoded, render
from unit.compiler.dashboard.boards import boards, widget


def boxes(*widgets: Any) -> list[tuple[int, ...]]:
    (placed,) = placed_rows([Row(widgets=widgets)])
    return [tuple(each.box) for each in placed.widgets]


def panels(document: Any) -> list[Any]:
    return [each for panel in document["panels"] for each in (panel, *panel.get("panels", ()))]


def in_view(document: Any) -> list[Box]:
    places = [panel["gridPos"] for panel in document["panels"]]
    return [Box(place["x"], place["y"], place["w"], place["h"]) for place in places]


def test_widgets_stand_side_by_side_and_wrap_below_the_highest_of_their_line() -> None:
    given = (widget(width=10, height=4), widget(width=10, height=6), widget(width=10, height=2))
    assert boxes(*given) == [(0, 0, 10, 4), (10, 0, 10, 6), (0, 6, 10, 2)]


def test_a_widget_that_says_where_stands_there() -> None:
    assert boxes(widget(width=6, height=2, left=18, top=3)) == [(18, 3, 6, 2)]


def test_a_row_without_title_has_no_heading_unless_it_can_be_opened_or_repeated() -> None:
    plain, closed, repeated = placed_rows(
        [Row(widgets=(widget(),)), Row(collapsed=True, widgets=(widget(),)), Row(repeat="x", widgets=(widget(),))]
    )
    assert (plain.heading, closed.heading, repeated.heading) == (None, Box(0, 8, 24, 1), Box(0, 9, 24, 1))


@given(boards)
def test_nothing_in_view_overlaps_or_leaves_the_grid(board: Board) -> None:
    shown = in_view(render(board))
    assert [pair for pair in combinations(shown, 2) if pair[0].overlaps(pair[1])] == []
    assert all(box.x >= 0 and box.x + box.width <= 24 and box.y >= 0 for box in shown)


@given(boards)
def test_every_line_begins_at_the_left_and_has_no_holes(board: Board) -> None:
    for row in placed_rows(board.content.rows):
        lines: dict[int, int] = {}
        for placed in row.widgets:
            assert placed.box.x == lines.get(placed.box.y, 0)
            lines[placed.box.y] = placed.box.x + placed.box.width


@given(boards)
def test_every_widget_is_drawn_once_and_panel_ids_are_unique(board: Board) -> None:
    drawn = panels(render(board))
    ids = [panel["id"] for panel in drawn]
    assert sorted(ids) == list(range(1, len(ids) + 1))
    asked = sum(len(row.widgets) for row in board.content.rows)
    assert sum(panel["type"] != "row" for panel in drawn) == asked


@given(boards)
def test_equal_dashboards_have_equal_bytes(board: Board) -> None:
    again = Board(uid="uid", title="Title", content=board.content, namespace="shop")
    assert encoded(render(board)) == encoded(dict(reversed(render(again).items())))
