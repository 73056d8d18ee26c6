"""SVG and HTML as text: elements with escaped attributes and texts."""

from collections.abc import Iterable
from html import escape


def element(name: str, content: str = "", **attributes: object) -> str:
    """Write one element; `content` is markup already. `class_` is class, and `stroke_width` is stroke-width."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def text(x: float, y: float, content: str, **attributes: object) -> str:
    """Write text at a place."""
    return element("text", escape(content), x=x, y=y, **attributes)


def drawing(width: float, height: float, parts: Iterable[str], label: str) -> str:
    """Put parts into one picture that fills the width of its place; `label` says what it shows to who cannot see it."""
    return element(
        "svg",
        f"<title>{escape(label)}</title>{''.join(parts)}",
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        role="img",
    )


def path(points: Iterable[tuple[float, float]]) -> str:
    """Write a line through points as the data of a path."""
    return "M" + "L".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: object) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)
