"""Prometheus' templates in labels and annotations.

Prometheus drops a whole rule file for one template that it cannot parse, and a template may run queries over every
tenant's series. So users get a small, safe part of the language.
Source: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
"""

import re
from typing import Final

_FORMATS: Final = (
    "humanize|humanize1024|humanizeDuration|humanizePercentage|humanizeTimestamp|title|toLower|toUpper"
)
_NAME: Final = r"[a-zA-Z_][a-zA-Z0-9_]*"
_LABEL: Final = rf"(?:\$labels|\.Labels|\$externalLabels|\.ExternalLabels)\.{_NAME}"
_VALUE: Final = r"(?:\$value|\.Value)"
_IN_ANNOTATION: Final = re.compile(rf"\{{\{{-? *(?:{_LABEL}|{_VALUE}) *(?:\| *(?:{_FORMATS}) *)?-?\}}\}}")
_IN_LABEL: Final = re.compile(rf"\{{\{{-? *{_LABEL} *-?\}}\}}")


def literal(text: str) -> str:
    """Return a template that prints exactly `text`."""
    return text.replace("{{", '{{"{{"}}')


def check_annotation(text: str) -> None:
    """Accept `{{ $labels.region }}` and `{{ $value | humanize }}`; raises ValueError for anything more."""
    if "{{" in _IN_ANNOTATION.sub("", text):
        raise ValueError(
            "templates may only be {{ $labels.name }} or {{ $value }}, each with at most one of "
            f"| {_FORMATS.replace('|', ', ')}; change the others"
        )


def check_label(text: str) -> None:
    """Accept `{{ $labels.region }}`; raises ValueError for more: a changing label is a new alert every time."""
    if "{{" in _IN_LABEL.sub("", text):
        raise ValueError("templates in labels may only be {{ $labels.name }}; move the others to annotations")
