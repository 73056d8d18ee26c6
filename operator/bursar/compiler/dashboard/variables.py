"""What readers choose, as Grafana's templating takes it."""

from collections.abc import Iterable
from typing import Any, Final

from bursar.api.dashboard import Variable
from bursar.compiler.dashboard.queries import DATASOURCE, LOKI_DATASOURCE, PROMETHEUS
from bursar.domain.durations import format_duration

SHOWN: Final = 0
HIDDEN: Final = 2
ON_TIME_RANGE_CHANGE: Final = 2
ON_LOAD: Final = 1
ALPHABETICAL: Final = 1


def datasource_variable(uid: str) -> dict[str, Any]:
    """Return the choice of a Prometheus; `uid` empty: Grafana's default is chosen first."""
    return _datasource(DATASOURCE, "Data source", "prometheus", uid)


def loki_variable() -> dict[str, Any]:
    """Return the choice of a Loki."""
    return _datasource(LOKI_DATASOURCE, "Loki data source", "loki", "")


def variable(chosen: Variable) -> dict[str, Any]:
    """Return one variable of a user."""
    frame = {
        "name": chosen.name,
        "label": chosen.label or chosen.name,
        "hide": HIDDEN if chosen.hidden or chosen.constant is not None else SHOWN,
    }
    if chosen.query is not None:
        return {**frame, **_query(chosen, chosen.query)}
    if chosen.custom is not None:
        return {**frame, **_custom(chosen, chosen.custom)}
    if chosen.interval is not None:
        return {**frame, **_interval([format_duration(each) for each in chosen.interval])}
    if chosen.textbox is not None:
        return {**frame, **_fixed("textbox", chosen.textbox)}
    return {**frame, **_fixed("constant", chosen.constant or ""), "skipUrlSync": True}


def _datasource(name: str, label: str, plugin: str, uid: str) -> dict[str, Any]:
    current = {"current": {"selected": True, "text": uid, "value": uid}} if uid else {}
    return {
        "name": name,
        "label": label,
        "hide": SHOWN,
        "type": "datasource",
        "query": plugin,
        "regex": "",
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": ON_LOAD,
        **current,
    }


def _query(chosen: Variable, query: str) -> dict[str, Any]:
    return {
        "type": "query",
        "datasource": PROMETHEUS,
        "query": query,
        "regex": chosen.regex,
        "includeAll": chosen.include_all,
        "multi": chosen.multi,
        "refresh": ON_TIME_RANGE_CHANGE,
        "sort": ALPHABETICAL,
        **({"allValue": ".*"} if chosen.include_all else {}),
    }


def _custom(chosen: Variable, values: tuple[str, ...]) -> dict[str, Any]:
    first: Any = [values[0]] if chosen.multi else values[0]
    return {
        "type": "custom",
        "query": ",".join(value.replace(",", "\\,") for value in values),
        "includeAll": chosen.include_all,
        "multi": chosen.multi,
        "options": _options(values),
        "current": {"selected": True, "text": first, "value": first},
        **({"allValue": ".*"} if chosen.include_all else {}),
    }


def _interval(steps: list[str]) -> dict[str, Any]:
    return {
        "type": "interval",
        "query": ",".join(steps),
        "refresh": ON_TIME_RANGE_CHANGE,
        "options": _options(steps),
        "current": {"selected": True, "text": steps[0], "value": steps[0]},
    }


def _fixed(kind: str, text: str) -> dict[str, Any]:
    return {
        "type": kind,
        "query": text,
        "options": _options([text]),
        "current": {"selected": True, "text": text, "value": text},
    }


def _options(values: Iterable[str]) -> list[dict[str, Any]]:
    return [{"selected": index == 0, "text": value, "value": value} for index, value in enumerate(values)]
