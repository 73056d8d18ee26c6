"""Prometheus' templates in labels and annotations.

Prometheus drops a whole rule file for one template that it cannot parse, and a template may run queries over every
tenant's series. So users get a small, safe part of the language.
Source: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
"""

import re
from typing import Final

_FORMATS: Final = "humanize|humanize1024|humanizeDuration|humanizePercentage|humanizeTimestamp|title|toLower|toUpper"
_NAME: Final = r"[a-zA-Z_][a-zA-Z0-9_]*"
_LABEL: Final = rf"([$]labels|[.]Labels|[$]externalLabels|[.]ExternalLabels)[.]{_NAME}"
_VALUE: Final = r"([$]value|[.]Value)"


def _text_with(action: str) -> str:
    """Build the pattern of a whole text whose only actions are such ones; any other pair of braces breaks it."""
    return rf"^([{{][{{](- )? *{action} *( -)?[}}][}}]|[{{]?[^{{])*[{{]?$"


LABEL_TEXT: Final = _text_with(_LABEL)
ANNOTATION_TEXT: Final = _text_with(rf"({_LABEL}|{_VALUE}) *([|] *({_FORMATS}))?")
"""What may be written, as patterns that Python and RE2 read alike, for models and API server."""

QUERYING_TEXT: Final = r"[{][{]([^}]*[^.$a-zA-Z0-9_}])?query[^a-zA-Z0-9_]"
"""What no text may contain; it is refused by the rest too, but its reason should be told."""

QUERY_ADVICE: Final = "query in a template reads the series of all tenants; show $value or a label instead"
LABEL_ADVICE: Final = "templates in labels may only be {{ $labels.name }}; move the others to annotations"
ANNOTATION_ADVICE: Final = (
    "templates may only be {{ $labels.name }} or {{ $value }}, each with at most one of "
    f"| {_FORMATS.replace('|', ', ')}; change the others"
)


def is_querying(text: str) -> bool:
    """Find `{{ query … }}`, `{{ with query … }}` and `{{ … | query }}`; a label named query is none of them."""
    return re.search(QUERYING_TEXT, text) is not None


def is_label_text(text: str) -> bool:
    """Accept `{{ $labels.region }}` and nothing more: a changing label is a new alert every time."""
    return "{{" not in text or re.fullmatch(LABEL_TEXT, text) is not None


def is_annotation_text(text: str) -> bool:
    """Accept `{{ $labels.region }}` and `{{ $value | humanize }}`, and nothing more."""
    return "{{" not in text or re.fullmatch(ANNOTATION_TEXT, text) is not None
