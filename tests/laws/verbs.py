"""Every verb, asked in every way, as a function from a panel to named arrays with one row a series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import spc
from tests.panels import START, Sample, fewer, make

Array = np.ndarray[Any, Any]
Answers = dict[str, Array]
Verb = Callable[[spc.Panel], Answers]

#: Baselines that stay where they are when months are added at the end.
FROZEN: dict[str, Any] = {"first 24": 24, "pair": ("2020-06", "2022-03")}
BASELINES: dict[str, Any] = {**FROZEN, "all": "all", "window": spc.Window(36, first=24)}
#: Charts of panels with one observation a month.
SINGLE = [name for name, chart in spc.CHARTS.items() if chart.needs != "subgroups"]
#: Forecasts that are not made one series after the other by another package.
QUICK = [name for name in spc.forecast.METHODS if name not in {"stl", "arima"}]
#: Every way to a centre and a sigma but the usual one.
ESTIMATORS: dict[str, dict[str, Any]] = {
    "medians": {"centre": "median", "sigma": "median_range"},
    "sd": {"sigma": "sd", "constants": "textbook"},
    "bridged": {"gaps": "bridge"},
    "screened": {"screen": "ranges"},
    "widened": {"autocorrelation": "widen"},
}


def fields(result: Any, *names: str) -> Answers:
    """Collect some arrays of a result."""
    return {name: np.asarray(getattr(result, name)) for name in names}


def limits(panel: spc.Panel) -> Answers:
    found: Answers = {}
    for name, baseline in BASELINES.items():
        result = spc.limits(panel, baseline=baseline)
        found |= {
            f"{name} {key}": array
            for key, array in fields(result, "centre", "sigma", "ucl", "lcl", "status").items()
        }
    return found


def small_counts(panel: spc.Panel) -> Answers:
    """Ask for exact limits where counts are rare."""
    limits = spc.limits(panel, chart="auto", baseline=24)
    found = fields(limits, "centre", "ucl", "lcl", "status")
    return found | fields(spc.exceptions(limits), "mask", "words", "members")


def charts(panel: spc.Panel) -> Answers:
    """Ask every chart for its lines, with the rules that it lets be asked."""
    found: Answers = {}
    for chart in SINGLE:
        result = spc.limits(panel, chart=chart, baseline=24)
        masks = {"mask": spc.exceptions(result, rules="western_electric").mask}
        lines = fields(result, "points", "centre", "sigma", "ucl", "lcl", "status", "lag1", "warnings")
        found |= {f"{chart} {key}": array for key, array in (lines | masks).items()}
    return found


def presets(panel: spc.Panel) -> Answers:
    """Ask the rules of every preset, with the months that belong to what they find."""
    limits = spc.limits(panel, baseline=24)
    found: Answers = {}
    for name in spc.RULES:
        result = spc.exceptions(limits, rules=name)
        found |= {f"{name} {key}": array for key, array in fields(result, "mask", "words", "members").items()}
    return found


def choices(panel: spc.Panel) -> Answers:
    """Ask for limits by every other estimator."""
    found: Answers = {}
    for name, options in ESTIMATORS.items():
        result = spc.limits(panel, baseline=24, **options)
        lines = fields(result, "centre", "sigma", "ucl", "lcl", "status")
        lines["mask"] = spc.exceptions(result).mask
        found |= {f"{name} {key}": array for key, array in lines.items()}
    return found


def exceptions(panel: spc.Panel) -> Answers:
    found: Answers = {}
    for name, baseline in BASELINES.items():
        for rules in ("opcc", "western_electric"):
            result = spc.exceptions(spc.limits(panel, baseline=baseline), rules=rules)
            found |= {
                f"{name} {rules} {key}": array for key, array in fields(result, "mask", "words").items()
            }
    return found


def trend(panel: spc.Panel) -> Answers:
    found = fields(spc.trend(panel), "slope", "r", "t", "p", "strength", "direction", "words")
    return found | fields(spc.trend(panel), "naive_p", "naive_strength")


def scorers(panel: spc.Panel) -> Answers:
    """Ask every scorer how strong the trends are."""
    found: Answers = {}
    for name in spc.SCORERS:
        result = fields(spc.trend(panel, scorer=name), "r", "t", "p", "strength", "words")
        found |= {f"{name} {key}": array for key, array in result.items()}
    return found


def weigh(panel: spc.Panel) -> Answers:
    result = spc.weigh(spc.exceptions(spc.limits(panel, baseline=24)), trend=spc.trend(panel))
    return {"weight": result.weight, **{f"part {name}": part for name, part in result.parts.items()}}


def compare(panel: spc.Panel) -> Answers:
    return fields(spc.compare(panel), "current", "previous", "change", "relative", "arrow", "judgement")


def changes(panel: spc.Panel) -> Answers:
    """Compare with the stretch before, by the day, and ask what chance may have to do with either."""
    found: Answers = {}
    for against in ("year", "before"):
        result = spc.compare(panel, against=against, windows=(1, 2, 6, 24), days="per day")
        names = ("current", "previous", "change", "p", "p_adjusted", "dispersion", "evidence", "test")
        found |= {f"{against} {key}": array for key, array in fields(result, *names).items()}
    return found


def rolling(panel: spc.Panel) -> Answers:
    found = {
        "total": spc.rolling.total(panel).values,
        "mean": spc.rolling.mean(panel, window=3, min_count=2).values,
        "sd": spc.rolling.sd(panel, min_count=2).values,
        "min": spc.rolling.min(panel, window=5, min_count=1).values,
        "max": spc.rolling.max(panel).values,
        "median 3": spc.rolling.median(panel, window=3, min_count=1).values,
        "median 12": spc.rolling.median(panel, min_count=1).values,
        "median 7": spc.rolling.median(panel, window=7, min_count=1).values,
        "quantile": spc.rolling.quantile(panel, q=0.9, min_count=6).values,
    }
    if panel.of is not None and panel.is_ratio.all():
        found["ratio"] = spc.rolling.ratio(panel, min_count=6).observed
    return found


def scorecard(panel: spc.Panel) -> Answers:
    card = spc.scorecard(panel)
    words = card.to_frame().drop(columns="series")
    numbers = card.to_frame(form="numbers").drop(columns="series")
    found = {f"word {name}": words[name].to_numpy(dtype=object) for name in words}
    return found | {f"number {name}": numbers[name].to_numpy() for name in numbers}


def phases(panel: spc.Panel) -> Answers:
    """Ask for stable shifts: the whole log of each series as one text, with its numbers to the last bit."""
    found = spc.phases(panel)
    columns = [column.tolist() for name, column in found.log.items() if name != "candidate"]
    steps = [repr(step) for step in zip(*columns, strict=True)]
    pairs = zip(found.offsets[:-1], found.offsets[1:], strict=True)
    logs = np.array(["\n".join(steps[first:last]) for first, last in pairs], dtype=object)
    return {"status": np.asarray(found.status), "log": logs}


def records(panel: spc.Panel) -> Answers:
    found = spc.records(panel, exceptions=spc.exceptions(spc.limits(panel, baseline=24)))
    names = ("value", "stretch", "missing", "ties", "rank", "run", "run_before", "words", "run_words")
    return fields(found, *names)


def narrative(panel: spc.Panel) -> Answers:
    """Ask for the sentence of each row and what the summary makes of it."""
    card = spc.scorecard(panel)
    text = np.full(panel.n_series, "", dtype=object)
    for bullet in card.narrative().bullets:
        text[bullet.row] = f"{bullet.heading}: {bullet.text}"
    return {"text": text, "standing": card.summary(rule="trend").standing}


def areas(panel: spc.Panel) -> Answers:
    """Give each series a quiet sibling, and ask about their sum."""
    n = panel.n_series
    sibling = np.where(np.isnan(panel.values), np.nan, 3.0)
    of = None if panel.of is None else np.concatenate([panel.of, np.where(np.isnan(panel.of), np.nan, 10.0)])
    numbered = [str(s) for s in range(n)]
    keys = {"area": np.array(["a"] * n + ["b"] * n, object), "measure": np.array(numbered * 2, object)}
    both = spc.Panel(
        np.concatenate([panel.values, sibling]), keys, panel.start, of=of, is_ratio=np.tile(panel.is_ratio, 2)
    )
    whole = spc.roll_up(both, by="measure", missing="gaps")
    gaps = spc.parts(both.select(area="a"), whole=whole, window=3)
    moved = spc.contributions(both, by="measure")
    found = fields(gaps, "gap", "share", "part_share") | fields(moved, "whole_change", "rest")
    found["words"] = moved.words(1)
    for name in ("contribution", "rate_effect", "mix_effect", "state"):
        found[name] = getattr(moved, name)[:n]
    flagged = [spc.exceptions(spc.limits(each, baseline=24)) for each in (whole, both)]
    traced = spc.driven_by(flagged[0], parts=flagged[1])
    found |= {f"driven {name}": getattr(traced, name) for name in ("words", "outcome", "deviation", "rest")}
    return found | {"value": whole.values, "driven share": traced.share[:n]}


def survey(panel: spc.Panel) -> Answers:
    """Ask for every number of a survey, whether the panel holds proportions or not."""
    names = ["estimate", "lower", "upper", "margin", "previous", "change", "change_lower", "change_upper"]
    names += ["respondents", "z", "p", "verdict", "status"]
    found = fields(spc.survey(panel, window=3), *names)
    exact = fields(spc.survey(panel, method="clopper_pearson", deff=1.5), *names)
    return found | {f"exact {name}": array for name, array in exact.items()}


def year_to_date(panel: spc.Panel) -> Answers:
    names = ("current", "previous", "change", "relative", "arrow", "judgement", "months")
    return fields(spc.year_to_date(panel), *names)


def calendar(panel: spc.Panel) -> Answers:
    """Ask for counts per day, where there are counts, and for quarters."""
    found = {f"given {window}": cells for window, cells in spc.quarterly(panel).given.items()}
    if not panel.is_ratio.all():
        found |= {"per day": spc.per_day(panel).observed}
        found |= {"per working day": spc.per_working_day(panel, holidays=[]).observed}
    return found


def funnel(panel: spc.Panel) -> Answers:
    """Ask against a target of its own; one that is pooled would know the neighbours."""
    result = spc.funnel(panel, target=0.1, min_count=3)
    return fields(result, "value", "of", "z", "p", "lower", "upper", "outside", "status")


def forecasts(panel: spc.Panel) -> Answers:
    """Ask every method for half a year; those of other packages are too slow, and have tests of their own."""
    found: Answers = {}
    for name in QUICK:
        result = getattr(spc.forecast, name)(panel, horizon=6)
        answers = fields(result, "mean", "lower", "upper", "fitted", "used", "status")
        found |= {f"{name} {key}": array for key, array in answers.items()}
    return found


def chosen_forecasts(panel: spc.Panel) -> Answers:
    """Ask for a backtest, by series, and for the forecast that is chosen by it."""
    methods = ("naive", "seasonal_naive", "theta")
    best = spc.forecast.best(panel, methods=methods, default="mean", horizon=3)
    found = fields(best, "mean", "lower", "upper", "fitted", "used", "status", "error", "n_origins")
    return found | {f"past {key}": cells.T for key, cells in best.backtest.figures["series"].items()}


VERBS: dict[str, Verb] = {
    "limits": limits,
    "exceptions": exceptions,
    "small counts": small_counts,
    "charts": charts,
    "presets": presets,
    "choices": choices,
    "trend": trend,
    "weigh": weigh,
    "compare": compare,
    "records": records,
    "narrative": narrative,
    "changes": changes,
    "scorers": scorers,
    "phases": phases,
    "rolling": rolling,
    "scorecard": scorecard,
    "areas": areas,
    "survey": survey,
    "year to date": year_to_date,
    "calendar": calendar,
    "funnel": funnel,
    "forecasts": forecasts,
    "chosen forecasts": chosen_forecasts,
}

#: For every law that holds of every verb.
every_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
#: For laws over panels: plain numbers, ratios, and series with holes.
every_kind = pytest.mark.parametrize(
    "maker", ["counts", "decimals", "rates", "mixed", "gaps", "ragged", "near_ties"]
)


def sample(maker: str, seed: int = 71) -> Sample:
    """Make a sample of a size that suits both ways of running."""
    return make(maker, seed, n=fewer(24, 8))


@cache
def answers(verb: Verb, maker: str) -> Answers:
    """Ask a verb about a sample as it is: once, since many laws compare it with what they changed."""
    return verb(sample(maker).panel())


def in_front(one: Sample, months: int) -> spc.Panel:
    """Put empty months in front, so that all others keep their name."""

    def longer(cells: Array) -> Array:
        return np.concatenate([np.full((len(cells), months), np.nan), cells], axis=1)

    year, month = divmod(int(START[:4]) * 12 + int(START[5:]) - 1 - months, 12)
    of = None if one.of is None else longer(one.of)
    return spc.Panel.from_numpy(longer(one.values), start=f"{year}-{month + 1:02d}", of=of)


def changed(one: Sample, rule: Callable[[Array], Array]) -> Sample:
    """Change the values (numerators), and leave the denominators."""
    return replace(one, values=rule(one.values))


def same(found: Answers, expected: Answers) -> None:
    """Compare bit by bit; words as words."""
    assert found.keys() == expected.keys()
    for name, array in found.items():
        other = expected[name]
        assert array.dtype == other.dtype and array.shape == other.shape, name
        if array.dtype == object:
            np.testing.assert_array_equal(array, other, err_msg=name)
        else:
            assert np.ascontiguousarray(array).tobytes() == np.ascontiguousarray(other).tobytes(), name


def close(found: Array, expected: Array, size: Array | float = 0.0) -> None:
    """Compare to 1e-12 of the number, or of the size of the series' months."""
    assert (np.isnan(found) == np.isnan(expected)).all()
    gap = np.abs(np.nan_to_num(found) - np.nan_to_num(expected))
    assert (gap <= 1e-12 * np.maximum(np.abs(np.nan_to_num(expected)), size)).all()
