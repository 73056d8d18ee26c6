"""Grafana's variables in queries: which there are, and PromQL with something that parses in their place.

Every replacement is as long as what it replaces, so that line and column of an error are those of the user's text.
Source: https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_REFERENCE: Final = (
    r"\$\{(?P<braced>[A-Za-z_]\w*)(?:[.:][^}]*)?\}|\$(?P<bare>[A-Za-z_]\w*)|\[\[(?P<old>\w+)(?::\w+)?\]\]"
)
_REFERENCES: Final = re.compile(_REFERENCE)
_TOKENS: Final = re.compile(rf'(?P<string>"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`)|{_REFERENCE}')
_DURATION_PLACE: Final = re.compile(r"([\[:]|\boffset(\s+-?|\s*-))\s*\Z")
_DURATION: Final = re.compile(r"[0-9]+(ms|[smhdwy])\Z")
_BUILT_IN_DURATIONS: Final = frozenset({"__interval", "__rate_interval", "__range", "interval"})
_BUILT_IN_NUMBERS: Final = frozenset(
    {"__interval_ms", "__rate_interval_ms", "__range_ms", "__range_s", "__from", "__to"}
)


def references(text: str) -> Iterator[str]:
    """Yield the names of the user's variables that a text uses; Grafana's own begin with two underscores."""
    for found in _REFERENCES.finditer(text):
        name = _name(found)
        if not name.startswith("__"):
            yield name


def substituted(text: str, values: Mapping[str, str]) -> str:
    """Return PromQL without variables, of the same length; `values` are what variables hold, where that is known."""

    def replaced(token: re.Match[str]) -> str:
        if token["string"] is not None:
            return _REFERENCES.sub(lambda found: _padded(_word(found[0]), found[0]), token[0])
        return _padded(_stand_in(token, values), token[0])

    return _TOKENS.sub(replaced, text)


def _name(found: re.Match[str]) -> str:
    return found["braced"] or found["bare"] or found["old"]


def _stand_in(found: re.Match[str], values: Mapping[str, str]) -> str:
    name = _name(found)
    value = values.get(name, "")
    if _DURATION_PLACE.search(found.string[: found.start()]) or name in _BUILT_IN_DURATIONS or _DURATION.match(value):
        return "5m"
    if name in _BUILT_IN_NUMBERS or value.replace(".", "", 1).isdigit():
        return "1"
    return _word(found[0])


def _word(reference: str) -> str:
    """Turn a reference into a word: it may be the name of a metric, or a part of one."""
    return re.sub(r"\W", "_", reference)


def _padded(replacement: str, original: str) -> str:
    return replacement[: len(original)].ljust(len(original))
