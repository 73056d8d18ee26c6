from bursar.assembly import generated_kinds
from bursar.conventions import ChildKind
from bursar.settings import Settings


def test_grafana_dashboards_are_watched_only_where_they_are_made() -> None:
    with_operator = generated_kinds(Settings(grafana_instances={"dashboards": "grafana"}))
    assert with_operator - generated_kinds(Settings()) == {ChildKind.GRAFANA_DASHBOARD}
