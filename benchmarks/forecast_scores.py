"""The tables of the forecast benchmark: how far off each method was, how wide, how fast; what was wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.forecast_peers import LEVEL, PEERS, Run
from benchmarks.forecast_sets import Floats, Months
from benchmarks.printing import markdown
from spc.forecast.judging import coverage, mase, msis, owa, seasonal_scale, smape

#: The share of months, in per cent, that should lie between limits of 95%.
LEAST, MOST = 93.0, 97.5
#: CPU seconds of a peer over those of `auto`.
TIMES = {"Theta": 10.0, "DynamicOptimizedTheta": 20.0, "AutoETS": 400.0}
OWA = {"m1": 0.857, "tourism": 0.826}
#: The most of the best peer's error, and how that is said.
MASES = {"boroughs": (0.97, "3% under"), "cut24": (1.0, "under"), "cut36": (1.0, "under")}

Runs = Mapping[str, Mapping[str, Run]]
Sets = Mapping[str, Months]
#: By class: how many series, coverage over all months, coverage one month ahead.
Classes = Mapping[str, tuple[int, float, float]]


@dataclass(frozen=True)
class Score:
    """Figures of one method on one set, means over series; `first` is the coverage one month ahead."""

    owa: float
    mase: float
    smape: float
    msis: float
    coverage: float
    first: float
    speed: float


Scores = Mapping[str, Mapping[str, Score]]


def score(months: Months, run: Run, naive2: Run) -> Score:
    """Judge a run; series without a scale are in the sMAPE and the coverage alone."""
    past, future = months.history, months.future
    ours, theirs = ((smape(future, one.mean), mase(future, one.mean, past)) for one in (run, naive2))
    inside, at_first = inside_of(months, run)
    return Score(
        owa=owa(*ours, *theirs),
        mase=float(np.nanmean(ours[1])),
        smape=float(np.nanmean(ours[0])),
        msis=float(np.nanmean(msis(future, run.lower, run.upper, past, level=LEVEL))),
        coverage=float(np.nanmean(inside)),
        first=float(np.nanmean(at_first)),
        speed=1000.0 * run.seconds / len(future),
    )


def inside_of(months: Months, run: Run) -> tuple[Floats, Floats]:
    """Return the coverage of each series (n,), over all months and over the first."""
    whole, first = (
        coverage(months.future[:, :h], run.lower[:, :h], run.upper[:, :h]) for h in (months.horizon, 1)
    )
    return whole, first


def scores_of(sets: Sets, runs: Runs) -> dict[str, dict[str, Score]]:
    """Judge every run of every set."""
    return {
        name: {method: score(months, run, runs[name]["naive2"]) for method, run in runs[name].items()}
        for name, months in sets.items()
    }


def main_table(scores: Scores) -> str:
    """One row a set and method."""
    heads = ("set", "method", "OWA", "MASE", "sMAPE", "MSIS", "coverage", "at 1 month", "CPU s / 1,000")
    rows = []
    for name, methods in scores.items():
        for method, one in methods.items():
            rows.append((
                name, method, f"{one.owa:.4f}", f"{one.mase:.4f}", f"{one.smape:.3f}", f"{one.msis:.2f}",
                f"{one.coverage:.1f}", f"{one.first:.1f}", f"{one.speed:.4g}",
                f"{one.speed / methods['auto'].speed:.1f}",
            ))  # fmt: skip
    return markdown((*heads, "times auto"), rows)


def classes(months: Months) -> dict[str, Floats]:
    """Tell of each series (n,) in which class of length and of mean it is."""
    count = np.count_nonzero(~np.isnan(months.history), axis=1)
    mean = np.nanmean(months.history, axis=1)
    return {
        "all": count > 0,
        "24 months or fewer": count <= 24,
        "25 to 36 months": (count > 24) & (count <= 36),
        "37 to 59 months": (count > 36) & (count < 60),
        "60 months or more": count >= 60,
        "mean under 5": mean < 5.0,
        "mean 5 to 50": (mean >= 5.0) & (mean <= 50.0),
        "mean over 50": mean > 50.0,
    }


def class_coverage(sets: Sets, runs: Runs) -> dict[str, tuple[int, float, float]]:
    """Return series, coverage and coverage one month ahead of `auto` by class; all months weigh the same."""
    parts: dict[str, list[Floats]] = {}
    for name, months in sets.items():
        whole, first = inside_of(months, runs[name]["auto"])
        columns = np.stack([whole, first, np.full(len(whole), float(months.horizon))])
        for title, rows in classes(months).items():
            parts.setdefault(title, []).append(columns[:, rows])
    found = {}
    for title, each in parts.items():
        whole, first, weight = np.concatenate(each, axis=1)
        if len(whole):
            found[title] = (len(whole), float(np.average(whole, weights=weight)), float(first.mean()))
    return found


def class_table(found: Classes) -> str:
    """One row a class."""
    rows = [(title, f"{n:,}", f"{whole:.1f}", f"{first:.1f}") for title, (n, whole, first) in found.items()]
    return markdown(("auto, series of all sets", "series", "coverage", "at 1 month"), rows)


Row = tuple[str, str, str, bool]


def wanted_table(scores: Scores, by_class: Classes, starts: Iterable[Row]) -> str:
    """Set what was found beside what was wanted, as far as the run has it."""
    rows = [*accuracy(scores), *limits(scores, by_class), *speed(scores), *starts]
    return markdown(
        ("what", "wanted", "found", "holds"), [(*texts, "yes" if holds else "NO") for *texts, holds in rows]
    )


def accuracy(scores: Scores) -> Iterable[Row]:
    """OWA against a figure, MASE against the best peer of the run."""
    for name, most in OWA.items():
        if name in scores:
            found = scores[name]["auto"].owa
            yield f"{name}, OWA", f"{most:g} or less", f"{found:.4f}", found <= most
    for name, (share, words) in MASES.items():
        peers = {peer: scores[name][peer].mase for peer in PEERS if peer in scores.get(name, ())}
        if peers:
            best, found = min(peers, key=peers.__getitem__), scores[name]["auto"].mase
            under = f"{found:.4f}, {100.0 * (1.0 - found / peers[best]):.1f}% under"
            holds = found < peers[best] and found <= share * peers[best]
            yield f"{name}, MASE", f"{words} the best peer ({best} {peers[best]:.4f})", under, holds


def limits(scores: Scores, by_class: Classes) -> Iterable[Row]:
    """Coverage by class, and the interval score against AutoETS."""
    for title, (_, whole, first) in by_class.items():
        for found, words in ((whole, "coverage"), (first, "coverage at 1 month")):
            yield f"{title}: {words}", f"{LEAST:g} to {MOST:g}", f"{found:.1f}", LEAST <= found <= MOST
    for name, methods in scores.items():
        if "AutoETS" in methods:
            ours, theirs = methods["auto"].msis, methods["AutoETS"].msis
            yield f"{name}, MSIS", f"under AutoETS ({theirs:.2f})", f"{ours:.2f}", ours < theirs


def speed(scores: Scores) -> Iterable[Row]:
    """CPU of each peer over that of `auto`; it holds if it holds on every set."""
    for peer, times in TIMES.items():
        both = {name: methods for name, methods in scores.items() if peer in methods}
        ratios = {name: methods[peer].speed / methods["auto"].speed for name, methods in both.items()}
        if ratios:
            least = min(ratios, key=ratios.__getitem__)
            middle = float(np.median(list(ratios.values())))
            found = f"middle {middle:.0f}; least {ratios[least]:.1f} ({least})"
            yield f"CPU of {peer} over that of auto", f"{times:g} times", found, ratios[least] >= times


def left_out(sets: Sets, runs: Runs) -> str:
    """Name the series without a scale, and those on which a peer failed."""
    flat = {name: int(np.isnan(seasonal_scale(months.history)).sum()) for name, months in sets.items()}
    told = ", ".join(f"{n:,} of {len(sets[name].history):,} in {name}" for name, n in flat.items() if n)
    failed = [
        f"{method} {run.failed:,} in {name}"
        for name, each in runs.items()
        for method, run in each.items()
        if run.failed
    ]
    return (
        f"Series without a scale, which are in sMAPE and coverage alone: {told or 'none'}.\n"
        f"Series on which a peer failed, for which SeasonalNaive stands: {', '.join(failed) or 'none'}."
    )
