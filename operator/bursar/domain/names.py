"""Names of alerts."""

import re
from typing import Final

_BREAKS: Final = re.compile(r"[^a-zA-Z0-9]+")


def camel_case(*names: str) -> str:
    """Write names of resources as one CamelCase word: checkout-queue-depth is CheckoutQueueDepth."""
    words = (word for name in names for word in _BREAKS.split(name) if word)
    return "".join(word[0].upper() + word[1:] for word in words)
