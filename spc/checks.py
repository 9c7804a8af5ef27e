"""Argument checks and the errors they raise: one sentence, what was expected, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "ChoiceError",
    "InputError",
    "SpcError",
    "choice",
    "confidence",
    "parcel",
    "positive",
    "whole",
    "window_lengths",
]


class SpcError(ValueError):
    """Anything that spc refuses; catch this one to catch them all."""


class ChoiceError(SpcError):
    """An argument is at fault: a misspelt choice, a number out of its range."""


class InputError(SpcError):
    """The data are at fault.

    Parameters
    ----------
    message : str
        One sentence that names the series, the month and the raw value.
    problems : sequence, optional
        Every problem found, so that all of them can be mended at once.
    """

    def __init__(self, message: str, problems: Sequence[Any] = ()) -> None:
        super().__init__(message, tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return str(self.args[0])


def parcel(name: str, given: object, kind: type, made_by: str) -> None:
    """Refuse what is not the parcel that a verb takes, and say how one is made."""
    if not isinstance(given, kind):
        got = f"{given.__name__} itself" if isinstance(given, type) else type(given).__name__
        article = "an" if kind.__name__[0] in "AEIO" else "a"
        raise ChoiceError(f"`{name}` must be {article} {kind.__name__}, got {got}: make one with {made_by}.")


def choice(name: str, given: object, allowed: Iterable[str]) -> str:
    """Return `given` if it is one of `allowed`, else refuse and list the choices."""
    words = list(allowed)
    if isinstance(given, str) and given in words:
        return given
    raise ChoiceError(f"`{name}` must be one of {', '.join(map(repr, words))}, got {given!r}.")


def whole(name: str, given: object, low: int, high: int) -> int:
    """Return `given` as an int if it is a whole number from `low` to `high`."""
    number: Any = given
    try:
        exact = int(number)
        if isinstance(given, bool) or exact != number or not low <= exact <= high:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise ChoiceError(f"`{name}` must be a whole number from {low} to {high}, got {given!r}.") from None
    return exact


def window_lengths(given: object, low: int = 1) -> tuple[int, ...]:
    """Return the lengths in months that `windows` asks for: one, or several, from `low` to 1,200."""
    asked = given if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    return tuple(whole("windows", length, low, 1_200) for length in asked)


def positive(name: str, given: object, *, high: float = float("inf")) -> float:
    """Return `given` as a float if it lies in the interval (0, high]."""
    value: Any = given
    try:
        number = float(value)
        if isinstance(given, bool | str) or not 0.0 < number <= high:
            raise ValueError
    except (TypeError, ValueError):
        raise ChoiceError(
            f"`{name}` must be a number in the interval (0, {high:g}], got {given!r}."
        ) from None
    return number


def confidence(given: object) -> float:
    """Return the `level` of an interval in percent as a float, if it is from 50 to below 100."""
    value: Any = given
    try:
        number = float(value)
        if isinstance(given, bool | str) or not 50.0 <= number < 100.0:
            raise ValueError
    except (TypeError, ValueError):
        raise ChoiceError(f"`level` must be from 50 to below 100 percent, got {given!r}.") from None
    return number
