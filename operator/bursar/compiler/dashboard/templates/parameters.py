"""The parameters of templates: text that users set, read as what it means."""

import re
from datetime import timedelta
from typing import Final

from bursar.compiler.dashboard.templates.given import Given, unfit
from bursar.conventions import NAMESPACE
from bursar.domain.durations import format_duration, parse_duration
from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector, parse_selector
from bursar.errors import InvalidSpec

NAMESPACES: Final = "namespaces"
BY: Final = "by"
ALL: Final = "*"

NAMESPACES_MEAN: Final = "Namespaces that are shown, as in shop|search, or * for all. Default: the dashboard's own."
BY_MEANS: Final = "Label by which failures are told apart. Default: the one that tells errors from the rest."

_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_NAMESPACES: Final = re.compile(r"[a-z0-9-]+(\|[a-z0-9-]+)*\Z")


def label(given: Given, name: str, default: str = "") -> str:
    """Read the name of a label; empty when there is none."""
    text = given.parameters.get(name, default)
    if text and not _LABEL.match(text):
        raise _wrong(given, name, f"{text!r} is no name of a label")
    return text


def selector(given: Given, name: str) -> Selector | None:
    """Read a selector; None when it is not set."""
    text = given.parameters.get(name)
    if text is None:
        return None
    try:
        return parse_selector(text)
    except PromqlError as error:
        raise _wrong(given, name, str(error)) from None


def duration(given: Given, name: str, default: str) -> timedelta:
    """Read the length of a range."""
    text = given.parameters.get(name, default)
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise _wrong(given, name, str(error)) from None
    if not length:
        raise _wrong(given, name, "must be longer than 0")
    return length


def printed(given: Given, name: str, default: str) -> str:
    """Read the length of a range, and write it as PromQL does."""
    return format_duration(duration(given, name, default))


def choice(given: Given, name: str, *choices: str) -> str:
    """Read one of several words; the first is the default."""
    text = given.parameters.get(name, choices[0])
    if text not in choices:
        raise _wrong(given, name, f"must be one of {', '.join(choices)}")
    return text


def within(given: Given, metric: str) -> Selector:
    """Select a metric in the namespaces that are to be shown."""
    wanted = given.parameters.get(NAMESPACES, given.namespace)
    if wanted == ALL:
        return Selector(metric)
    if not _NAMESPACES.match(wanted):
        raise _wrong(given, NAMESPACES, "must be names of namespaces, as in shop|search, or *")
    operator = MatchOperator.REGEXP if "|" in wanted else MatchOperator.EQUAL
    return Selector(metric).where(NAMESPACE, operator, wanted)


def _wrong(given: Given, name: str, why: str) -> InvalidSpec:
    return unfit(given, f"parameters.{name}", why)
