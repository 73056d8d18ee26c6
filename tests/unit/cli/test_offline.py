"""A compile from files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from bursar.api.alert_rule import AlertRule
from bursar.cli.documents import read
from bursar.cli.offline import FileView, Resources, resources
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.plan import Accepted, Key
from bursar.compiler.view import RulePolicy
from bursar.conventions import Kind
from bursar.domain.routes import Call, Mention

FILE: Final = """
apiVersion: bursar.dev/v1alpha1
kind: MonitoringTarget
metadata: {name: checkout, namespace: shop}
spec: {owner: payments, notify: [{severities: [high], channels: [oncall]}]}
---
apiVersion: bursar.dev/v1alpha1
kind: AlertRule
metadata: {name: deep, namespace: shop}
spec: {targetRef: {name: checkout}, severity: high, condition: {absent: {selector: up}}}
---
apiVersion: bursar.dev/v1alpha1
kind: NotificationChannel
metadata: {name: oncall, namespace: shop}
spec: {webhook: {url: 'https://example.com/hook'}}
"""
DEEP: Final = Key(Kind.ALERT_RULE, "shop", "deep")


def given(folder: Path, text: str = FILE) -> Resources:
    path = folder / "shop.yaml"
    path.write_text(text)
    return resources(read([path]), namespace="default")


def view(found: Resources) -> FileView:
    return FileView(RulePolicy(labels={}), datetime(2026, 11, 21, tzinfo=UTC), found.valid)


def conditions(found: Resources) -> dict[str, str]:
    rule = found.valid[DEEP]
    assert isinstance(rule, AlertRule)
    plan = compile_alert_rule(rule, view(found))
    assert plan.verdict == Accepted()
    return {condition.type: condition.status for condition in plan.conditions}


def test_a_rule_has_its_target_and_its_channel_from_the_same_files(tmp_path: Path) -> None:
    found = given(tmp_path)
    assert found.problems == ()
    assert conditions(found)["Routed"] == "True"
    alone: list[Any] = [each for each in yaml.safe_load_all(FILE) if each["kind"] != "NotificationChannel"]
    assert conditions(given(tmp_path, yaml.safe_dump_all(alone)))["Routed"] == "False"


def test_a_channel_is_told_of_what_names_it_in_the_same_files(tmp_path: Path) -> None:
    told = view(given(tmp_path)).routes("shop", "oncall")
    assert told == (Mention(Kind.ALERT_RULE, "deep", Call(("high",), 1)),)
    assert view(given(tmp_path)).routes("other", "oncall") == ()


def test_what_only_a_cluster_knows_is_unknown(tmp_path: Path) -> None:
    found = given(tmp_path)
    assert conditions(found)["Selected"] == "Unknown"
    assert not view(found).secret_keys("shop", "pagerduty").permitted


def test_every_resource_knows_where_it_is_written(tmp_path: Path) -> None:
    assert str(given(tmp_path).places[DEEP]) == f"{tmp_path}/shop.yaml:7"
