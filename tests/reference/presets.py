"""The published sets of rules, typed from the table of SPEC 8."""

from tests.reference.patterns import Row

ONE = Row("1 beyond 3", zone=3.0)


def on_one_side(months: int) -> Row:
    """So many points in a row on one side of the centre line."""
    return Row(f"{months} one side", needed=months, span=months)


def monotone(points: int) -> Row:
    """So many points that rise, or fall: one step fewer."""
    return Row(f"{points} monotone", asks="step", needed=points - 1, span=points - 1)


def alternating(points: int) -> Row:
    """So many points that go up and down in turn: one step fewer."""
    return Row(f"{points} alternating", asks="swing", needed=points - 1, span=points - 1)


def of(needed: int, span: int, zone: float, side: str = "same", upto: float | None = None) -> Row:
    """So many of the last `span` points beyond a zone."""
    return Row(f"{needed} of {span} beyond {zone:g}", zone, needed, span, side=side, upto=upto)


PRESETS: dict[str, tuple[Row, ...]] = {
    "opcc": (ONE, of(2, 2, 2.0), of(3, 3, 1.0), on_one_side(8)),
    "western_electric": (ONE, of(2, 3, 2.0), of(4, 5, 1.0), on_one_side(8)),
    "nelson": (
        ONE,
        on_one_side(9),
        monotone(6),
        alternating(14),
        of(2, 3, 2.0),
        of(4, 5, 1.0),
        Row("15 within 1", 1.0, 15, 15, asks="within"),
        of(8, 8, 1.0, side="both"),
    ),
    "minitab": (
        ONE,
        on_one_side(9),
        monotone(7),
        alternating(15),
        of(2, 3, 2.0),
        of(4, 5, 1.0),
        Row("15 within 1", 1.0, 15, 15, asks="within"),
        of(8, 8, 1.0, side="either"),
    ),
    "nhs_2023": (ONE, on_one_side(7), monotone(7), of(2, 3, 2.0, side="confined")),
    "nhs_2019": (ONE, on_one_side(7), monotone(7), of(2, 3, 2.0, side="confined", upto=3.0)),
    "nhsr": (ONE, on_one_side(7), monotone(7), of(2, 3, 2.0, side="confined", upto=3.0)),
    "anhoej": (Row("run", asks="run", gaps="bridge"), Row("crossings", asks="crossings", gaps="bridge")),
    "wheeler": (ONE, on_one_side(8), of(3, 4, 1.5)),
    "power_bi": (ONE, on_one_side(7), monotone(5), of(2, 3, 2.0)),
}
