"""`bursar export --openslo` as a user runs it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from bursar.cli import main

Raw = dict[str, Any]
RATIO: Raw = {"ratio": {"bad": 'jobs_total{state="failed"}', "total": "jobs_total"}}


def sla(indicator: Raw | None = None, *, alerting: Raw | None = None, **more: Any) -> Raw:
    objective = {"name": "done", "title": "Mail", "target": 99.95, "indicator": indicator or RATIO, **more}
    spec = {"objectives": [objective], "alerting": alerting or {}}
    meta = {"name": "mail", "namespace": "shop"}
    return {"apiVersion": "bursar.dev/v1alpha1", "kind": "SLA", "metadata": meta, "spec": spec}


def ran(path: Path, *documents: Raw) -> Result:
    path.write_text(yaml.safe_dump_all(documents))
    return CliRunner().invoke(main, ["export", "--openslo", "-f", str(path)])


def exported(folder: Path, *documents: Raw) -> dict[str, list[Raw]]:
    found: dict[str, list[Raw]] = {}
    for each in yaml.safe_load_all(ran(folder / "a.yaml", *documents).stdout):
        found.setdefault(each["kind"], []).append(each)
    return found


def sli(folder: Path, indicator: Raw, **more: Any) -> Raw:
    (slo,) = exported(folder, sla(indicator, **more))["SLO"]
    return dict(slo["spec"]["indicator"]["spec"])


def query(metric: Raw) -> str:
    assert metric["metricSource"]["type"] == "Prometheus"
    return str(metric["metricSource"]["spec"]["query"])


def test_an_objective_is_an_slo_with_its_window_and_target(tmp_path: Path) -> None:
    found = exported(tmp_path, sla(window={"rolling": "36h"}))
    (slo,) = found["SLO"]
    assert slo["metadata"] == {"name": "mail-done", "displayName": "Mail"}
    assert slo["spec"]["timeWindow"] == [{"duration": "36h", "isRolling": True}]
    assert slo["spec"]["objectives"] == [{"displayName": "done", "targetPercent": 99.95}]
    assert slo["spec"]["service"] == found["Service"][0]["metadata"]["name"] == "mail"


@pytest.mark.parametrize(
    ("indicator", "counter", "queries"),
    [
        (RATIO, True, {"bad": 'sum by (zone) (jobs_total{state="failed"})', "total": "sum by (zone) (jobs_total)"}),
        (
            {"latency": {"threshold": "300ms", "histogram": "d"}},
            True,
            {"good": 'sum by (zone) (d_bucket{le="0.3"})', "total": "sum by (zone) (d_count)"},
        ),
        (
            {"gauge": {"selector": "up"}},
            False,
            {
                "good": "sum by (zone) (sum_over_time(up[{{.window}}]))",
                "total": "sum by (zone) (count_over_time(up[{{.window}}]))",
            },
        ),
        (
            {"expression": {"good": "sum(rate(a[{{.window}}]))", "total": "sum(rate(b[{{.window}}]))"}},
            False,
            {"good": "sum(rate(a[{{.window}}]))", "total": "sum(rate(b[{{.window}}]))"},
        ),
    ],
)
def test_every_indicator_becomes_queries(tmp_path: Path, indicator: Raw, counter: bool, queries: Raw) -> None:
    metric = sli(tmp_path, indicator, groupBy=["zone"])["ratioMetric"]
    assert metric.pop("counter") is counter
    assert {name: query(each) for name, each in metric.items()} == queries


def test_signals_of_a_target_are_written_out(tmp_path: Path) -> None:
    requests = {"total": "requests_total", "errors": "errors_total"}
    target = {
        "apiVersion": "bursar.dev/v1alpha1",
        "kind": "MonitoringTarget",
        "metadata": {"name": "mail", "namespace": "shop"},
        "spec": {"owner": "post", "signals": {"requests": requests}},
    }
    document = sla({"availability": {}})
    document["spec"]["targetRef"] = {"name": "mail"}
    found = exported(tmp_path, document, target)
    assert query(found["SLO"][0]["spec"]["indicator"]["spec"]["ratioMetric"]["bad"]) == "sum(errors_total)"
    assert "owned by post" in found["Service"][0]["spec"]["description"]


def test_slices_become_a_threshold(tmp_path: Path) -> None:
    timeslice = {"slice": "5m", "good": "avg_over_time(load[{{.window}}]) < 0.5"}
    (slo,) = exported(tmp_path, sla({"timeslice": timeslice}))["SLO"]
    assert query(slo["spec"]["indicator"]["spec"]["thresholdMetric"]) == "avg_over_time(load[{{.window}}])"
    assert slo["spec"]["budgetingMethod"] == "Timeslices"
    (objective,) = slo["spec"]["objectives"]
    assert (objective["op"], objective["value"]) == ("lt", 0.5)
    assert (objective["timeSliceTarget"], objective["timeSliceWindow"]) == (1, "5m")


def test_every_tier_is_a_policy_of_its_own(tmp_path: Path) -> None:
    found = exported(tmp_path, sla())
    names = [each["metadata"]["name"] for each in found["AlertPolicy"]]
    assert found["SLO"][0]["spec"]["alertPolicies"] == [{"alertPolicyRef": name} for name in names]
    conditions = [each["spec"]["conditions"][0]["spec"] for each in found["AlertPolicy"]]
    assert [each["severity"] for each in conditions] == ["critical", "critical", "high", "high"]
    burns = [(each["condition"]["threshold"], each["condition"]["lookbackWindow"]) for each in conditions]
    assert burns == [(14.4, "1h"), (6, "6h"), (3, "1d"), (1, "3d")]


def test_an_alert_that_is_off_has_no_policy(tmp_path: Path) -> None:
    off = {"page": {"enabled": False}, "ticket": {"enabled": False}}
    assert "AlertPolicy" not in exported(tmp_path, sla(alerting=off))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (sla(alerting={"exhaustion": {"within": "3d"}}), "lost: SLA shop/mail: spec.alerting.exhaustion has no"),
        (sla(), "lost: SLA shop/mail done: the short windows of its alerts"),
        (sla({"gauge": {"selector": "up"}}), "changed: SLA shop/mail done: its queries have {{.window}}"),
        (sla({"timeslice": {"good": "rate(a[{{.window}}]) < 1", "missing": "bad"}}), "timeslice.missing: bad"),
        (
            sla({"timeslice": {"good": "rate(a[{{.window}}]) < b"}}),
            "refused: SLA shop/mail done: good: b is not a number",
        ),
        (sla({"availability": {}}), "SLA mail: spec: availability, and latency without histogram"),
    ],
)
def test_what_openslo_cannot_express_is_said(tmp_path: Path, document: Raw, message: str) -> None:
    result = ran(tmp_path / "a.yaml", document)
    assert message in result.stderr
    assert result.exit_code == int("lost" not in message and "changed" not in message and "missing" not in message)


@pytest.mark.parametrize(
    "indicator",
    [
        RATIO,
        {"ratio": {"good": "ok_total", "total": "all_total"}},
        {"latency": {"threshold": "300ms", "histogram": 'd{a="b"}'}},
        {"timeslice": {"slice": "5m", "good": "avg_over_time(load[{{.window}}]) < 0.5"}},
        {"expression": {"bad": "sum(rate(a[{{.window}}])) * 2", "total": "sum(rate(b[{{.window}}])) * 2"}},
    ],
)
def test_what_is_exported_and_imported_again_promises_the_same(tmp_path: Path, indicator: Raw) -> None:
    given = sla(indicator, window={"rolling": "7d"}, groupBy=[] if "expression" in indicator else ["zone"])
    if "timeslice" in indicator:
        del given["spec"]["objectives"][0]["groupBy"]
    (tmp_path / "openslo.yaml").write_text(ran(tmp_path / "a.yaml", given).stdout)
    again = CliRunner().invoke(main, ["import", str(tmp_path / "openslo.yaml"), "-n", "shop"])
    (found,) = yaml.safe_load(again.stdout)["spec"]["objectives"]
    (wanted,) = given["spec"]["objectives"]
    for field in ("name", "target", "window", "indicator"):
        assert found[field] == wanted[field]
    assert found.get("groupBy", []) == wanted.get("groupBy", [])
