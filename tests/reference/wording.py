"""Printed cells: round half away from zero on the decimal of the value to 12 significant digits."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

TWELVE = Context(prec=12, rounding=ROUND_HALF_UP)
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def significant(value: Fraction) -> Decimal:
    """Give 12 significant digits, so that the noise of binary fractions cannot decide a rounding."""
    return TWELVE.divide(Decimal(value.numerator), Decimal(value.denominator)) if value else Decimal(0)


def number(value: Fraction, places: int = 0) -> str:
    """Print with thousands commas and a fixed number of decimals; a negative value keeps its sign."""
    text = f"{abs(significant(value)).quantize(Decimal(1).scaleb(-places), context=WIDE):,f}"
    return ("-" if value < 0 else "") + text


def percent(value: Fraction) -> str:
    """Print a percentage with one decimal."""
    return number(value, 1) + "%"


def clock(seconds: Fraction) -> str:
    """Print seconds as [-]hh:mm:ss, whole seconds; what rounds to 0 has no sign."""
    whole = int(abs(significant(seconds)).quantize(Decimal(1), context=WIDE))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return ("-" if seconds < 0 and whole else "") + f"{hours:02d}:{minutes:02d}:{rest:02d}"
