"""What a resource is compiled to, file by file: `<kind>/<case>/input.yaml` -> `<kind>/<case>/expected/*.yaml`.

The input may hold other resources that the case refers to. A verdict other than Accepted is an expected file too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bursar.api.alert_rule import AlertRule
from bursar.api.base import Resource
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.notification_channel import NotificationChannel
from bursar.api.sla import SLA
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.mentions import mentions
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.notification_channel import compile_notification_channel
from bursar.compiler.plan import Accepted, Key, Plan
from bursar.compiler.sla import compile_sla
from bursar.conventions import Kind
from bursar.engine.mentions import MentionIndex
from fakes.world import World
from rules.promtool import assert_accepted, write_rules

HERE: Final = Path(__file__).parent
COMPILERS: Final[Mapping[str, Callable[[Any, World], Plan]]] = {
    "alert_rule": compile_alert_rule,
    "sla": compile_sla,
    "monitoring_target": compile_monitoring_target,
    "notification_channel": compile_notification_channel,
}
FOLDERS: Final[Mapping[type[Resource], str]] = {
    AlertRule: "alert_rule",
    SLA: "sla",
    MonitoringTarget: "monitoring_target",
    NotificationChannel: "notification_channel",
}
MODELS: Final[Mapping[str, type[Resource]]] = {model.__name__: model for model in FOLDERS}
CASES: Final = sorted(path.parent for path in HERE.glob("*/*/input.yaml"))
RULES: Final = sorted(HERE.glob("*/*/expected/PrometheusRule-*.yaml"))


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, which people can read."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def name_of(path: Path) -> str:
    return str(path.relative_to(HERE))


def resources(case: Path) -> list[Resource]:
    documents = yaml.safe_load_all((case / "input.yaml").read_text())
    return [MODELS[document["kind"]].model_validate(document) for document in documents]


def compiled(case: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    given = resources(case)
    world = World(
        targets=tuple(each for each in given if isinstance(each, MonitoringTarget)),
        channels=frozenset(each.metadata.name for each in given if isinstance(each, NotificationChannel)),
    )
    index = indexed(given)
    for resource in given:
        if FOLDERS[type(resource)] == case.parent.name:
            key = Key(Kind.NOTIFICATION_CHANNEL, resource.metadata.namespace, resource.metadata.name)
            plan = COMPILERS[case.parent.name](resource, replace(world, mentions=index.mentions(key)))
            yield from files(resource.metadata.name, plan)


def indexed(given: list[Resource]) -> MentionIndex:
    """Who names which channel."""
    index = MentionIndex()
    for resource in given:
        if isinstance(resource, SLA | AlertRule | MonitoringTarget):
            meta = resource.metadata
            index.put(Key(Kind(type(resource).__name__), meta.namespace, meta.name), mentions(resource))
    return index


def files(name: str, plan: Plan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(plan.verdict, Accepted):
        kind = type(plan.verdict).__name__
        yield f"{kind}-{name}.yaml", {"reason": plan.verdict.reason.value, "message": plan.verdict.message}
    for manifest in plan.apply:
        yield f"{manifest['kind']}-{manifest['metadata']['name']}.yaml", manifest


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_resource_is_compiled_to_the_expected_files(case: Path, update_golden: bool) -> None:
    expected = case / "expected"
    found = {
        name: yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=100_000) for name, content in compiled(case)
    }
    if update_golden:
        expected.mkdir(exist_ok=True)
        for outdated in expected.iterdir():
            outdated.unlink()
        for name, text in found.items():
            (expected / name).write_text(text)
    assert {path.name: path.read_text() for path in expected.iterdir()} == found


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_case_says_in_one_sentence_why_it_is_there(case: Path) -> None:
    sentence = (case / "why.md").read_text().strip()
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("path", RULES, ids=name_of)
def test_promtool_accepts_every_expected_rule(path: Path, tmp_path: Path) -> None:
    spec = yaml.safe_load(path.read_text())["spec"]
    assert_accepted(write_rules(tmp_path / "rules.yaml", spec["groups"]))
