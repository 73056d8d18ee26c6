"""What holds for every template."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from prometheus_client import Metric
from prometheus_client.samples import Sample

from bursar.api.dashboard import Dashboard, TemplateName
from bursar.api.dashboard_widgets import COLUMNS
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.api.target_dashboard import TargetTemplate
from bursar.compiler.dashboard.layout import placed_rows
from bursar.compiler.dashboard.resource import compile_dashboard, drawn
from bursar.compiler.dashboard.templated import content_of
from bursar.compiler.dashboard.templates import TEMPLATES
from bursar.compiler.plan import Accepted, Rejected, Waiting
from bursar.engine.telemetry import REGISTRY
from fakes import shop_past
from fakes.specs import changed
from fakes.world import World

ROOT = Path(__file__).parents[4]
TARGET = MonitoringTarget.model_validate(shop_past.target())
SHOP = World(targets=(TARGET,), slas=(SLA.model_validate(shop_past.sla()),))
NEEDS_A_TARGET = sorted(get_args(TargetTemplate))


def dashboard(name: str, parameters: dict[str, str] | None = None, *, target: bool = True) -> Dashboard:
    parameters = parameters or ({"sla": "shop"} if name == "slo-detail" else {})
    spec = {"template": {"name": name, "parameters": parameters}} | ({"targetRef": {"name": "shop"}} if target else {})
    return Dashboard.model_validate(
        {"apiVersion": "bursar.dev/v1alpha1", "kind": "Dashboard", "metadata": {"name": name, "namespace": "shop"}}
        | {"spec": spec}
    )


def expressions(name: str, parameters: dict[str, str] | None = None) -> str:
    panels = drawn(dashboard(name, parameters), SHOP).document["panels"]
    targets = [target for panel in panels for target in panel.get("targets", ())]
    return "\n".join(target["expr"] for target in targets)


def message(given: Dashboard, world: World = SHOP) -> str:
    verdict = compile_dashboard(given, world).verdict
    assert not isinstance(verdict, Accepted)
    return verdict.message


def test_every_template_that_the_api_names_is_there() -> None:
    assert sorted(get_args(TemplateName)) == sorted(TEMPLATES)
    assert set(NEEDS_A_TARGET) < set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_of_a_template_is_doubtful(name: str) -> None:
    assert drawn(dashboard(name), SHOP).warnings == ()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_line_of_a_template_is_full(name: str) -> None:
    given = dashboard(name)
    assert given.spec.template is not None
    content = content_of(given.spec.template, TARGET, given.metadata, SHOP)
    for row in placed_rows(content.rows):
        for top in {placed.box.y for placed in row.widgets}:
            assert sum(placed.box.width for placed in row.widgets if placed.box.y == top) == COLUMNS, row.row.title


@pytest.mark.parametrize("name", TEMPLATES)
def test_everything_that_shows_numbers_explains_itself(name: str) -> None:
    panels = drawn(dashboard(name), SHOP).document["panels"]
    inner = [each for panel in panels for each in (panel, *panel.get("panels", ()))]
    silent = [each["title"] for each in inner if each["type"] not in ("row", "text") and not each["description"]]
    assert silent == []


@pytest.mark.parametrize("name", NEEDS_A_TARGET)
def test_a_template_about_a_target_asks_for_one(name: str) -> None:
    assert message(dashboard(name, target=False)) == (
        f"spec.template.name: {name} shows a MonitoringTarget; name one in spec.targetRef"
    )


@pytest.mark.parametrize("name", NEEDS_A_TARGET)
def test_a_dashboard_waits_for_a_target_that_has_what_it_shows(name: str) -> None:
    bare = changed(shop_past.target(), "spec.signals", {})
    del bare["spec"]["scrape"]
    verdict = compile_dashboard(dashboard(name), World(targets=(MonitoringTarget.model_validate(bare),))).verdict
    told = "parameters.series" if name == "database-performance" else "MonitoringTarget shop has nothing to show here"
    assert isinstance(verdict, Rejected if name == "database-performance" else Waiting)
    assert told in verdict.message


def test_a_dashboard_waits_for_the_sla_that_it_shows() -> None:
    verdict = compile_dashboard(dashboard("slo-detail"), World(targets=(TARGET,))).verdict
    assert isinstance(verdict, Waiting)
    assert "there is no valid SLA shop in namespace shop" in verdict.message


def test_an_sla_brings_its_target_along() -> None:
    titles = [each["title"] for each in drawn(dashboard("slo-detail", target=False), SHOP).document["panels"]]
    assert "Use of connections" in titles


@pytest.mark.parametrize("name", ["slo-overview", "sla-compliance", "system-overview"])
@pytest.mark.parametrize(
    ("namespaces", "matcher"), [(None, 'namespace="shop"'), ("a|b", 'namespace=~"a|b"'), ("*", None)]
)
def test_an_overview_is_of_its_own_namespace_unless_told_otherwise(
    name: str, namespaces: str | None, matcher: str | None
) -> None:
    parameters = {"namespaces": namespaces} if namespaces else {}
    asked = [each for each in expressions(name, parameters).splitlines() if "bursar" in each]
    assert all((matcher in each) if matcher else ("namespace=" not in each) for each in asked)


@pytest.mark.parametrize(
    ("name", "parameters", "told"),
    [
        ("slo-overview", {"namespaces": 'a"b'}, "namespaces: must be names of namespaces, as in shop|search, or *"),
        ("service-red", {"by": "a b"}, "by: 'a b' is no name of a label"),
        ("capacity-planning", {"lookback": "soon"}, "lookback: "),
        ("capacity-planning", {"horizon": "0s"}, "horizon: must be longer than 0"),
        ("system-health", {"colour": "red"}, "colour: system-health does not know it; it knows none"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(name: str, parameters: Any, told: str) -> None:
    assert message(dashboard(name, parameters)).startswith(f"spec.template.parameters.{told}")


def test_a_version_that_does_not_exist_is_refused() -> None:
    given = dashboard("service-red")
    assert given.spec.template is not None
    newer = given.spec.template.model_copy(update={"version": 7})
    spec = given.spec.model_copy(update={"template": newer})
    assert message(given.model_copy(update={"spec": spec})) == (
        "spec.template.version: there is no version 7 of service-red, but 1"
    )


def test_every_template_and_its_parameters_are_described() -> None:
    text = (ROOT / "docs" / "dashboards.md").read_text()
    wanted = {name for template in TEMPLATES.values() for name in (template.name, *template.parameters)}
    assert [name for name in sorted(wanted) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", ["slo-overview", "system-overview", "slo-detail", "service-red"])
def test_an_alert_that_has_been_escalated_is_one_alert(name: str) -> None:
    panels = drawn(dashboard(name), SHOP).document["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", ()) if "ALERTS" in target["expr"]]
    assert asked
    assert [each for each in asked if 'bursar_step=~"1|"' not in each and "max by" not in each] == []


def test_what_is_shown_of_bursar_itself_is_what_it_exposes() -> None:
    exposed = {sample.name for family in REGISTRY.collect() for sample in _with_every_name(family)}
    asked = set(re.findall(r"\bbursar_\w+", expressions("system-health")))
    assert asked
    assert asked <= exposed


def _with_every_name(family: Metric) -> list[Sample]:
    """Metrics with labels have no samples before something has happened; their names are known all the same."""
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
    return [Sample(f"{family.name}{ending}", {}, 0.0) for ending in endings]
