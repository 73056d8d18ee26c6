"""The operator's settings for people: flags, variables and chart values from the one model."""

from datetime import timedelta
from typing import Any, Final

from pydantic.alias_generators import to_camel

from bursar.domain.durations import format_duration
from bursar.settings import Settings, flag, variable

_INTRODUCTION: Final = """# Settings

Generated from `operator/bursar/settings.py` by `make crds`; do not edit.

`bursar operator` takes every setting as a flag or as an environment variable; the flag wins. The chart sets the
variables from its values. Lists are comma-separated, maps are `key=value,key=value` (in the chart: lists and maps of
YAML), durations are `30s`, `5m`, `1h30m`. A value that does not fit is named, and the operator does not start with it.

- **Intervals.** `fast-interval` and `slow-interval` are written into every rule group, and the windows of the rules
  count on them. A change rewrites every rule; budgets continue, for the series keep their names.
- **Labels.** `object-labels` is what makes your Prometheus select what Bursar generates. The condition `Selected` says
  which label is missing.
- **Secrets.** Give a token in `prometheus-headers` as a variable from a Secret (`extraEnv` in the chart), not as a flag
  or a value: both can be read by many.

"""
_TABLE: Final = "| flag | variable | chart value | default | meaning |\n|---|---|---|---|---|\n"
_CHART_VALUES: Final = {
    "namespaces": "`namespaces`",
    "leader_election": "`leaderElection`",
    "lease_namespace": "–",
    "lease_name": "–",
    "listen_port": "`service.port`",
    "listen_address": "–",
}


def settings_reference() -> str:
    """Write the table of all settings as Markdown."""
    return _INTRODUCTION + _TABLE + "".join(map(_row, Settings.model_fields))


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    chart = _CHART_VALUES.get(name, f"`settings.{to_camel(name)}`")
    return f"| `{flag(name)}` | `{variable(name)}` | {chart} | {_shown(field.default)} | {field.description} |\n"


def _shown(default: Any) -> str:
    if isinstance(default, timedelta):
        return f"`{format_duration(default)}`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, dict) and default:
        return f"`{','.join(f'{name}={value}' for name, value in default.items())}`"
    return f"`{default}`" if default else "–"
