"""Wholes and parts, one whole at a time, on fractions: sums, contributions, what drives an exception."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum

from tests.reference.exact import sign
from tests.reference.series import Number, Series

Pair = tuple[float, float] | None


def pair(series: Series, t: int) -> Pair:
    """Give numerator and denominator (1 where the series is no ratio), None unless both are there."""
    top, bottom = series.values[t], 1.0 if series.of is None else series.of[t]
    return None if top is None or bottom is None else (top, bottom)


def must_be_there(series: Series, t: int, missing: str) -> bool:
    """Tell whether a whole needs this part in month t."""
    if missing != "gaps":
        return missing == "missing"
    seen = [u for u in range(len(series.values)) if pair(series, u) is not None]
    return bool(seen) and seen[0] <= t <= seen[-1]


def rolled(parts: Sequence[Series], t: int, missing: str) -> Pair:
    """Add the parts of one whole up in month t, each sum rounded once."""
    known = [one for one in (pair(series, t) for series in parts) if one is not None]
    gone = [series for series in parts if pair(series, t) is None]
    if not known or any(must_be_there(series, t, missing) for series in gone):
        return None
    return fsum(top for top, _ in known), fsum(bottom for _, bottom in known)


def window(series: Series, first: int, last: int) -> tuple[Fraction, Fraction] | None:
    """Add numerators and denominators of the months first .. last up; None if one is missing."""
    months = [pair(series, t) for t in range(first, last + 1)]
    if first < 0 or any(month is None for month in months):
        return None
    there = [month for month in months if month is not None]
    return sum((Fraction(a) for a, _ in there), Fraction(0)), sum(
        (Fraction(b) for _, b in there), Fraction(0)
    )


@dataclass(frozen=True)
class Effects:
    """Rate and mix effect of one part; for counts the change stands in `rate`."""

    rate: Fraction
    mix: Fraction = Fraction(0)

    @property
    def both(self) -> Fraction:
        """What the part contributes to the change."""
        return self.rate + self.mix


def contributions(parts: Sequence[Series], length: int, now: int, then: int) -> list[Effects]:
    """Decompose the change of the sum of complete parts; ratios after Kitagawa (1955)."""
    stretches = [(now - length + 1, now), (then - length + 1, then)]
    late, early = ([window(series, *stretch) for series in parts] for stretch in stretches)
    if parts[0].of is None:
        return [
            Effects(a[0] - b[0]) for a, b in zip(late, early, strict=True) if a is not None and b is not None
        ]
    new = [one for one in late if one is not None]
    old = [one for one in early if one is not None]
    assert len(new) == len(old) == len(parts)
    tops = [sum(top for top, _ in one) for one in (new, old)]
    bases = [sum(base for _, base in one) for one in (new, old)]
    middle = (Fraction(tops[0]) / bases[0] + Fraction(tops[1]) / bases[1]) / 2
    found = []
    for (a, b), (c, d) in zip(new, old, strict=True):
        weights = b / bases[0], d / bases[1]
        rates = a / b if b else None, c / d if d else None
        if rates[0] is not None and rates[1] is not None:
            rate = (weights[0] + weights[1]) / 2 * (rates[0] - rates[1])
            mean = (rates[0] + rates[1]) / 2
        else:
            rate = Fraction(0)
            mean = rates[0] if rates[0] is not None else rates[1] if rates[1] is not None else middle
        found.append(Effects(rate, (mean - middle) * (weights[0] - weights[1])))
    return found


def drivers(deviation: Fraction, parts: Sequence[Number], side: int) -> tuple[str, list[int]]:
    """Say who drives a deviation: one part with 60% of it, two with 80%, or none."""
    if sign(deviation) != side:
        return "no side", []
    shares = sorted(
        ((Fraction(part) / deviation, k) for k, part in enumerate(parts) if part is not None), reverse=True
    )
    if not shares:
        return "not known", []
    if len(parts) > 1 and shares[0][0] >= Fraction(6, 10):
        return "one part", [shares[0][1]]
    if len(parts) > 2 and len(shares) > 1 and shares[0][0] + shares[1][0] >= Fraction(8, 10):
        return "two parts", [shares[0][1], shares[1][1]]
    rest = 1 - sum((share for share, _ in shares), Fraction(0))
    lacking = rest >= Fraction(6, 10)
    if None in parts and (lacking or len(shares) == 1):
        return "not known", []
    return ("in no part" if lacking else "spread"), []
