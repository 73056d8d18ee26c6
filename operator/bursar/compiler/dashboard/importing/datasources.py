"""Data sources of an import: what was one of its own Grafana becomes a variable that viewers choose."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

PROMETHEUS: Final = "prometheus"
DATASOURCE_VARIABLE: Final = "datasource"

_KEY: Final = "datasource"
_OF_GRAFANA: Final = frozenset({"-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana", "datasource", "__expr__"})
_REFERENCE: Final = re.compile(r"\$\{?(\w+)(?::\w+)?\}?\Z")
_UNNAMEABLE: Final = re.compile(r"\W")
_INPUT: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(slots=True)
class _Sources:
    """What an import reads, and the variables that stand for it.

    `inputs` maps the name of an input to the plugin that it asks for, `constants` to its value; `variables` maps a
    variable that the dashboard has to its plugin. `wanted` collects the plugins that need a variable, `guessed` the
    names of data sources of which the import does not say what they are.
    """

    inputs: Mapping[str, str]
    constants: Mapping[str, str]
    variables: Mapping[str, str]
    wanted: dict[str, str] = field(default_factory=dict)
    guessed: list[str] = field(default_factory=list)

    def variable(self, plugin: str) -> str:
        """Name the variable for a kind of data source: one that is there, else one of ours."""
        own = next((name for name, its in self.variables.items() if its == plugin), None)
        if own is not None:
            return own
        name = DATASOURCE_VARIABLE if plugin == PROMETHEUS else f"{DATASOURCE_VARIABLE}_{_UNNAMEABLE.sub('_', plugin)}"
        return self.wanted.setdefault(plugin, name)

    def resolved(self, given: object) -> object:
        """Say what to read instead of a data source that only the exporting Grafana has."""
        plugin, uid = _told(given)
        if uid in _OF_GRAFANA or plugin in _OF_GRAFANA:
            return given
        named = _REFERENCE.match(uid)
        if named and named[1] in self.variables:
            return {"type": plugin or self.variables[named[1]], "uid": f"${{{named[1]}}}"}
        if named and named[1] in self.inputs:
            plugin = self.inputs[named[1]]
        elif not plugin and uid and not named:
            self.guessed.append(uid)
        plugin = plugin or PROMETHEUS
        return {"type": plugin, "uid": f"${{{self.variable(plugin)}}}"}


def rewritten(dashboard: Mapping[str, Any], inputs: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Replace every data source by a variable, and every other input by its value; returns warnings as well."""
    given = tuple(inputs)
    sources = _Sources(
        inputs={each["name"]: str(each.get("pluginId", PROMETHEUS)) for each in given if each.get("type") == _KEY},
        constants={each["name"]: str(each.get("value", "")) for each in given if each.get("type") == "constant"},
        variables={each["name"]: str(each.get("query", PROMETHEUS)) for each in _own(dashboard)},
    )
    result = _walked(dashboard, sources)
    templating = result.get("templating") or {}
    listed = [_unbound(variable) for variable in templating.get("list") or ()]
    added = [_datasource(name, plugin) for plugin, name in sources.wanted.items()]
    return {**result, "templating": {**templating, "list": [*added, *listed]}}, _warnings(sources)


def _own(dashboard: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in (dashboard.get("templating") or {}).get("list") or () if each.get("type") == _KEY]


def _told(given: object) -> tuple[str, str]:
    """Read plugin and uid of a reference, which older exports write as a bare name."""
    if isinstance(given, dict):
        return str(given.get("type") or ""), str(given.get("uid") or "")
    return "", str(given or "")


def _walked(value: Any, sources: _Sources) -> Any:
    if isinstance(value, list):
        return [_walked(each, sources) for each in value]
    if isinstance(value, str):
        return _INPUT.sub(lambda found: sources.constants.get(found[1], found[0]), value)
    if not isinstance(value, dict):
        return value
    walked = {name: _walked(each, sources) for name, each in value.items() if name != _KEY}
    if value.get(_KEY) or _reads(value):
        walked[_KEY] = sources.resolved(value.get(_KEY))
    return walked


def _reads(value: Mapping[str, Any]) -> bool:
    """Whether this panel, annotation or variable reads the default of its Grafana when it names no data source."""
    return bool(value.get("targets") or value.get("enable")) or (value.get("type") == "query" and "refresh" in value)


def _unbound(variable: Mapping[str, Any]) -> Mapping[str, Any]:
    """Forget which data source of the exporting Grafana was chosen, and what one could choose there."""
    if variable.get("type") != _KEY:
        return variable
    return {**variable, "current": {}, "options": []}


def _datasource(name: str, plugin: str) -> dict[str, Any]:
    label = "Data source" if plugin == PROMETHEUS else f"Data source ({plugin})"
    fixed = {"type": _KEY, "refresh": 1, "regex": "", "hide": 0, "includeAll": False, "multi": False}
    return {"name": name, "label": label, "query": plugin, "current": {}, "options": [], **fixed}


def _warnings(sources: _Sources) -> list[str]:
    missing = (plugin for plugin in sources.wanted if plugin != PROMETHEUS)
    return [
        *(f"reads a data source of type {plugin}; without one in Grafana its panels stay empty" for plugin in missing),
        *(f'data source "{name}" is taken to be a Prometheus' for name in dict.fromkeys(sources.guessed)),
    ]
