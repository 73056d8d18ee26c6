"""Structured logs: one JSON object per line, constant messages, everything variable as a key."""

import logging
import sys
from typing import Final

from pythonjsonlogger.json import JsonFormatter

NOISY: Final = {"kopf": logging.WARNING, "kopf.objects": logging.ERROR, "aiohttp.access": logging.WARNING}


def configure(*, level: str, style: str) -> None:
    """Log to standard error, as JSON or for people."""
    handler = logging.StreamHandler(sys.stderr)
    if style == "json":
        fields = {"asctime": "time", "levelname": "level", "name": "logger"}
        handler.setFormatter(
            JsonFormatter("{asctime}{levelname}{name}{message}", style="{", rename_fields=fields, defaults={})
        )
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name, threshold in NOISY.items():
        logging.getLogger(name).setLevel(threshold)
