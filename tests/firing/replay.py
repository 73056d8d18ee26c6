"""What promtool makes of the finished rules: when every alert fires and clears.

promtool ignores the intervals of groups. A rule of a slow group is therefore wrapped in a subquery with that interval
as its step: a recording then asks at the instants of its group, and has no value at the others; an alert is as its
group last saw it. Whatever fires is noted by two more rules, whose results are asked for at the end.
"""

import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from bursar.conventions import (
    BUDGET_ALERT,
    EXHAUSTION_ALERT,
    NO_DATA_ALERT,
    PAGE_ALERT,
    REMAINING_BELOW,
    TICKET_ALERT,
    TRAFFIC_LOW,
)
from bursar.domain.durations import format_duration
from bursar.domain.rules import Alert, Recording, Rule, RuleGroup
from sandbox.binaries import binary

from .alerts import BAD, GOOD, GROUP, AlertName
from .theory import Episode, Firing
from .traffic import Traffic

Edges: TypeAlias = dict[tuple[str, AlertName, str], list[int]]

FAST: Final = timedelta(minutes=1)
_MOMENT: Final = FAST / 2
_ONSET, _CLEARANCE = "edge:onset", "edge:clearance"
_LONGEST_SECONDS: Final = 1800
_FRUGAL: Final = {"GOGC": "400", "GOMAXPROCS": "1"}  # several of them share the machine
_SCRAPE: Final = "30s"
_FOUND: Final = re.compile(r"\{([^}]*)\} 1E\+00")
_READ: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')
_ANSWER: Final = re.compile(r"\s*FAILED:\s+expr: .*, time: .*\s+exp: nil\s+got: .*\s*")
_NAMES: Final = {
    (PAGE_ALERT, ""): AlertName.PAGE,
    (TICKET_ALERT, ""): AlertName.TICKET,
    (BUDGET_ALERT, "25"): AlertName.LOW_25,
    (BUDGET_ALERT, "0"): AlertName.LOW_0,
    (EXHAUSTION_ALERT, ""): AlertName.EXHAUSTION,
    (NO_DATA_ALERT, ""): AlertName.NO_DATA,
}


def replay(groups: Iterable[RuleGroup], incidents: Mapping[str, Traffic]) -> dict[str, Firing]:
    """Replay rules over several incidents at once, each a group of the objective; all end in the same minute.

    A single incident without a name is replayed without groups. Raises RuntimeError when promtool fails.
    """
    length = max(traffic.history + traffic.end for traffic in incidents.values())
    begins = {name: length - traffic.end for name, traffic in incidents.items()}
    rules = [*(_paced(group) for group in groups), _recorder()]
    question = {"expr": f'last_over_time({{__name__=~"edge:.+"}}[{length + 1}m])', "eval_time": f"{length}m"}
    test = {
        "interval": _SCRAPE,
        "input_series": list(_series(incidents, begins)),
        "promql_expr_test": [{**question, "exp_samples": []}],
    }
    edges = _edges(_promtool(rules, test))
    return {name: _firing(edges, name, begin) for name, begin in begins.items()}


def only(groups: Iterable[RuleGroup], alerts: Iterable[AlertName]) -> list[RuleGroup]:
    """Leave out the rules that the given alerts do not need; the traffic of these replays is never low."""
    groups, names = list(groups), {rule for (rule, _), alert in _NAMES.items() if alert in alerts}
    recordings = {rule.metric: rule for group in groups for rule in group.rules if isinstance(rule, Recording)}
    wanted = {
        rule.expression for group in groups for rule in group.rules if isinstance(rule, Alert) and rule.name in names
    }
    read: set[str] = set()
    while wanted:
        found = {name for expression in wanted for name in _READ.findall(expression)}
        new = (found & recordings.keys()) - read - {TRAFFIC_LOW}
        read, wanted = read | new, {recordings[name].expression for name in new}
    return [
        replace(group, rules=tuple(rule for rule in group.rules if _named(rule) in read | names)) for group in groups
    ]


def _named(rule: Rule) -> str:
    return rule.name if isinstance(rule, Alert) else rule.metric


def _paced(group: RuleGroup) -> dict[str, Any]:
    """Write a group at its own pace, and without the texts of alerts, which take long to fill in."""
    data, pace = group.as_data(), group.interval
    for rule in data["rules"]:
        rule.pop("annotations", None)
        if pace > FAST:
            length = _MOMENT if "record" in rule else pace - _MOMENT
            rule["expr"] = f"last_over_time(({rule['expr']})[{format_duration(length)}:{format_duration(pace)}])"
    return data


def _recorder() -> dict[str, Any]:
    firing = 'ALERTS{alertstate="firing"}'
    labels = f"alertname, {REMAINING_BELOW}, {GROUP}"
    changes = {_ONSET: f"{firing} unless {firing} offset 1m", _CLEARANCE: f"{firing} offset 1m unless {firing}"}
    rules = [
        {"record": name, "expr": f'count_values by ({labels}) ("minute", ({change}) * 0 + time() / 60)'}
        for name, change in changes.items()
    ]
    return {"name": "edges", "rules": rules}


def _series(incidents: Mapping[str, Traffic], begins: Mapping[str, int]) -> Iterator[dict[str, str]]:
    for name, traffic in incidents.items():
        group = f',{GROUP}="{name}"' if name else ""
        for code in (GOOD, BAD):
            delay = begins[name] - traffic.history
            values = traffic.counter(bad=code == BAD, delay=delay)
            yield {"series": f'requests_total{{code="{code}"{group}}}', "values": values}


def _promtool(rules: list[dict[str, Any]], test: Mapping[str, Any]) -> str:
    """Run one test that cannot hold, for promtool shows values only where it finds them wrong."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), rules, test)
        answer = subprocess.run(
            [binary("promtool"), "test", "rules", f"{folder}/test.yaml"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST_SECONDS,
            env={**os.environ, **_FRUGAL},
        )
    if answer.returncode and not _ANSWER.fullmatch(answer.stderr):
        raise RuntimeError(answer.stdout + answer.stderr)
    return answer.stderr


def _write(folder: Path, rules: list[dict[str, Any]], test: Mapping[str, Any]) -> None:
    suite = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": format_duration(FAST),
        "group_eval_order": [group["name"] for group in rules],
        "tests": [test],
    }
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": rules}, sort_keys=False))
    (folder / "test.yaml").write_text(yaml.safe_dump(suite, sort_keys=False))


def _edges(answer: str) -> Edges:
    found: Edges = defaultdict(list)
    for labels in map(dict, map(_LABEL.findall, _FOUND.findall(answer))):
        alert = _NAMES[labels["alertname"], labels.get(REMAINING_BELOW, "")]
        found[labels.get(GROUP, ""), alert, labels["__name__"]].append(int(labels["minute"]))
    return found


def _firing(edges: Edges, name: str, begin: int) -> Firing:
    return {
        alert: tuple(
            Episode(onset - begin, None if clearance is None else clearance - begin)
            for onset, clearance in zip_longest(
                sorted(edges[name, alert, _ONSET]), sorted(edges[name, alert, _CLEARANCE])
            )
        )
        for alert in AlertName
    }
