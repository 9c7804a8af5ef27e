"""A record in words, read back and held against the figures: every claim must be true of them."""

import re
from collections.abc import Sequence
from fractions import Fraction

Exact = Fraction | None
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PLACES = {None: 0, "second ": 1, "third ": 2}
LEAST = (12, 24, 36)
SENTENCE = re.compile(
    r"the (?P<joint>joint )?(?P<place>second |third )?(?P<side>highest|lowest) "
    r"(?:(?P<record>on record)|since (?:the \d+ \w+ to )?(?P<since>[\w-]+(?: \d+|\. \d+)?)"
    r"|in (?P<span>\d+) (?P<unit>years|months|observations))"
    r"(?: \((?P<notes>.*)\))?"
)
NOTES = {
    "known": re.compile(r"(\d+) (month|window|observation)(s?)"),
    "others": re.compile(r"only (?:that to |those to )?(.+) (was|were) (higher|lower)"),
    "tie": re.compile(r"as (high|low) as in (?:the \d+ \w+ to )?(.+?)( and once before)?"),
    "gaps": re.compile(r"(\d+) (?:more|(?:month|window|observation)s? between) (has|have) no figure"),
}


def position(name: str, start: int | None) -> int:
    """Return which figure a name means: "Jul-2024", or "no. 36"."""
    if start is None:
        return int(name.removeprefix("no. ")) - 1
    month, year = name.split("-")
    return int(year) * 12 + MONTHS.index(month) - start


def untrue(sentence: str, numbers: Sequence[Exact], end: int, start: int | None) -> list[str]:
    """Return what a sentence about the figure at `end` claims and the figures do not show."""
    read = SENTENCE.fullmatch(sentence)
    own = numbers[end]
    if read is None or own is None:
        return ["cannot be read"]
    sign, place = (1 if read["side"] == "highest" else -1), PLACES[read["place"]]
    begin = next(t for t, number in enumerate(numbers) if number is not None)
    first = begin
    if read["since"]:
        first = position(read["since"], start) + 1
    elif read["span"]:
        first = end + 1 - int(read["span"]) * (12 if read["unit"] == "years" else 1)
    inside = [t for t in range(max(first, 0), end + 1) if numbers[t] is not None]
    over = [t for t in inside if sign * (numbers[t] - own) > 0]  # type: ignore[operator]
    equal = [t for t in inside if numbers[t] == own and t != end]
    empty = end + 1 - first - len(inside)
    before = numbers[first - 1] if first > begin else None
    notes = _notes(read["notes"])
    wrong = {
        "reaches before the first figure": first < begin,
        "since": bool(read["since"]) and not (before is not None and sign * (before - own) > 0),
        "place": len(over) != place,
        "too few figures": len(inside) < LEAST[place],
        "joint": bool(read["joint"]) != bool(equal),
        "how many figures": ("known" in notes) != bool(read["record"]),
        "which were higher": ("others" in notes) != (place > 0),
        "which were equal": ("tie" in notes) != bool(equal),
        "gaps unsaid": ("gaps" in notes) != (empty > 0),
        "a note that nobody knows": "" in notes,
    }
    if found := notes.get("known"):
        wrong["number of figures"] = int(found[1]) != len(inside) or (found[3] == "s") != (len(inside) != 1)
    if found := notes.get("others"):
        named = [position(name, start) for name in found[1].split(" and ")]
        wrong["others"] = named != over[::-1] or (found[2] == "was") != (len(over) == 1)
        wrong["side of others"] = (found[3] == "higher") != (sign == 1)
    if found := notes.get("tie"):
        wrong["equal"] = position(found[2], start) != max(equal, default=-1)
        wrong["once before"] = bool(found[3]) != (len(equal) == 2)
        wrong["side of equal"] = (found[1] == "high") != (sign == 1)
    if found := notes.get("gaps"):
        wrong["gaps"] = int(found[1]) != empty or (found[2] == "has") != (empty == 1)
    return [what for what, holds in wrong.items() if holds]


def _notes(text: str | None) -> dict[str, re.Match[str]]:
    found: dict[str, re.Match[str]] = {}
    for note in text.split("; ") if text else ():
        name, match = next(
            ((name, match) for name, form in NOTES.items() if (match := form.fullmatch(note))),
            ("", re.match("", note)),
        )
        assert match is not None
        found[name] = match
    return found
