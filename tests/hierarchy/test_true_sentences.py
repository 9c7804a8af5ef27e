"""What is said of the parts behind an exception is true: of one part, of nearly all, of what is not known."""

from __future__ import annotations

from typing import Any

import pytest

import spc
from spc.results.drivers import OUTCOMES, Drivers
from tests.hierarchy.areas import areas

#: Two years about 20 or 21, of which the centre is 20.5.
QUIET = [20.0, 21.0] * 12
NAN = float("nan")


def driven(force: float, *parts: list[float]) -> Drivers:
    """Set the last month of the force against those of its parts; the force is their sum before it."""
    length = len(parts[0])
    rows = [QUIET + part for part in parts]
    whole = [sum(months) for months in zip(*[QUIET] * len(parts), strict=True)]
    whole += [20.5 * len(parts) + force / length] * length
    panel = areas([whole, *rows], names=["Force", *"abcdefg"[: len(parts)]])
    return spc.driven_by(spc.exceptions(spc.limits(panel, baseline=24)), whole="Force")


@pytest.mark.parametrize(
    ("months", "outcome", "words"),
    [
        # 6.5 and 6.5 of 26 are not "most" of it
        (
            (26.0, [27.0], [26.5], [26.5], [27.0]),
            "spread",
            "spread over 4 parts, the largest shares in a (6.5 of the 26.0 above average, itself high) and "
            "d (6.5, itself high); b and c high too",
        ),
        # one part is all parts, and nothing is spread over it
        ((9.5, [30.0]), "spread", "in its only part, a (all 9.5 above average, itself high)"),
        (
            (9.5, [26.0]),
            "spread",
            "in its only part, a (5.5 of the 9.5 above average, itself high); 4.0 above in no part",
        ),
        (
            (9.5, [35.0]),
            "spread",
            "in its only part, a (14.5 above average, more than the whole's 9.5, itself high); 5.0 below "
            "in no part",
        ),
        # 94.96 of 95.0 is not 95.0 of them
        (
            (95.0, [20.5 + 94.96], [20.5]),
            "one part",
            "driven by a (nearly all 95.0 above average, itself high); b as usual",
        ),
        (
            (95.0, [20.5 + 95.04], [20.46]),
            "one part",
            "driven by a (all 95.0 above average, itself high); b as usual",
        ),
        # what is missing may lie in the part that is not known
        (
            (14.5, [30.0], [NAN]),
            "one part",
            "driven by a (9.5 of the 14.5 above average, itself high); 5.0 above not accounted for; "
            "b not known",
        ),
        (
            (14.5, [22.5], [NAN]),
            "not known",
            "not traced: too much is not accounted for (12.5 of the 14.5 above average); a as usual; "
            "b not known",
        ),
        (
            (14.5, [27.0], [NAN]),
            "not known",
            "not traced: too much is not accounted for (8.0 of the 14.5 above average); a high too; "
            "b not known",
        ),
        (
            (20.0, [26.5], [26.0], [NAN]),
            "spread",
            "spread over the 2 parts that are known, a (6.0 of the 20.0 above average, itself high) and "
            "b (5.5, itself high); 8.5 above not accounted for; c not known",
        ),
        # the part has its own exception in a pattern of which it lacks a month
        (
            (60.0, [NAN, 60.0], [21.0, 21.0]),
            "not known",
            "not traced: too much is not accounted for (59 of the 60 above average in 2 months); a high too; "
            "b as usual; a not known in every month",
        ),
        (
            (50.0, [20.5], [20.5], [20.5], [21.0]),
            "in no part",
            "driven by what lies in no part (49.5 of the 50.0 above average); 4 parts as usual",
        ),
    ],
)
def test_what_is_said_of_drivers(months: Any, outcome: str, words: str) -> None:
    found = driven(*months)
    assert OUTCOMES[int(found.outcome[0])] == outcome
    assert found.words[0] == words
    assert found.to_frame()["outcome"].tolist() == [outcome]
