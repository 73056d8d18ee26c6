"""Kubernetes label selectors: what they ask for, and what a set of labels lacks.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand of a label selector; `operator` is In, NotIn, Exists or DoesNotExist.

    Printed as kubectl prints it: `release=kps`, `tier in (a,b)`, `canary`, `!legacy`.
    """

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def met_by(self, labels: Mapping[str, str]) -> bool:
        """Tell whether labels meet it; an unknown operator is met by nothing."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels
        return False

    def __str__(self) -> str:
        match self.operator, self.values:
            case "Exists", _:
                return self.key
            case "DoesNotExist", _:
                return f"!{self.key}"
            case "In", (only,):
                return f"{self.key}={only}"
            case "NotIn", (only,):
                return f"{self.key}!={only}"
        return f"{self.key} {self.operator.lower()} ({','.join(self.values)})"


def requirements(selector: Mapping[str, Any]) -> Iterator[Requirement]:
    """List what a selector in API form asks for, all of it at once; `{}` asks for nothing."""
    for key, value in (selector.get("matchLabels") or {}).items():
        yield Requirement(key, "In", (value,))
    for expression in selector.get("matchExpressions") or ():
        yield Requirement(expression["key"], expression["operator"], tuple(expression.get("values") or ()))


def unmet(selector: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[Requirement, ...]:
    """List what labels lack for a selector; empty when they match."""
    return tuple(requirement for requirement in requirements(selector) if not requirement.met_by(labels))
