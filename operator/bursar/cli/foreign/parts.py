"""The small things that every format has: names, numbers, texts, labels, severities, resources."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bursar.cli.foreign.remarks import Raw, Refusal, Remarks
from bursar.conventions import API_VERSION, RESERVED_LABEL_PREFIX, RESERVED_LABELS, Kind, Severity
from bursar.domain.templates import is_annotation_text, is_label_text, is_querying

_LABEL: Final = re.compile("_?[a-zA-Z][a-zA-Z0-9_]*")
_LONGEST_NAME: Final = 63
_MOST_LABELS: Final = 16
_LONGEST_VALUE: Final = 1024


def mapping(raw: Any) -> Raw:
    """Return a map; what is none is empty."""
    return raw if isinstance(raw, Mapping) else {}


def items(raw: Any) -> list[Raw]:
    """Return the maps of a list; what is none is left out."""
    return [each for each in raw if isinstance(each, Mapping)] if isinstance(raw, list) else []


def text(raw: Any) -> str:
    """Return a text; what is not there is empty."""
    return "" if raw is None else str(raw).strip()


def name_of(raw: Any, remarks: Remarks, *, what: str) -> str:
    """Make a name that Kubernetes takes, and say so where it had to be changed."""
    given = text(raw)
    name = re.sub("[^a-z0-9]+", "-", given.lower()).strip("-")[:_LONGEST_NAME].rstrip("-")
    if not name:
        raise Refusal(f"{what} has no name")
    if name != given:
        remarks.changed(f"{what} {given!r} is named {name}: names have lower-case letters, digits and -")
    return name


def number(raw: Any, *, what: str) -> Decimal:
    """Read a number exactly as it was written."""
    try:
        return Decimal(repr(raw) if isinstance(raw, float) else text(raw))
    except InvalidOperation:
        raise Refusal(f"{what} {raw!r} is not a number") from None


def as_number(value: Decimal) -> int | float:
    """Return what YAML prints as people would."""
    return int(value) if value == value.to_integral_value() else float(value)


def prose(raw: Any, remarks: Remarks, *, what: str) -> str:
    """Return a text for people; templates are not expanded there."""
    found = text(raw)
    if "{{" not in found:
        return found
    remarks.lost(f"{what}: templates are not expanded there")
    return ""


def labels(raw: Any, remarks: Remarks, *, what: str) -> dict[str, str]:
    """Return the labels that an alert may have."""
    kept: dict[str, str] = {}
    for name, value in mapping(raw).items():
        why = _unfit_label(str(name), text(value))
        if why or len(kept) == _MOST_LABELS:
            remarks.lost(f"{what} {name}: {why or f'there may be {_MOST_LABELS}'}")
        else:
            kept[str(name)] = text(value)
    return kept


def _unfit_label(name: str, value: str) -> str:
    if not _LABEL.fullmatch(name):
        return "label names are letters, digits and underscores"
    if name in RESERVED_LABELS or name.startswith(RESERVED_LABEL_PREFIX):
        return "the rules set this label themselves"
    return "" if is_label_text(value) and len(value) <= _LONGEST_VALUE else "the value is too long, or asks for a value"


def annotations(raw: Any, remarks: Remarks, *, what: str) -> dict[str, str]:
    """Return the annotations that an alert may have."""
    kept: dict[str, str] = {}
    for name, value in mapping(raw).items():
        found = text(value)
        fits = is_annotation_text(found) and not is_querying(found) and len(found) <= _LONGEST_VALUE
        if not _LABEL.fullmatch(str(name)) or not fits or len(kept) == _MOST_LABELS:
            remarks.lost(f"{what} {name}: not a name, too long, or a template that asks Prometheus")
        else:
            kept[str(name)] = found
    return kept


def severity(raw: Any, remarks: Remarks, *, what: str) -> str:
    """Return a severity of ours; empty for none, and for one that is not ours."""
    found = text(raw)
    if not found or found in list(Severity):
        return found
    remarks.lost(
        f"{what} {found!r}: severities are {', '.join(Severity)}; the operator's setting severityLabels says which "
        "words of the house stand for them"
    )
    return ""


def left_out(raw: Raw, known: Iterable[str], remarks: Remarks) -> None:
    """Say which fields of a map nobody has looked at."""
    for name in raw:
        if name not in known:
            remarks.lost(f"{name} has no counterpart here")


def sla(name: str, namespace: str, spec: Raw) -> Raw:
    """Put an SLA together; what is empty is left out."""
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": API_VERSION, "kind": Kind.SLA.value, "metadata": meta, "spec": filled(spec)}


def filled(raw: Raw) -> dict[str, Any]:
    """Leave out what is empty; False and 0 are not."""
    return {name: value for name, value in raw.items() if value not in ("", None, {}, [], ())}
