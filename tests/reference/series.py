"""One series as the twins see it: months in order, `None` where nothing was recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from tests.reference.exact import exact

Number = float | None


def fractions(numbers: Sequence[Number]) -> list[Fraction | None]:
    """Turn recorded numbers into the fractions they print as."""
    return [None if number is None else exact(number) for number in numbers]


@dataclass(frozen=True)
class Series:
    """Monthly `values`, for ratios with the denominators `of`, and windows `given` by the source.

    A series with one denominator anywhere is a ratio in every month, also where `of` is missing, and stays
    one when it is cut; a series with one given window keeps it in the same way.
    """

    values: Sequence[Number]
    of: Sequence[Number] | None = None
    given: Mapping[int, Sequence[Number]] = field(default_factory=dict)

    @property
    def is_ratio(self) -> bool:
        """Ratios are told by having denominators."""
        return self.of is not None

    @cached_property
    def parts(self) -> list[tuple[Fraction, Fraction] | None]:
        """Numerator and denominator (1 where the series is no ratio) of each month with both parts."""
        tops = fractions(self.values)
        bottoms = [Fraction(1)] * len(tops) if self.of is None else fractions(self.of)
        pairs = zip(tops, bottoms, strict=True)
        return [None if top is None or bottom is None else (top, bottom) for top, bottom in pairs]

    @cached_property
    def observed(self) -> list[Fraction | None]:
        """The number plotted each month: the value, or value / of where `of` is there and not 0."""
        return [None if pair is None or pair[1] == 0 else pair[0] / pair[1] for pair in self.parts]

    def until(self, column: int) -> "Series":
        """Give the series as it was at the end of one month."""
        stop = column + 1
        return replace(
            self,
            values=self.values[:stop],
            of=None if self.of is None else self.of[:stop],
            given={window: numbers[:stop] for window, numbers in self.given.items()},
        )
