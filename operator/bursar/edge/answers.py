"""What the API server refuses, as our errors."""

import json
from collections.abc import Mapping
from typing import Final

from bursar.errors import BursarError, Conflict, DependencyMissing, Forbidden, Refused, Throttled, Unavailable

DEFAULT_RETRY_AFTER_SECONDS: Final = 1.0
ERRORS: Final[Mapping[int, type[BursarError]]] = {
    401: Unavailable,
    403: Forbidden,
    404: DependencyMissing,
    408: Unavailable,
    409: Conflict,
    410: Unavailable,
}


def error_of(status: int, request: str, answer: bytes, headers: Mapping[str, str]) -> BursarError:
    """Read an HTTP answer with a status from 400 on; `request` is what was asked for."""
    message = f"{request}: {status} {_message(answer)}"
    if status == 429:
        return Throttled(message, retry_after=_seconds(headers.get("Retry-After", "")))
    if status >= 500:
        return Unavailable(message)
    return ERRORS.get(status, Refused)(message)


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdigit() else DEFAULT_RETRY_AFTER_SECONDS


def _message(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        return answer[:200].decode(errors="replace")
