"""The field types that several kinds share: names, texts, labels, references."""

import re
from typing import Annotated, Final, Protocol

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

from bursar.api.base import Model
from bursar.api.rules import Rule
from bursar.conventions import RESERVED_LABEL_PREFIX, RESERVED_LABELS
from bursar.domain.templates import (
    ANNOTATION_ADVICE,
    ANNOTATION_TEXT,
    LABEL_ADVICE,
    LABEL_TEXT,
    QUERY_ADVICE,
    QUERYING_TEXT,
    is_annotation_text,
    is_label_text,
    is_querying,
)

LIST_TYPE: Final = "x-kubernetes-list-type"
LIST_KEYS: Final = "x-kubernetes-list-map-keys"

_LABEL_NAME: Final = "^_?[a-zA-Z][a-zA-Z0-9_]*$"
_RESERVED: Final = f"[{', '.join(repr(label) for label in sorted(RESERVED_LABELS))}]"


def _is_reserved(label: str) -> bool:
    return label in RESERVED_LABELS or label.startswith(RESERVED_LABEL_PREFIX)


NOT_RESERVED: Final = Rule(
    f"!(self in {_RESERVED}) && !self.startsWith('{RESERVED_LABEL_PREFIX}')",
    lambda label: not _is_reserved(label),
    "the rules set this label themselves; choose another",
)
LABEL_KEYS: Final = Rule(
    f"self.all(label, label.matches('{_LABEL_NAME}'))",
    lambda labels: all(re.fullmatch(_LABEL_NAME, label) for label in labels),
    "label names are letters, digits and underscores, and start with a letter",
)
KEYS_NOT_RESERVED: Final = Rule(
    f"self.all(label, !(label in {_RESERVED}) && !label.startsWith('{RESERVED_LABEL_PREFIX}'))",
    lambda labels: not any(map(_is_reserved, labels)),
    f"the rules set {', '.join(sorted(RESERVED_LABELS))} and {RESERVED_LABEL_PREFIX}* themselves; choose other names",
)
LABEL_TEMPLATE: Final = Rule(f"self.matches({LABEL_TEXT!r})", is_label_text, LABEL_ADVICE)
ASKS_NOTHING: Final = Rule(f"!self.matches({QUERYING_TEXT!r})", lambda text: not is_querying(text), QUERY_ADVICE)
ANNOTATION_TEMPLATE: Final = Rule(f"self.matches({ANNOTATION_TEXT!r})", is_annotation_text, ANNOTATION_ADVICE)
PLAIN: Final = Rule(
    "!self.contains('{{')", lambda text: "{{" not in text, "templates are not expanded here; write plain text"
)

ObjectName = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"),
]
ItemName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
Line = Annotated[str, Field(max_length=256), PLAIN]
Text = Annotated[str, Field(max_length=4096), PLAIN]
LabelName = Annotated[str, Field(max_length=128, pattern=_LABEL_NAME), NOT_RESERVED]
Labels = Annotated[
    dict[str, Annotated[str, Field(max_length=1024), LABEL_TEMPLATE]],
    Field(max_length=16),
    LABEL_KEYS,
    KEYS_NOT_RESERVED,
]
Annotations = Annotated[
    dict[str, Annotated[str, Field(max_length=1024), ASKS_NOTHING, ANNOTATION_TEMPLATE]],
    Field(max_length=16),
    LABEL_KEYS,
]
TemplatedLine = Annotated[str, Field(max_length=1024), ASKS_NOTHING, ANNOTATION_TEMPLATE]
TemplatedText = Annotated[str, Field(max_length=4096), ASKS_NOTHING, ANNOTATION_TEMPLATE]


class Named(Protocol):
    """An item of a map list."""

    @property
    def name(self) -> str:
        """The key of the item."""
        ...


def _unique(items: tuple[Named, ...]) -> tuple[Named, ...]:
    seen: set[str] = set()
    for item in items:
        if item.name in seen:
            raise ValueError(f'two items are named "{item.name}"; give each a name of its own')
        seen.add(item.name)
    return items


UNIQUE_NAMES: Final = AfterValidator(_unique)
BY_NAME: Final[JsonDict] = {LIST_TYPE: "map", LIST_KEYS: ["name"]}


class SecretRef(Model):
    """One key of a Secret in the resource's namespace, which must be there."""

    name: ObjectName = Field(description="Name of a Secret in the same namespace.")
    key: str = Field(description="Key inside the Secret.", min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")


class SecretKey(Model):
    """One key of a Secret in the resource's namespace."""

    name: ObjectName = Field(description="Name of a Secret in the same namespace.")
    key: str = Field(description="Key inside the Secret.", min_length=1, max_length=253)
    optional: bool | None = Field(
        default=None, description="Whether the Secret or the key may be missing. Default false."
    )


class ConfigMapKey(Model):
    """One key of a ConfigMap in the resource's namespace."""

    name: ObjectName = Field(description="Name of a ConfigMap in the same namespace.")
    key: str = Field(description="Key inside the ConfigMap.", min_length=1, max_length=253)
    optional: bool | None = Field(
        default=None, description="Whether the ConfigMap or the key may be missing. Default false."
    )
