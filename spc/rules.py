"""Rules as rows: every published rule asks each point one question, and counts the answers k of m."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from spc.checks import ChoiceError, choice, whole
from spc.ties import CONTROL

__all__ = ["RULES", "Rule", "levels_of", "rule_set"]

#: What a rule may ask, which sides it may want, what ties and gaps may do.
ASKS = ("beyond", "within", "step", "swing", "run", "crossings")
SIDES = ("same", "confined", "either", "both")
TIES = ("break", "skip", "count")
GAPS = ("break", "skip", "bridge")
#: Fields that say nothing under a question, and must be left as they are.
SILENT: dict[str, dict[str, Any]] = {
    "beyond": {},
    "within": {"side": "same", "upto": math.inf, "ties": "break"},
    "step": {"zone": 0.0, "side": "same", "upto": math.inf},
    "swing": {"zone": 0.0, "side": "same", "upto": math.inf},
    "run": {"zone": 0.0, "needed": 1, "span": 1, "side": "same", "upto": math.inf, "ties": "break"},
    "crossings": {"zone": 0.0, "needed": 1, "span": 1, "side": "same", "upto": math.inf, "ties": "break"},
}


@dataclass(frozen=True)
class Rule:
    """One rule: `needed` of the last `span` points answer its question; the point that completes it is one.

    Parameters
    ----------
    name : str
        What is printed, followed by High or Low where the rule has sides; names that end in "-Month" are
        joined: "One, Two-Month High". Rows asked together have a name each, and none is called "trend";
        `dataclasses.replace(row, name=...)` gives another.
    zone : float
        Distance from the centre line in sigma; 0 asks for a side of the centre line, 3 for the control
        limits, wherever `limits(width=...)` has put them.
    needed, span : int
        k of the last m points, 1 <= k <= m <= 15; fewer points than m are enough at the start of a stretch,
        if k of them do. For steps and swings k = m, counted in steps: 5 steps take 6 points.
    asks : {"beyond", "within", "step", "swing", "run", "crossings"}
        Beyond the zone (strictly); not beyond it, nor all of them on the centre; a step up (High) or down
        (Low) from the point before; steps up and down in turn; a run of points on one side of the centre
        longer than round(log2 n) + 3; fewer crossings of the centre than the 5% point of the binomial
        distribution of n - 1 and 1/2. For the last two n counts the points so far that do not lie on the
        centre.
    side : {"same", "confined", "either", "both"}
        Under "beyond": all on the same side; the same, and every point of the last `span` lies on that side
        of the centre; any side; any side, and both occur.
    upto : float
        Points beyond this zone do not count.
    ties : {"break", "skip", "count"}
        A point on the centre line where the zone is 0, or one equal to its neighbour in steps and swings:
        does not count, is taken out, or counts for either side (one point at least must truly lie there).
    gaps : {"break", "skip", "bridge"}
        A missing month ends the pattern; keeps its place but does not count; is passed over.

    Raises
    ------
    ChoiceError
        A misspelt choice, a number out of its range, a field that says nothing under this question.

    Notes
    -----
    Rules never look across the start of a phase. On the `small_count` chart those alone are asked that have
    a `chance`.

    Examples
    --------
    >>> import spc
    >>> spc.Rule("Two of three", zone=2.0, needed=2, span=3).words
    '2 of the last 3 months lie beyond 2 sigma on the same side, the month itself among them.'
    >>> spc.Rule("Trend of six", asks="step", needed=5, span=5).words
    '6 months in a row, each above (High) or each below (Low) the one before.'
    """

    name: str
    zone: float = 0.0
    needed: int = 1
    span: int = 1
    asks: str = "beyond"
    side: str = "same"
    upto: float = math.inf
    ties: str = "break"
    gaps: str = "break"

    def __post_init__(self) -> None:
        named: Any = self.name
        if not isinstance(named, str) or not named.strip():
            raise ChoiceError(f"`name` of a rule must be a text that pages can print, got {named!r}.")
        for field, words in (("asks", ASKS), ("side", SIDES), ("ties", TIES), ("gaps", GAPS)):
            choice(field, getattr(self, field), words)
        whole("span", self.span, 1, 15)
        whole("needed", self.needed, 1, self.span)
        zone: Any = self.zone
        if isinstance(zone, bool) or not isinstance(zone, int | float) or not 0.0 <= zone < 100.0:
            raise ChoiceError(
                f"`zone` must be a number in the interval [0, 100) of sigma, got {self.zone!r}."
            )
        for field, value in SILENT[self.asks].items():
            if getattr(self, field) != value:
                raise ChoiceError(
                    f"`{field}` says nothing where a rule asks {self.asks!r}, so it must stay {value!r}, "
                    f"got {getattr(self, field)!r}."
                )
        self._check_together()

    def _check_together(self) -> None:
        upto: Any = self.upto
        if isinstance(upto, bool) or not isinstance(upto, int | float) or not upto > self.zone:
            raise ChoiceError(f"`upto` must be a number above `zone`, {self.zone:g}, got {upto!r}.")
        if self.asks == "within" and self.zone == 0.0:
            raise ChoiceError("`zone` must be above 0 where a rule asks 'within', got 0.")
        if self.asks in ("step", "swing") and self.needed != self.span:
            raise ChoiceError(
                f"`needed` must be the `span` of {self.span} steps where a rule asks {self.asks!r}, "
                f"got {self.needed}."
            )
        if self.asks == "beyond" and self.zone > 0.0 and self.ties != "break":
            raise ChoiceError(
                f"`ties` must stay 'break' where a rule asks beyond {self.zone:g} sigma, got {self.ties!r}: "
                "points tie on the centre line or with their neighbours."
            )

    @property
    def sided(self) -> bool:
        """Whether High and Low are told apart; where they are not, the High bit stands for the rule."""
        return self.asks in ("step", "run") or (self.asks == "beyond" and self.side in ("same", "confined"))

    @property
    def levels(self) -> tuple[float, ...]:
        """The lines that it needs, in sigma from the centre, the centre being 0."""
        if self.asks in ("step", "swing"):
            return ()
        centred = self.side == "confined" or self.asks == "within"
        also = ([] if self.upto == math.inf else [self.upto]) + ([0.0] if centred else [])
        return tuple(sorted({float(self.zone), *map(float, also)}))

    @property
    def chance(self) -> float:
        """How often the rule is completed on one side by independent normal months about true limits.

        NaN for rules other than k of m beyond a zone, all on the same side.
        """
        return self.chance_beyond(self.zone)

    def chance_beyond(self, zone: float) -> float:
        """Return the chance with the zone at another place, as `width` may put the control limits."""
        if self.asks != "beyond" or self.side != "same" or self.upto != math.inf:
            return math.nan
        tail = 0.5 * math.erfc(zone / math.sqrt(2.0))
        others = self.span - 1
        wanted = range(self.needed - 1, self.span)
        return tail * sum(math.comb(others, k) * tail**k * (1.0 - tail) ** (others - k) for k in wanted)

    @property
    def words(self) -> str:
        """The row in plain words."""
        return " ".join([f"{_question(self)}.", *_policies(self)])


def _line(zone: float) -> str:
    return "the control limits" if zone == CONTROL else f"{zone:g} sigma"


def _question(rule: Rule) -> str:
    if rule.asks == "run":
        return (
            "The run of months on one side of the centre line is longer than log2(n), rounded, plus 3, where "
            "n months so far lie off the line"
        )
    if rule.asks == "crossings":
        return (
            "The centre line is crossed less often than the 5% point of the binomial distribution of n - 1 "
            "and 1/2, where n months so far lie off the line"
        )
    if rule.asks == "step":
        return f"{rule.span + 1} months in a row, each above (High) or each below (Low) the one before"
    if rule.asks == "swing":
        return f"{rule.span + 1} months in a row go up and down in turn"
    where = _where(rule)
    if rule.span == 1:
        return f"The month lies {where}"
    if rule.needed == rule.span:
        return f"{rule.span} months in a row lie {where}"
    return f"{rule.needed} of the last {rule.span} months lie {where}, the month itself among them"


def _where(rule: Rule) -> str:
    if rule.asks == "within":
        several = ", not all of them on the centre line" if rule.span > 1 else ", off the centre line"
        return f"within {_line(rule.zone)}{several}"
    if rule.upto < math.inf:
        place = f"between {_line(rule.zone) if rule.zone else 'the centre line'} and {_line(rule.upto)}"
    elif rule.zone == 0.0:
        return {
            "same": "on one side of the centre line",
            "confined": "on one side of the centre line, and none on the other",
            "either": "off the centre line",
            "both": "off the centre line, with some on each side",
        }[rule.side]
    else:
        place = f"beyond {_line(rule.zone)}"
    if rule.span == 1:
        return place
    return {
        "same": f"{place} on the same side",
        "confined": f"{place}, and all {rule.span} on the same side of the centre line",
        "either": f"{place}, on whichever side",
        "both": f"{place}, with some on each side",
    }[rule.side]


def _policies(rule: Rule) -> list[str]:
    tie = "equal to the one before" if rule.asks in ("step", "swing") else "on the centre line"
    said = {
        "skip": [f"A month {tie} is left out."],
        "count": [f"A month {tie} counts for either side."],
    }.get(rule.ties, [])
    return said + {
        "skip": ["A missing month keeps its place."],
        "bridge": ["A missing month is passed over."],
    }.get(rule.gaps, [])


def _trend(name: str, points: int) -> Rule:
    return Rule(f"Trend of {name} points", asks="step", needed=points - 1, span=points - 1)


def _alternating(name: str, points: int) -> Rule:
    return Rule(f"{name} points alternating", asks="swing", needed=points - 1, span=points - 1)


_ONE = Rule("One beyond 3 sigma", zone=3.0)
_TWO_OF_THREE = Rule("Two of three beyond 2 sigma", zone=2.0, needed=2, span=3)
_FOUR_OF_FIVE = Rule("Four of five beyond 1 sigma", zone=1.0, needed=4, span=5)
_SEVEN = Rule("Seven on one side", needed=7, span=7)
_EIGHT = Rule("Eight on one side", needed=8, span=8)
_NINE = Rule("Nine on one side", needed=9, span=9)
_FIFTEEN = Rule("Fifteen within 1 sigma", zone=1.0, needed=15, span=15, asks="within")
_BETWEEN = Rule("Two of three between 2 and 3 sigma", 2.0, 2, 3, side="confined", upto=3.0)

#: Published sets. Rules combine in this order; presets carry no baseline.
RULES: dict[str, tuple[Rule, ...]] = {
    # the 1-2-3-8 exceptions of the OPCC scorecards (SPEC 2)
    "opcc": (
        Rule("One-Month", zone=3.0, needed=1, span=1),
        Rule("Two-Month", zone=2.0, needed=2, span=2),
        Rule("Three-Month", zone=1.0, needed=3, span=3),
        Rule("Eight-Month", zone=0.0, needed=8, span=8),
    ),
    # Western Electric Company (1956), Statistical Quality Control Handbook, pp. 25-28
    "western_electric": (_ONE, _TWO_OF_THREE, _FOUR_OF_FIVE, _EIGHT),
    # Nelson (1984), Journal of Quality Technology 16, 237-239, counted in points as JMP does: six in a trend
    # are five steps; eight beyond 1 sigma have some on each side
    "nelson": (
        *(_ONE, _NINE, _trend("six", 6), _alternating("Fourteen", 14), _TWO_OF_THREE, _FOUR_OF_FIVE),
        _FIFTEEN,
        Rule("Eight beyond 1 sigma, both sides", zone=1.0, needed=8, span=8, side="both"),
    ),
    # the same eight tests as Minitab counts them: six steps (seven points), fourteen steps (fifteen points)
    "minitab": (
        *(_ONE, _NINE, _trend("seven", 7), _alternating("Fifteen", 15), _TWO_OF_THREE, _FOUR_OF_FIVE),
        _FIFTEEN,
        Rule("Eight beyond 1 sigma", zone=1.0, needed=8, span=8, side="either"),
    ),
    # NHS England, Making Data Count (2023): all three of 2 of 3 on the same side, beyond 3 sigma counts too
    "nhs_2023": (
        *(_ONE, _SEVEN, _trend("seven", 7)),
        Rule("Two of three beyond 2 sigma", zone=2.0, needed=2, span=3, side="confined"),
    ),
    # NHS Improvement, Making Data Count (2019): in 2 of 3 only points between 2 and 3 sigma count
    "nhs_2019": (_ONE, _SEVEN, _trend("seven", 7), _BETWEEN),
    # the NHS-R community's package: the rows of 2019, over limits with limits(screen="ranges")
    "nhsr": (_ONE, _SEVEN, _trend("seven", 7), _BETWEEN),
    # Anhoej and Olesen (2014), PLoS ONE 9, e113825; Anhoej (2015), PLoS ONE 10, e0121349
    "anhoej": (
        Rule("Unusually long run", asks="run", gaps="bridge"),
        Rule("Unusually few crossings", asks="crossings", gaps="bridge"),
    ),
    # Wheeler (1993), Understanding Variation: the point, the run of eight, three of four nearer to a limit
    "wheeler": (_ONE, _EIGHT, Rule("Three of four beyond 1.5 sigma", zone=1.5, needed=3, span=4)),
    # the XmR visuals for Power BI, as SPEC 8 has them
    "power_bi": (_ONE, _SEVEN, _trend("five", 5), _TWO_OF_THREE),
}

#: A mask has 32 bits, two sides each.
MOST_RULES = 16
#: A zone code has 16 bits, two sides each.
MOST_ZONES = 8


#: What a weight calls its part for the trend, beside those of the rules.
TREND = "trend"


def levels_of(rows: tuple[Rule, ...]) -> tuple[float, ...]:
    """Return all lines that some rows need, in sigma from the centre, in ascending order."""
    return tuple(sorted({level for row in rows for level in row.levels}))


def rule_set(rules: Any) -> tuple[Rule, ...]:
    """Return the rows of a preset, or the rows handed in, checked."""
    if isinstance(rules, str):
        return RULES[choice("rules", rules, RULES)]
    rows = tuple(rules) if isinstance(rules, tuple | list) else ()
    if not rows or not all(isinstance(row, Rule) for row in rows):
        raise ChoiceError(f"`rules` must be the name of a set or rows of spc.Rule, got {rules!r}.")
    _names_told_apart([row.name for row in rows])
    if len(rows) > MOST_RULES:
        raise ChoiceError(
            f"`rules` must be at most {MOST_RULES} rows at once, got {len(rows)}: ask in two calls."
        )
    if len(levels_of(rows)) > MOST_ZONES:
        raise ChoiceError(f"`rules` must use at most {MOST_ZONES} different zones at once: ask in two calls.")
    return rows


def _names_told_apart(names: list[str]) -> None:
    """Refuse rows of one name: exceptions are told and weighed by the names of their rules."""
    for name in names:
        if name == TREND:
            raise ChoiceError(
                f"`rules` must call no row {TREND!r}: the part of the trend in a weight is called so."
            )
        if names.count(name) > 1:
            raise ChoiceError(
                f"`rules` must give each row a name of its own, got {name!r} {names.count(name)} times."
            )
