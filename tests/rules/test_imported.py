"""What is imported from others is accepted by promtool, and computes what it did there."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner

from bursar.cli import main
from rules.promtool import (
    NEWER,
    OLDER,
    Expected,
    Phase,
    assert_accepted,
    assert_replay,
    counter,
    judged_by,
    write_rules,
)

BAD: Final = 'sum(rate(events_total{code="bad"}[{{.window}}]))'
TOTAL: Final = "sum(rate(events_total[{{.window}}]))"
SLIS: Final[dict[str, Any]] = {
    "events": {"events": {"error_query": BAD, "total_query": TOTAL}},
    "sums": {"events": {"error_query": f"{BAD} * 2", "total_query": f"{TOTAL} * 2"}},
    "raw": {"raw": {"error_ratio_query": f"{BAD} / {TOTAL}"}},
}


def sloth(sli: dict[str, Any]) -> dict[str, Any]:
    return {"version": "prometheus/v1", "service": "shop", "slos": [{"name": "x", "objective": 99, "sli": sli}]}


def openslo(method: str, **objective: Any) -> dict[str, Any]:
    queries = {"bad": 'events_total{code="bad"}', "total": "events_total"}
    ratio = {
        name: {"metricSource": {"type": "Prometheus", "spec": {"query": query}}} for name, query in queries.items()
    }
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": "shop"},
        "spec": {
            "indicator": {"spec": {"ratioMetric": {"counter": True, **ratio}}},
            "timeWindow": [{"duration": "30d", "isRolling": True}],
            "budgetingMethod": method,
            "objectives": [{"displayName": "x", "target": 0.99, **objective}],
        },
    }


DOCUMENTS: Final = {
    **{name: sloth(sli) for name, sli in SLIS.items()},
    "Occurrences": openslo("Occurrences"),
    "Timeslices": openslo("Timeslices", timeSliceTarget=0.95, timeSliceWindow="1m"),
    "RatioTimeslices": openslo("RatioTimeslices", timeSliceWindow="1m"),
}


def groups(folder: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Import a document and render it."""
    (folder / "given.yaml").write_text(yaml.safe_dump(document))
    imported = CliRunner().invoke(main, ["import", str(folder / "given.yaml")])
    assert imported.exit_code == 0, imported.stderr
    rendered = CliRunner().invoke(main, ["render", "-f", "-"], input=imported.stdout)
    assert rendered.exit_code == 0, rendered.stderr
    return list(next(yaml.safe_load_all(rendered.stdout))["spec"]["groups"])


@pytest.mark.parametrize("judge", [NEWER, OLDER])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_promtool_accepts_the_rules_of_what_is_imported(tmp_path: Path, name: str, judge: str) -> None:
    rules = write_rules(tmp_path / "rules.yaml", groups(tmp_path, DOCUMENTS[name]))
    with judged_by(judge):
        assert_accepted(rules)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events", 0.0909),  # 20 bad ones of a busy half hour and 0 of an idle one: a share of all events
        ("sums", 0.0909),
        ("Occurrences", 0.0909),
        ("raw", 0.05),  # 10 % in one half of the time, none in the other
        ("RatioTimeslices", 0.05),
        ("Timeslices", 0.5),  # in one half of the time no minute keeps 95 %
    ],
)
def test_a_busy_and_an_idle_half_hour_are_weighed_as_the_method_says(
    tmp_path: Path, name: str, expected: float
) -> None:
    phases = [Phase(180, errors=0.1, events=1000), Phase(180, errors=0.0, events=100)]
    series = {
        'events_total{code="bad"}': counter(phases, bad=True),
        'events_total{code="ok"}': counter(phases, bad=False),
    }
    ratio = 'bursar:sli_error:ratio_6h{objective="x"}'
    shown = f"round(sum({ratio}), 0.01)"
    assert_replay(tmp_path, groups(tmp_path, DOCUMENTS[name]), series, [Expected(shown, 359, round(expected, 2))])
