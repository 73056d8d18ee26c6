"""Widgets that show an SLA, in the place and under the heading that the user gives them."""

from typing import Any

import pytest

from bursar.api.dashboard_widgets import Row
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.dashboard.layout import Box
from bursar.compiler.dashboard.missing import Missing
from bursar.compiler.dashboard.sla_widgets import expanded
from fakes import shop_past
from fakes.world import World

SHOP = World(
    targets=(MonitoringTarget.model_validate(shop_past.target()),), slas=(SLA.model_validate(shop_past.sla()),)
)
STAT = {"type": "stat", "title": "Other", "queries": [{"expr": "up"}]}


def widget(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "slaRef": {"name": "shop"}, **fields}


def row(*widgets: dict[str, Any], **fields: Any) -> Row:
    return expanded(Row.model_validate({"widgets": list(widgets), **fields}), "shop", SHOP)


def places(found: Row) -> list[tuple[str, Box]]:
    return [
        (each.title, Box(each.left or 0, each.top or 0, each.width or 0, each.height or 0)) for each in found.widgets
    ]


def test_an_slo_is_a_line_of_figures_above_its_burn_down() -> None:
    found = places(row(widget("slo"), title="Promises"))
    assert [title for title, _ in found[:3]] == ["Good events", "Budget left", "Outage left"]
    assert [box for _, box in found[:6]] == [Box(x, 0, 4, 4) for x in (0, 4, 8, 12, 16, 20)]
    assert found[6] == ("Budget left over time", Box(0, 4, 24, 8))


def test_a_narrow_slo_has_its_figures_in_two_lines() -> None:
    found = [box for _, box in places(row(widget("slo", width=12)))]
    assert found == [*(Box(x, y, 4, 4) for y in (0, 4) for x in (0, 4, 8)), Box(0, 8, 12, 4)]


@pytest.mark.parametrize("width", range(1, 25))
def test_an_slo_keeps_to_the_place_of_its_widget(width: int) -> None:
    found = [box for _, box in places(row(widget("slo", width=width)))]
    assert max(box.x + box.width for box in found) <= width
    assert not any(one.overlaps(other) for n, one in enumerate(found) for other in found[n + 1 :])


def test_what_stands_beside_an_slo_stays_there() -> None:
    found = places(row(widget("slo", width=12), STAT))
    assert found[-1] == ("Other", Box(12, 0, 6, 4))


def test_burn_and_budget_have_the_heading_and_the_size_that_the_user_says() -> None:
    found = row(widget("burn", title="Ours", description="Look here.", width=8, height=5), widget("budget"))
    assert places(found) == [("Ours", Box(0, 0, 8, 5)), ("Budget left over time", Box(8, 0, 12, 8))]
    assert found.widgets[0].description == "Look here."
    assert found.widgets[0].type == "timeseries"


def test_the_first_objective_is_shown_unless_another_is_named() -> None:
    first, other = row(widget("budget"), widget("budget", objective="latency")).widgets
    assert 'objective="availability"' in first.queries[0].expr
    assert 'objective="latency"' in other.queries[0].expr


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (widget("burn", objective="speed"), "SLA shop has no objective speed; it has availability, latency, regions"),
        ({"type": "burn", "slaRef": {"name": "mail"}}, "there is no valid SLA mail in namespace shop"),
    ],
)
def test_what_is_not_there_is_waited_for(given: dict[str, Any], words: str) -> None:
    with pytest.raises(Missing, match=words):
        row(given)


def test_an_sla_that_waits_itself_says_what_for() -> None:
    alone = World(slas=SHOP.slas)
    with pytest.raises(Missing, match=r"SLA shop is not ready: .*there is no valid MonitoringTarget shop"):
        expanded(Row.model_validate({"widgets": [widget("burn")]}), "shop", alone)


def test_a_row_without_them_is_left_alone() -> None:
    given = Row.model_validate({"widgets": [STAT]})
    assert expanded(given, "shop", World()) is given
