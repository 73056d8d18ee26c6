"""Structured logs: one JSON object per line, constant messages, everything variable as a key."""

import logging
import sys
from typing import Final

from pythonjsonlogger.json import JsonFormatter

NOISY: Final = {
    "kopf": logging.WARNING,
    "kopf._core.reactor.running": logging.ERROR,
    "kopf.objects": logging.ERROR,
    "aiohttp.access": logging.WARNING,
}


def configure(*, level: str) -> None:
    """Log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    fields = {"asctime": "time", "levelname": "level", "name": "logger"}
    handler.setFormatter(JsonFormatter("{asctime}{levelname}{name}{message}", style="{", rename_fields=fields))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name, threshold in NOISY.items():
        logging.getLogger(name).setLevel(threshold)
