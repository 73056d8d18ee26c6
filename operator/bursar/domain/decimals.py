"""Exact decimals: thresholds and budgets are printed as people write them, `0.001` and never `0.00099999`."""

from decimal import ROUND_HALF_EVEN, Decimal


def plain(number: Decimal) -> str:
    """Print exactly, without exponent, trailing zeros or a negative zero: `1E+1` is `10`, `-0.0` is `0`."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def rounded(number: Decimal, places: int, *, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Round a finite number to at most `places` digits behind the point."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding=rounding)
