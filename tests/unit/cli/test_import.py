"""`bursar import` as a user runs it: one trait of each engine at a time."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from bursar.cli import main

Raw = dict[str, Any]


def ran(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["import", str(path), *arguments])


def imported(folder: Path, *documents: Raw) -> tuple[list[Raw], list[str]]:
    """Import documents; returns the SLAs and what was said, without places, names and the last line."""
    path = folder / "input.yaml"
    path.write_text(yaml.safe_dump_all(documents, sort_keys=False))
    result = ran(path)
    said = [line.removeprefix(f"{path}:").partition(": ")[2] for line in result.stderr.splitlines()[:-1]]
    found = list(yaml.safe_load_all(result.stdout))
    valid = CliRunner().invoke(main, ["validate", "-f", "-"], input=result.stdout)
    assert not found or valid.exit_code == 0, valid.stdout
    return found, said


def objective(folder: Path, *documents: Raw) -> tuple[Raw, list[str]]:
    """Import documents that become one objective."""
    (sla,), said = imported(folder, *documents)
    (found,) = sla["spec"]["objectives"]
    return dict(found), said


def rated(selector: str, *, by: str = "", window: str = "{{.window}}") -> str:
    return f"sum{f' by ({by}) ' if by else ''}(rate({selector}[{window}]))"


# Sloth


def sloth(*slos: Raw, **more: Any) -> Raw:
    return {"version": "prometheus/v1", "service": "shop", "slos": list(slos), **more}


def slo(name: str = "answers", **more: Any) -> Raw:
    events = {"error_query": rated('req_total{code="500"}'), "total_query": rated("req_total")}
    return {"name": name, "objective": 99.9, "sli": {"events": events}, "alerting": {}, **more}


def crd(document: Raw) -> Raw:
    """The same as Sloth's resource of Kubernetes spells it."""
    spelled = yaml.safe_dump({name: value for name, value in document.items() if name != "version"}, sort_keys=False)
    for snake, camel in (("error_query", "errorQuery"), ("total_query", "totalQuery"), ("page_alert", "pageAlert")):
        spelled = spelled.replace(snake, camel)
    meta = {"name": "any", "namespace": "web"}
    spec = yaml.safe_load(spelled)
    return {"apiVersion": "sloth.slok.dev/v1", "kind": "PrometheusServiceLevel", "metadata": meta, "spec": spec}


def test_two_rates_become_a_ratio_of_selectors(tmp_path: Path) -> None:
    found, said = objective(tmp_path, sloth(slo()))
    assert found["indicator"] == {"ratio": {"bad": 'req_total{code="500"}', "total": "req_total"}}
    assert (found["name"], found["target"], found["window"]) == ("answers", 99.9, {"rolling": "30d"})
    assert said == []


def test_the_resource_of_kubernetes_means_the_same_and_keeps_its_namespace(tmp_path: Path) -> None:
    document = sloth(slo(alerting={"page_alert": {"disable": True}}))
    ((file,), _), ((resource,), _) = imported(tmp_path, document), imported(tmp_path, crd(document))
    assert resource["spec"] == file["spec"]
    assert (file["metadata"]["namespace"], resource["metadata"]["namespace"]) == ("default", "web")


def test_a_window_of_sloths_settings_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(yaml.safe_dump(sloth(slo())))
    assert "rolling: '28d'" in ran(path, "--window", "28d").stdout


def test_labels_of_a_sum_become_groups(tmp_path: Path) -> None:
    events = {"error_query": rated("bad_total", by="zone"), "total_query": rated("all_total", by="zone")}
    found, _ = objective(tmp_path, sloth(slo(sli={"events": events})))
    assert found["groupBy"] == ["zone"]
    assert found["indicator"] == {"ratio": {"bad": "bad_total", "total": "all_total"}}


def test_a_count_without_a_bucket_becomes_a_latency(tmp_path: Path) -> None:
    count, bucket = rated('d_seconds_count{a="b"}'), rated('d_seconds_bucket{a="b",le="0.25"}')
    events = {"error_query": f"({count}\n-\n{bucket})", "total_query": count}
    found, said = objective(tmp_path, sloth(slo(sli={"events": events})))
    assert found["indicator"] == {"latency": {"threshold": "250ms", "histogram": 'd_seconds{a="b"}'}}
    assert said == []


@pytest.mark.parametrize("end", ["+Inf", "0.0001"])
def test_a_bucket_without_a_time_of_its_own_stays_an_expression(tmp_path: Path, end: str) -> None:
    count, bucket = rated("d_seconds_count"), rated(f'd_seconds_bucket{{le="{end}"}}')
    found, _ = objective(
        tmp_path, sloth(slo(sli={"events": {"error_query": f"{count} - {bucket}", "total_query": count}}))
    )
    assert found["indicator"] == {"expression": {"bad": f"{count} - {bucket}", "total": count}}


def test_a_bucket_of_another_count_stays_an_expression(tmp_path: Path) -> None:
    bucket = rated('d_seconds_bucket{le="0.25"}')
    bad = f"{rated('other_seconds_count')} - {bucket}"
    events = {"error_query": bad, "total_query": rated("d_seconds_count")}
    found, _ = objective(tmp_path, sloth(slo(sli={"events": events})))
    assert found["indicator"] == {"expression": {"bad": bad, "total": rated("d_seconds_count")}}


def test_sums_by_different_labels_are_divided_by_those_of_both(tmp_path: Path) -> None:
    bad, total = rated("bad_total", by="zone, code"), rated("all_total", by="zone")
    found, _ = objective(tmp_path, sloth(slo(sli={"events": {"error_query": bad, "total_query": total}})))
    assert found["indicator"] == {"expression": {"bad": bad, "total": total}}
    assert found["groupBy"] == ["zone"]


def test_errors_that_have_not_happened_need_no_zero(tmp_path: Path) -> None:
    events = {"error_query": f"{rated('bad_total')} or vector(0)", "total_query": rated("all_total")}
    found, _ = objective(tmp_path, sloth(slo(sli={"events": events})))
    assert found["indicator"] == {"ratio": {"bad": "bad_total", "total": "all_total"}}


def test_what_is_no_rate_stays_an_expression_and_is_said(tmp_path: Path) -> None:
    events = {"error_query": "sum_over_time(bad[{{.window}}])", "total_query": "sum_over_time(all[{{.window}}])"}
    found, said = objective(tmp_path, sloth(slo(sli={"events": {**events, "total_query": events["total_query"]}})))
    assert found["indicator"] == {"expression": {"bad": events["error_query"], "total": events["total_query"]}}
    assert [line for line in said if "taken for events per second" in line]


def test_a_raw_ratio_weighs_every_moment_alike(tmp_path: Path) -> None:
    found, said = objective(tmp_path, sloth(slo(sli={"raw": {"error_ratio_query": "avg_over_time(e[{{.window}}])"}})))
    ratio = "avg_over_time(e[{{.window}}])"
    assert found["indicator"] == {"expression": {"bad": ratio, "total": f"({ratio}) * 0 + 1"}}
    assert [line for line in said if line.startswith("changed") and "weighs every moment alike" in line]


def test_a_plugin_is_refused_and_the_other_slos_are_imported(tmp_path: Path) -> None:
    document = sloth(slo("first"), slo("second", sli={"plugin": {"id": "x"}}))
    found, said = objective(tmp_path, document)
    assert found["name"] == "first"
    assert said == ["refused: prometheus/v1 shop slo second: an SLI of a plugin is code; write its queries as events"]
    assert ran(tmp_path / "input.yaml").exit_code == 1


def test_slos_that_alert_alike_share_an_sla_and_others_do_not(tmp_path: Path) -> None:
    silent = {"page_alert": {"disable": True}}
    together, _ = imported(tmp_path, sloth(slo("a"), slo("b")))
    apart, _ = imported(tmp_path, sloth(slo("a"), slo("b", alerting=silent), slo("c", alerting=silent)))
    assert [sla["metadata"]["name"] for sla in together] == ["shop"]
    assert [sla["metadata"]["name"] for sla in apart] == ["shop-a", "shop-b"]
    assert apart[1]["spec"]["alerting"]["page"] == {"enabled": False}
    assert [each["name"] for each in apart[1]["spec"]["objectives"]] == ["b", "c"]


def test_labels_and_annotations_of_both_alerts_are_kept_and_those_of_one_are_said_to_be_lost(tmp_path: Path) -> None:
    alert = {"labels": {"both": "x", "severity": "critical"}, "annotations": {"doc": "y"}}
    alerting = {
        "labels": {"all": "z"},
        "page_alert": {**alert, "labels": {**alert["labels"], "only": "p"}},
        "ticket_alert": {**alert, "labels": {**alert["labels"], "severity": "low"}},
    }
    (sla,), said = imported(tmp_path, sloth(slo(alerting=alerting), labels={"tier": "2", "team": "x"}))
    (found,) = sla["spec"]["objectives"]
    assert (found["labels"], found["annotations"]) == ({"all": "z", "both": "x"}, {"doc": "y"})
    assert sla["spec"]["alerting"]["labels"] == {"tier": "2"}
    assert (sla["spec"]["alerting"]["page"], sla["spec"]["alerting"]["ticket"]) == (
        {"severity": "critical"},
        {"severity": "low"},
    )
    assert [line.partition(": ")[2].partition(": ")[2] for line in said if line.startswith("lost")] == [
        "label team: the rules set this label themselves",
        "pageAlert: only: labels and annotations are those of all alerts of an objective",
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"plugins": {"chain": []}}, "plugins has no counterpart here"),
        ({"alerting": {"name": "Burns"}}, "alert name Burns: burn alerts are named ErrorBudgetBurnPage and -Ticket"),
        (
            {"alerting": {"page_alert": {"labels": {"severity": "pager"}}}},
            "pageAlert: severity 'pager': severities are",
        ),
        ({"alerting": {"page_alert": {"for": "5m"}}}, "for has no counterpart here"),
        ({"description": "{{ .x }}"}, "description: templates are not expanded there"),
    ],
)
def test_what_is_lost_is_said(tmp_path: Path, more: Raw, message: str) -> None:
    _, said = objective(tmp_path, sloth(slo(**more)))
    (line,) = said
    assert line.startswith("lost: ")
    assert message in line


def test_an_objective_that_leaves_no_budget_is_refused_with_the_cure(tmp_path: Path) -> None:
    found, said = imported(tmp_path, sloth(slo(objective=100)))
    assert found == []
    assert "spec.objectives[0].target: 100 leaves no error budget; use a value below 100" in said[0]


def test_other_kinds_of_sloth_are_refused(tmp_path: Path) -> None:
    _, said = imported(tmp_path, {"apiVersion": "sloth.slok.dev/v1", "kind": "AlertWindows", "spec": {}})
    assert said == [
        "refused: AlertWindows: AlertWindows has no counterpart; tiers are derived, see spec.alerting.tiers"
    ]


def test_two_services_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    found, said = imported(tmp_path, sloth(slo("a")), sloth(slo("b")))
    assert len(found) == 1
    assert "default/shop is already made of" in said[-1]


# Pyrra


def pyrra(indicator: Raw, **more: Any) -> Raw:
    spec = {"target": "99.5", "window": "4w", "indicator": indicator, **more}
    meta = {"name": "api", "namespace": "web", "labels": {"pyrra.dev/tier": "2", "role": "alert-rules"}}
    return {"apiVersion": "pyrra.dev/v1alpha1", "kind": "ServiceLevelObjective", "metadata": meta, "spec": spec}


RATIO = {"ratio": {"errors": {"metric": 'r_total{c="5"}'}, "total": {"metric": "r_total"}}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (RATIO, {"ratio": {"bad": 'r_total{c="5"}', "total": "r_total"}}),
        (
            {"latency": {"success": {"metric": 'd_bucket{a="b",le="0.3"}'}, "total": {"metric": 'd_count{a="b"}'}}},
            {"latency": {"threshold": "300ms", "histogram": 'd{a="b"}'}},
        ),
        (
            {"latency": {"success": {"metric": 'd_bucket{a="b",le="1"}'}, "total": {"metric": "d_count"}}},
            {"ratio": {"good": 'd_bucket{a="b",le="1"}', "total": "d_count"}},
        ),
        (
            {"latencyNative": {"latency": "1s", "total": {"metric": "d"}}},
            {"latency": {"threshold": "1s", "histogram": "d"}},
        ),
        ({"bool_gauge": {"metric": "probe_success"}}, {"gauge": {"selector": "probe_success"}}),
    ],
)
def test_every_indicator_of_pyrra_has_its_counterpart(tmp_path: Path, given: Raw, expected: Raw) -> None:
    found, said = objective(tmp_path, pyrra(given))
    assert (found["indicator"], found["target"], found["window"]) == (expected, 99.5, {"rolling": "4w"})
    assert (found["labels"], said) == ({"tier": "2"}, [])


def test_groups_of_pyrra_are_kept(tmp_path: Path) -> None:
    found, _ = objective(tmp_path, pyrra({"ratio": {**RATIO["ratio"], "grouping": ["job", "zone"]}}))
    assert found["groupBy"] == ["job", "zone"]


def test_alerts_that_pyrra_has_switched_off_stay_off(tmp_path: Path) -> None:
    severities = {"fastBurn": "critical", "mediumBurn": "high", "slowBurn": "warning"}
    alerting = {"burnrates": False, "absent": False, "name": "X", "severities": severities}
    (sla,), said = imported(tmp_path, pyrra(RATIO, alerting=alerting))
    assert sla["spec"]["alerting"] == {
        "page": {"enabled": False, "severity": "critical"},
        "ticket": {"enabled": False},
        "noData": {"whenAbsent": "ok"},
    }
    assert [line.partition(": ")[2].partition(": ")[2] for line in said][:2] == [
        "name has no counterpart here",
        "severity high of mediumBurn: it is one alert with fastBurn",
    ]
    assert "severity of slowBurn 'warning': severities are" in said[2]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            pyrra({"ratio": {"errors": {"metric": "a offset 5m"}, "total": {"metric": "b"}}}),
            "errors.metric a offset 5m",
        ),
        (pyrra({}), "there is none of the indicators ratio, latency, latencyNative, bool_gauge"),
        (pyrra(RATIO, target="x"), "target 'x' is not a number"),
        (pyrra(RATIO, window="1h"), "spec.objectives[0].window.rolling: a window is at least 1d"),
    ],
)
def test_what_pyrra_has_and_bursar_cannot_is_refused(tmp_path: Path, document: Raw, message: str) -> None:
    found, (line,) = imported(tmp_path, document)
    assert found == []
    assert line.startswith("refused: ")
    assert message in line


# OpenSLO


def openslo(kind: str, name: str, spec: Raw) -> Raw:
    return {"apiVersion": "openslo/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def metric(query: str, type_: str = "Prometheus") -> Raw:
    return {"metricSource": {"type": type_, "spec": {"query": query}}}


def sli(**ratio: Any) -> Raw:
    return {"ratioMetric": {"counter": True, "bad": metric("bad_total"), "total": metric("all_total"), **ratio}}


POLICY: Raw = {
    "alertWhenBreaching": True,
    "conditions": [
        {"spec": {"severity": "page", "condition": {"kind": "burnrate", "threshold": 14.4, "lookbackWindow": "1h"}}}
    ],
}


def service_level(indicator: Raw | None = None, target: Raw | None = None, **more: Any) -> Raw:
    spec: Raw = {
        "service": "shop",
        "indicator": {"metadata": {"name": "i"}, "spec": sli() if indicator is None else indicator},
        "timeWindow": [{"duration": "28d", "isRolling": True}],
        "budgetingMethod": "Occurrences",
        "objectives": [{"target": 0.995, **(target or {})}],
        "alertPolicies": [{"kind": "AlertPolicy", "metadata": {"name": "p"}, "spec": POLICY}],
    }
    return openslo("SLO", "checkout", {**spec, **more})


def test_occurrences_are_a_ratio_of_events(tmp_path: Path) -> None:
    found, said = objective(tmp_path, service_level())
    assert found == {
        "name": "objective-1",
        "target": 99.5,
        "window": {"rolling": "28d"},
        "indicator": {"ratio": {"bad": "bad_total", "total": "all_total"}},
    }
    assert said == []


def test_a_percentage_and_a_share_mean_the_same(tmp_path: Path) -> None:
    document = service_level(objectives=[{"targetPercent": 99.95}])
    assert objective(tmp_path, document)[0]["target"] == 99.95
    assert objective(tmp_path, service_level(target={"target": 0.9995}))[0]["target"] == 99.95


def test_a_fixed_range_of_a_counter_is_dropped(tmp_path: Path) -> None:
    bad, total = metric(rated("bad_total", window="5m")), metric("sum(increase(all_total[1m]))")
    found, said = objective(tmp_path, service_level(sli(bad=bad, total=total)))
    assert (found["indicator"], said) == ({"ratio": {"bad": "bad_total", "total": "all_total"}}, [])


def test_a_fixed_range_of_an_expression_is_chosen_by_bursar(tmp_path: Path) -> None:
    total = metric("sum(rate(a_total[5m])) + sum(rate(b_total[5m]))")
    found, said = objective(tmp_path, service_level(sli(total=total)))
    expression = {"bad": rated("bad_total"), "total": f"{rated('a_total')} + {rated('b_total')}"}
    assert found["indicator"] == {"expression": expression}
    assert [line for line in said if "the range [5m] of a query is chosen by Bursar" in line]


def test_ranges_of_several_lengths_are_refused(tmp_path: Path) -> None:
    total = metric("sum(rate(a_total[5m])) + sum(rate(b_total[1h]))")
    found, said = imported(tmp_path, service_level(sli(total=total)))
    assert found == []
    assert "its ranges differ" in said[0]


def test_what_is_referred_to_is_found_in_other_documents(tmp_path: Path) -> None:
    source = {"metricSource": {"metricSourceRef": "prom", "spec": {"query": "bad_total"}}}
    document = service_level(indicator=None, alertPolicies=[{"alertPolicyRef": "policy"}])
    spec = {name: value for name, value in document["spec"].items() if name != "indicator"}
    (sla,), said = imported(
        tmp_path,
        {**document, "spec": {**spec, "indicatorRef": "errors"}},
        openslo("SLI", "errors", sli(bad=source)),
        openslo("DataSource", "prom", {"type": "Prometheus"}),
        openslo("AlertPolicy", "policy", {**POLICY, "conditions": [{"conditionRef": "burn"}]}),
        openslo("AlertCondition", "burn", POLICY["conditions"][0]["spec"]),
        openslo("Service", "shop", {}),
    )
    assert sla["spec"]["objectives"][0]["indicator"] == {"ratio": {"bad": "bad_total", "total": "all_total"}}
    assert sla["spec"]["alerting"]["tiers"] == [{"kind": "page", "factor": 14.4, "long": "1h"}]
    assert said == []


def test_timeslices_compare_the_good_share_of_a_slice(tmp_path: Path) -> None:
    slices = {"timeSliceTarget": 0.95, "timeSliceWindow": "5m"}
    found, _ = objective(tmp_path, service_level(target=slices, budgetingMethod="Timeslices"))
    bad, total = rated("bad_total"), rated("all_total")
    good = f"1 - (({bad}) or ({total}) * 0) / (({total}) > 0) >= 0.95"
    assert found["indicator"] == {"timeslice": {"slice": "5m", "good": good}}


def test_a_slice_of_another_length_is_the_nearest_and_said(tmp_path: Path) -> None:
    slices = {"timeSliceTarget": 0.95, "timeSliceWindow": 10}
    found, said = objective(tmp_path, service_level(target=slices, budgetingMethod="Timeslices"))
    assert found["indicator"]["timeslice"]["slice"] == "5m"
    assert said[0].endswith("slices of 10m are slices of 5m")


def test_ratio_timeslices_weigh_every_moment_alike_and_it_is_said(tmp_path: Path) -> None:
    found, said = objective(
        tmp_path, service_level(target={"timeSliceWindow": "1m"}, budgetingMethod="RatioTimeslices")
    )
    expression = found["indicator"]["expression"]
    assert expression["total"] == f"({expression['bad']}) * 0 + 1"
    assert "RatioTimeslices of 1m are the ratios at every evaluation" in said[0]


@pytest.mark.parametrize(
    ("type_", "bad"),
    [("success", "1 - (avg_over_time(r[{{.window}}]))"), ("failure", "(avg_over_time(r[{{.window}}]))")],
)
def test_a_ready_ratio_is_taken_by_its_type(tmp_path: Path, type_: str, bad: str) -> None:
    ratio = {"ratioMetric": {"raw": metric("r"), "rawType": type_}}
    found, _ = objective(tmp_path, service_level(ratio))
    assert found["indicator"] == {"expression": {"bad": bad, "total": f"({bad}) * 0 + 1"}}


def test_a_threshold_makes_slices(tmp_path: Path) -> None:
    found, said = objective(tmp_path, service_level({"thresholdMetric": metric("load")}, {"op": "lte", "value": 0.8}))
    assert found["indicator"] == {"timeslice": {"slice": "1m", "good": "avg_over_time(load[{{.window}}]) <= 0.8"}}
    assert "a value is no event" in said[0]


def test_gauges_are_added_up(tmp_path: Path) -> None:
    found, said = objective(tmp_path, service_level(sli(counter=False, bad=metric("sum by (a) (bad)"),
                                                        total=metric("sum by (a) (all)"))))  # fmt: skip
    assert found["indicator"]["expression"] == {
        "bad": "sum by (a) (sum_over_time(bad[{{.window}}]))",
        "total": "sum by (a) (sum_over_time(all[{{.window}}]))",
    }
    assert found["groupBy"] == ["a"]
    assert "counter is false" in said[0]


@pytest.mark.parametrize(
    ("window", "rolling", "message"),
    [
        ({"duration": "2w", "isRolling": True}, "14d", ""),
        ({"duration": "1M", "isRolling": True}, "30d", "the window of 1M is 30d"),
        (
            {"duration": "1Q", "isRolling": False, "calendar": {"timeZone": "Europe/Berlin"}},
            "90d",
            "the calendar window of 1Q in Europe/Berlin is a rolling one of 90d",
        ),
        ({"duration": "1w", "isRolling": False}, "7d", "the calendar window of 1w is a rolling one of 7d"),
    ],
)
def test_windows_of_openslo_become_rolling_ones(tmp_path: Path, window: Raw, rolling: str, message: str) -> None:
    found, said = objective(tmp_path, service_level(timeWindow=[window]))
    assert found["window"] == {"rolling": rolling}
    assert [line.rpartition(": ")[2] for line in said] == ([message] if message else [])


def test_without_a_policy_nobody_is_alerted(tmp_path: Path) -> None:
    (sla,), said = imported(tmp_path, service_level(alertPolicies=[]))
    assert sla["spec"]["alerting"] == {
        "page": {"enabled": False},
        "ticket": {"enabled": False},
        "noData": {"whenAbsent": "ok"},
        "labels": {"service": "shop"},
    }
    assert "without alertPolicies there are no burn alerts" in said[0]


def test_missing_data_and_severities_of_a_policy_are_kept(tmp_path: Path) -> None:
    condition = {"severity": "low", "condition": {"threshold": 2, "lookbackWindow": "1d", "alertAfter": "1h"}}
    policy = {"alertWhenNoData": True, "conditions": [{"spec": condition}], "notificationTargets": [{"targetRef": "t"}]}
    (sla,), said = imported(tmp_path, service_level(alertPolicies=[{"spec": policy}]))
    assert sla["spec"]["alerting"] == {
        "page": {"enabled": False},
        "ticket": {"severity": "low"},
        "tiers": [{"kind": "ticket", "factor": 2, "long": "1d"}],
        "labels": {"service": "shop"},
    }
    assert [line.partition(": ")[0] for line in said] == ["lost", "changed"]
    assert "notification target t" in said[0]
    assert "alertAfter 1h" in said[1]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (service_level(sli(total=metric("x", "Datadog"))), "total is read from Datadog; only Prometheus can be asked"),
        (service_level(sli(total=metric("x{"))), "the query of all events cannot be read: 1:3"),
        (service_level(target={"target": 1}), "100 leaves no error budget"),
        (service_level(budgetingMethod="Sometimes"), "budgetingMethod Sometimes is none of"),
        (service_level(budgetingMethod="Timeslices"), "needs a timeSliceTarget"),
        (service_level({"thresholdMetric": metric("load")}, {"op": "eq", "value": 1}), "op 'eq' is none of"),
        (
            {"apiVersion": "openslo/v1alpha", "kind": "SLO", "metadata": {"name": "x"}},
            "openslo/v1alpha is not openslo/v1",
        ),
    ],
)
def test_what_openslo_has_and_bursar_cannot_is_refused(tmp_path: Path, document: Raw, message: str) -> None:
    found, said = imported(tmp_path, document)
    assert found == []
    assert said[0].startswith("refused: ")
    assert message in said[0]


def test_losses_fail_only_where_that_is_asked_for(tmp_path: Path) -> None:
    imported(tmp_path, service_level(alertPolicies=[]))
    path = tmp_path / "input.yaml"
    assert ran(path).exit_code == 0
    assert ran(path, "--strict").exit_code == 1


def test_files_of_nobody_are_no_success(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("kind: ConfigMap\n")
    result = ran(path)
    assert (result.exit_code, result.stderr) == (1, "0 SLAs; 0 refused, 0 lost, 0 changed\n")
