"""Colours of Grafana by name, and those that series get in their order."""

from typing import Final

_NAMED: Final = {
    "green": "#37a05a",
    "yellow": "#d6a50c",
    "orange": "#e8861a",
    "red": "#d93a4c",
    "blue": "#3f74d1",
    "purple": "#8f5cc0",
}
_SHADES: Final = ("super-light-", "light-", "semi-dark-", "dark-")
SERIES: Final = (
    "#37a05a",
    "#d6a50c",
    "#3f8fd1",
    "#e8861a",
    "#d93a4c",
    "#1f60c4",
    "#a352cc",
    "#7c8a99",
    "#0f9d92",
    "#b5651d",
)
PLAIN: Final = "currentColor"


def named(colour: str) -> str:
    """Return a colour of Grafana for SVG; one that is not known is that of the text."""
    if colour.startswith("#"):
        return colour
    for shade in _SHADES:
        colour = colour.removeprefix(shade)
    return _NAMED.get(colour, PLAIN)


def of_series(number: int) -> str:
    """Return the colour of the n-th series of a picture."""
    return SERIES[number % len(SERIES)]
