"""Charts as rows: what each plots, what it needs, and which lines its rules may ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spc.checks import ChoiceError, choice, whole

__all__ = ["CHARTS", "CODES", "Chart", "Setting"]


@dataclass(frozen=True)
class Setting:
    """What a chart has of its own: a default, and the numbers (low to high) or words that it may be.

    Where the default is True or False nothing else will do. `among` names a table of another room, such as
    "spc.forecast.METHODS", whose words these are: that room refuses others.
    """

    default: float | str
    low: float = 0.0
    high: float = math.inf
    words: tuple[str, ...] = ()
    is_whole: bool = False
    among: str = ""

    def check(self, name: str, given: Any) -> float | str:
        """Return what was given, or refuse it with what it may be."""
        if isinstance(self.default, bool):
            if not isinstance(given, bool):
                raise ChoiceError(f"`{name}` must be True or False, got {given!r}.")
            return given
        if self.words:
            return choice(name, given, self.words)
        if self.among:
            return str(given)
        if self.is_whole:
            return whole(name, given, int(self.low), int(self.high))
        number = float(given) if isinstance(given, int | float | np.number) else math.nan
        if isinstance(given, bool) or not self.low <= number <= self.high:
            raise ChoiceError(f"`{name}` must be a number from {self.low:g} to {self.high:g}, got {given!r}.")
        return number


@dataclass(frozen=True)
class Chart:
    """One control chart.

    Parameters
    ----------
    name : str
    about : str
        The sentence that says what its centre and limits are.
    needs : {"values", "counts", "parts", "whole parts", "gaps", "subgroups"}
        What the data must be: any numbers; whole numbers from 0; a numerator and a denominator; the same with
        counts in the numerator (for p, np and p_prime a part of a whole denominator); numbers from 0, in
        order of observation; several observations a month.
    zones : {"sigma", "limits", "centre", "totals"}
        Which lines the rules may ask for: any number of sigma; the centre and the control limits, because the
        limits are no multiple of one sigma; the centre alone; none, because totals are compared exactly.
    memory : bool
        Neighbouring points share months, so that only rules on a single point, beyond the limits, are asked.
    bounds : (float or None, float or None)
        Where the plotted value can never be: below the first, above the second.
    options : mapping of str to Setting
        Options of its own.
    takes : tuple of str
        Which arguments of `limits` other than their defaults say something to it: "centre" and "sigma" as
        words, "gaps", "screen", "autocorrelation".
    knows : tuple of str
        Which of "centre" and "sigma" may be known numbers.
    title : str
        How pages name it; by default as the code does.
    plots : {"values", "averages", "counts", "sums", "spreads"}
        What a point is: the month's own value; a mean of several months; the numerator alone; a sum of
        deviations; a distance or a spread. Averages share the scale of the values; on spreads high and low
        are not those of the values, which the preferred direction and the target are about.
    """

    name: str
    about: str
    needs: str = "values"
    zones: str = "sigma"
    memory: bool = False
    bounds: tuple[float | None, float | None] = (None, None)
    options: Mapping[str, Setting] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    knows: tuple[str, ...] = ("centre", "sigma")
    title: str = ""
    plots: str = "values"

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name)


#: The method of forecast charts, a row of `spc.forecast.METHODS`.
FORECAST_BY = "auto"
#: Centre and sigma by any estimator; by any of sigma, about a centre that is a ratio of sums.
FREELY = ("centre", "sigma", "gaps", "screen", "autocorrelation")
SPREAD = ("sigma", "gaps", "screen", "autocorrelation")

CHARTS: dict[str, Chart] = {
    chart.name: chart
    for chart in (
        # Shewhart (1931); NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler (1993), Understanding Variation
        Chart(
            "xmr",
            "mean of the baseline's monthly values; sigma = mean moving range / d2",
            title="XmR",
            takes=FREELY,
        ),
        # Przyborowski and Wilenski (1940), Biometrika 31, 313-323: exact given the total
        Chart(
            "small_count",
            "whole counts: the total of a rule's months against the baseline's total, exactly",
            needs="counts",
            zones="totals",
            bounds=(0.0, None),
            options={"overdispersed": Setting(False)},
            title="small counts, exact",
            knows=(),
        ),
        # NIST/SEMATECH e-Handbook 6.3.2.2
        Chart(
            "mr",
            "moving ranges; centre their mean, upper limit D4 times it",
            zones="limits",
            memory=True,
            bounds=(0.0, None),
            title="moving ranges",
            plots="spreads",
            takes=("gaps", "screen"),
            knows=("sigma",),
        ),
        # Perla, Provost and Murray (2011), BMJ Quality and Safety 20, 46-51
        Chart(
            "run",
            "median of the baseline; no limits",
            zones="centre",
            options={"middle": Setting("median", words=("median", "mean"))},
            title="run chart",
            knows=("centre",),
        ),
        # Roberts (1959), Technometrics 1, 239-250; NIST/SEMATECH e-Handbook 6.3.2.4
        Chart(
            "ewma",
            "means in which a month's weight falls by 1 - lam a month; lines as their own spread has it",
            zones="limits",
            memory=True,
            options={
                "lam": Setting(0.2, 0.001, 1.0),
                "lines": Setting("exact", words=("exact", "asymptotic")),
            },
            title="EWMA",
            takes=FREELY,
            plots="averages",
        ),
        # Page (1954), Biometrika 41, 100-115; NIST/SEMATECH e-Handbook 6.3.2.3
        Chart(
            "cusum",
            "sums of what exceeds k sigma above and below the centre; limits h sigma",
            zones="limits",
            memory=True,
            options={
                "k": Setting(0.5, 0.0, 10.0),
                "h": Setting(5.0, 0.1, 1_000.0),
                "head_start": Setting(0.0, 0.0, 1.0),
                "reset": Setting("never", words=("never", "after signal")),
            },
            title="CUSUM",
            takes=FREELY,
            plots="sums",
        ),
        # Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., section 9.3
        Chart(
            "ma",
            "means of the last months; sigma over the root of how many there are",
            zones="limits",
            memory=True,
            options={"span": Setting(3, 2, 60, is_whole=True)},
            title="moving averages",
            takes=FREELY,
            plots="averages",
        ),
        # Montgomery (2013), section 7.2; NIST/SEMATECH e-Handbook 6.3.3.2
        Chart(
            "p",
            "proportions; centre sum / sum, sigma sqrt(p (1 - p) / n) of each month",
            needs="whole parts",
            bounds=(0.0, 1.0),
            options={"limits": Setting("sigma", words=("sigma", "exact"))},
            knows=("centre",),
            title="P chart",
        ),
        Chart(
            "np",
            "numerators; centre n p, sigma sqrt(n p (1 - p)) of each month",
            needs="whole parts",
            bounds=(0.0, None),
            options={"limits": Setting("sigma", words=("sigma", "exact"))},
            knows=("centre",),
            title="NP chart",
            plots="counts",
        ),
        # Montgomery (2013), section 7.3; NIST/SEMATECH e-Handbook 6.3.3.1
        Chart(
            "c",
            "counts; centre their mean, sigma its root",
            needs="counts",
            bounds=(0.0, None),
            options={"limits": Setting("sigma", words=("sigma", "exact", "negative_binomial"))},
            title="C chart",
        ),
        Chart(
            "u",
            "counts per denominator; centre sum / sum, sigma sqrt(u / n) of each month",
            needs="whole parts",
            bounds=(0.0, None),
            options={"limits": Setting("sigma", words=("sigma", "exact", "negative_binomial"))},
            knows=("centre",),
            title="U chart",
        ),
        # Laney (2002), Quality Engineering 14, 531-537
        Chart(
            "p_prime",
            "the p chart, its sigma times that of the z-scores' moving ranges",
            needs="whole parts",
            bounds=(0.0, 1.0),
            title="Laney p'",
            takes=SPREAD,
        ),
        Chart(
            "u_prime",
            "the u chart, its sigma times that of the z-scores' moving ranges",
            needs="whole parts",
            bounds=(0.0, None),
            title="Laney u'",
            takes=SPREAD,
        ),
        # Taylor (2017), Normalized Individuals (I') Control Chart
        Chart(
            "i_prime",
            "ratios; centre sum / sum, sigma from steps normalised by both denominators, over sqrt(n)",
            needs="parts",
            title="I' chart",
            takes=SPREAD,
        ),
        # Benneyan (2001), Health Care Management Science 4, 305-318
        Chart(
            "g",
            "cases strictly between events; centre their mean, sigma sqrt(mean (mean + 1))",
            needs="counts",
            zones="limits",
            bounds=(0.0, None),
            options={
                "middle": Setting("mean", words=("mean", "median")),
                "limits": Setting("sigma", words=("sigma", "exact")),
            },
            knows=("centre",),
            title="G chart",
        ),
        # Nelson (1994), Journal of Quality Technology 26, 239-240
        Chart(
            "t",
            "times between events, judged as an XmR chart of their 3.6th root",
            needs="gaps",
            bounds=(0.0, None),
            takes=FREELY,
            title="T chart",
        ),
        # Shewhart (1931); Burr (1969), Journal of Quality Technology 1, 163-167 (estimators, unequal sizes)
        Chart(
            "xbar_r",
            "means of subgroups; centre the mean of all values, sigma from the ranges within, over sqrt(n)",
            needs="subgroups",
            options={"estimator": Setting("uwave", words=("uwave", "mvlue"))},
            title="X-bar and R",
            takes=("centre",),
        ),
        Chart(
            "xbar_s",
            "means of subgroups; centre the mean of all values, sigma from the sds within, over sqrt(n)",
            needs="subgroups",
            options={"estimator": Setting("uwave", words=("uwave", "mvlue", "rmsdf"))},
            title="X-bar and S",
            takes=("centre",),
        ),
        Chart(
            "r",
            "ranges within subgroups; centre d2(n) sigma, limits so many times d3(n) sigma from it",
            needs="subgroups",
            zones="limits",
            bounds=(0.0, None),
            options={"estimator": Setting("uwave", words=("uwave", "mvlue"))},
            title="R chart",
            knows=("sigma",),
            plots="spreads",
        ),
        Chart(
            "s",
            "sds within subgroups; centre c4(n) sigma, limits so many times sqrt(1 - c4(n)^2) sigma from it",
            needs="subgroups",
            zones="limits",
            bounds=(0.0, None),
            options={"estimator": Setting("uwave", words=("uwave", "mvlue", "rmsdf"))},
            title="S chart",
            knows=("sigma",),
            plots="spreads",
        ),
        # Efron and Morris (1973), Journal of the American Statistical Association 68, 117-130
        Chart(
            "seasonal_xmr",
            "level and effect of the calendar month; sigma = mean moving range of the rest / d2, corrected",
            options={"shrink": Setting("quartile", words=("quartile", "none"))},
            title="seasonal XmR",
            takes=FREELY,
        ),
        # Montgomery (2013), section 10.4: limits for the errors of a forecast made one month before
        Chart(
            "forecast",
            "what earlier months let expect; limits of prediction, as rarely crossed as so many sigma",
            zones="limits",
            options={
                "known": Setting("month_before", words=("month_before", "baseline")),
                "method": Setting(FORECAST_BY, among="spc.forecast.METHODS"),
            },
            title="forecast chart",
            knows=(),
        ),
    )
}
#: Chart to its position, as `Limits.phase_chart` holds it.
CODES = {name: code for code, name in enumerate(CHARTS)}
