"""Raw objects of the API server, or of a file, into models; whatever is wrong is named by its field path."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.notification_channel import NotificationChannel
from bursar.api.sla import SLA
from bursar.conventions import Kind
from bursar.errors import FieldError, InvalidSpec

UserResource: TypeAlias = MonitoringTarget | SLA | AlertRule | NotificationChannel

MODELS: Final[Mapping[Kind, type[UserResource]]] = {
    Kind.MONITORING_TARGET: MonitoringTarget,
    Kind.SLA: SLA,
    Kind.ALERT_RULE: AlertRule,
    Kind.NOTIFICATION_CHANNEL: NotificationChannel,
}


def parse_resource(kind: Kind, raw: Mapping[str, Any]) -> UserResource:
    """Read one resource; raises InvalidSpec with every finding, such as `spec.objectives[0].target`."""
    try:
        return MODELS[kind].model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
        findings = [FieldError(_path(each["loc"]), _message(each)) for each in details if not _is_echo(each, details)]
        raise InvalidSpec(tuple(findings)) from None


def _is_echo(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Whether a list is only called too short because its invalid items were not counted."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place for other in details if other is not detail
    )


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        if step == "[key]":
            continue
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".")


def _expected(context: Mapping[str, Any]) -> str:
    return f"must be {context['expected'].replace(chr(39), '')}"


_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "value_error": lambda context: str(context["error"]),
    "missing": lambda _: "is required",
    "extra_forbidden": lambda _: "is not a field; remove it or correct its spelling",
    "literal_error": _expected,
    "enum": _expected,
    "string_type": lambda _: "must be a text",
    "string_too_short": lambda context: f"must have at least {context['min_length']} characters",
    "string_too_long": lambda context: f"must have at most {context['max_length']} characters",
    "string_pattern_mismatch": lambda context: f"must match {context['pattern']}",
    "too_short": lambda context: f"must have at least {context['min_length']} items",
    "too_long": lambda context: f"must have at most {context['max_length']} items",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "greater_than_equal": lambda context: f"must be at least {context['ge']}",
    "less_than_equal": lambda context: f"must be at most {context['le']}",
    "finite_number": lambda _: "must be a finite number",
    "decimal_type": lambda _: "must be a number",
    "tuple_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be a map",
    "model_type": lambda _: "must be a map",
    "model_attributes_type": lambda _: "must be a map",
}


def _message(detail: ErrorDetails) -> str:
    render = _MESSAGES.get(detail["type"])
    return render(detail.get("ctx", {})) if render is not None else detail["msg"]
