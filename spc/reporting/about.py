"""What every page says of itself: month, options, version, and where each series went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

import numpy as np

from spc.baselines import Baseline, Window
from spc.chart_kinds import CHARTS
from spc.inert import visible
from spc.portrait import month_name
from spc.rules import RULES
from spc.scoring import Scorecard
from spc.uncatalogued import uncatalogued

__all__ = ["About", "about", "baseline_words"]

#: Refused series told one by one.
TOLD = 50
JUDGEMENTS = {
    "better": "better",
    "worse": "worse",
    "little change": "with little change",
    "no direction": "without a preferred direction",
}


@dataclass(frozen=True)
class About:
    """The sentences of a page about itself.

    `facts` are pairs of heading and text; `refused` are pairs of series and reason.
    """

    summary: str
    note: str
    counts: str
    statuses: str
    absent: tuple[str, ...]
    uncatalogued: str
    refused: tuple[tuple[str, str], ...]
    more_refused: int
    facts: tuple[tuple[str, str], ...]


def about(card: Scorecard, shown: Sequence[int]) -> About:
    """Gather what a page says of itself.

    Parameters
    ----------
    card : Scorecard
    shown : sequence of int
        The rows on the page; the others are counted as left out.

    Returns
    -------
    About
    """
    panel = card.panel
    told = (
        ()
        if panel.report is None
        else tuple((one.name, one.problem.sentence) for one in panel.report.refused)
    )
    names = {name for name, _ in told}
    rows = [panel.name(int(s)) for s in np.flatnonzero(panel.refused)]
    refused = (*told, *((name, "refused when the figures were read") for name in rows if name not in names))
    sound = panel.n_series - len(rows)
    here = sum(not panel.refused[s] for s in shown)
    counts = f"{sound + len(refused):,} series in = {here:,} shown"
    counts += f" + {sound - here:,} left out (the heaviest are shown)" if here < sound else ""
    counts += f" + {len(refused):,} refused and reported" if refused else ""
    return About(
        summary=_summary(card, shown),
        note=visible(f"{card.note[0].upper()}{card.note[1:]}").rstrip(".") + "." if card.note else "",
        counts=f"{counts}.",
        statuses=_statuses(card, shown),
        absent=tuple(map(visible, card.absent)),
        uncatalogued=visible(uncatalogued(panel, card.measures)),
        refused=tuple((visible(name), visible(reason)) for name, reason in refused[:TOLD]),
        more_refused=max(len(refused) - TOLD, 0),
        facts=tuple(_facts(card)),
    )


def _summary(card: Scorecard, shown: Sequence[int]) -> str:
    rows = np.array(shown, np.int64)
    n_series = card.panel.n_series
    flagged = int(np.count_nonzero(card.exceptions.at))
    noun = "measures" if len(card.panel.keys) == 1 else "series"
    said = (
        f"{flagged:,} of {n_series:,} {noun} {'carries' if flagged == 1 else 'carry'} a statistical exception"
    )
    said += f"; the {len(rows):,} heaviest are shown." if len(rows) < n_series else "."
    judged = card.comparison.judgement[rows, 2].tolist()
    told = ", ".join(f"{judged.count(word):,} {text}" for word, text in JUDGEMENTS.items() if word in judged)
    return f"{said} Year on year: {told}." if told else said


def _statuses(card: Scorecard, shown: Sequence[int]) -> str:
    found = [word for word in card.status[np.array(shown, np.int64)].tolist() if word != "refused"]
    words = sorted(set(found), key=lambda word: (word != "ok", word))
    told = [f"{found.count(word):,} {'judged by limits' if word == 'ok' else word}" for word in words]
    return f"{', '.join(told)}." if told else ""


def _facts(card: Scorecard) -> list[tuple[str, str]]:
    limits = card.limits
    last = card.as_at - (card.panel.start or 0)
    rules = next((name for name, rows in RULES.items() if rows == card.exceptions.rules), "own rows")
    names = ", ".join(rule.name for rule in card.exceptions.rules)
    return [
        ("As at", month_name(card.panel.start, last)),
        ("Baseline", baseline_words(limits.baseline)),
        ("Rules", f"{rules} ({names})"),
        ("Chart", _charts(card)),
        ("Weighting", card.weights.weighting),
        ("Made by", f"spc {_version()}"),
    ]


def baseline_words(baseline: Baseline) -> str:
    """Say which months set the limits.

    Examples
    --------
    >>> import spc
    >>> baseline_words(spc.Window(36, first=24))
    'of the last 36 months the first 24'
    """
    if isinstance(baseline, Window):
        return f"of the last {baseline.span} months the first {baseline.first}"
    if isinstance(baseline, tuple):
        return f"{baseline[0]} to {baseline[1]}"
    if baseline == "agreed":
        return "limits as they were agreed"
    return "all months" if baseline == "all" else f"the first {baseline} months"


def _charts(card: Scorecard) -> str:
    """Say which charts judge how many series: "XmR, limits at 3 sigma; small counts, exact, for 12"."""
    limits = card.limits
    held = np.append(limits.phase_chart, np.int8(-1))[limits.phase_at_end]
    told = []
    for code, chart in enumerate(CHARTS.values()):
        many = int(np.count_nonzero(held == code))
        if many:
            told.append((many, chart))
    told.sort(key=lambda pair: -pair[0])
    if not told:
        return str(limits.chart)
    most = told[0][1]
    by_sigma = most.zones in ("sigma", "limits") and most.plots != "sums"  # the limits of a CUSUM are h sigma
    first = most.title + (f", limits at {limits.width:g} sigma" if by_sigma else "")
    return "; ".join([first, *(f"{chart.title}, for {many:,}" for many, chart in told[1:])])


def _version() -> str:
    try:
        return metadata.version("opcc-spc")
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        return "of this folder"
