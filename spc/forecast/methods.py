"""Forecasting methods as rows: what each expects, what it needs, what fits it, what stands in for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from spc.chart_kinds import Setting
from spc.forecast.averaging import auto
from spc.forecast.history import Answer, History
from spc.forecast.rare import BUCKETS, CHANCES, INTERVALS, adida, croston, imapa, sba, tsb
from spc.forecast.regression import seasonal_regression
from spc.forecast.selecting import ets
from spc.forecast.simple import drift, mean, naive, seasonal_naive
from spc.forecast.single import arima, stl
from spc.forecast.smoothing import (
    DAMPED,
    HOLT,
    SEASONAL,
    SES,
    damped,
    holt,
    holt_winters_additive,
    holt_winters_multiplicative,
    ses,
)
from spc.forecast.thetas import dynamic_theta, theta
from spc.forecast.without_season import naive2

__all__ = ["METHODS", "Method"]


@dataclass(frozen=True)
class Method:
    """One way to forecast.

    Parameters
    ----------
    name : str
    about : str
        The sentence that says what it expects.
    fit : callable
        From a `History` to an `Answer`, for all its series at once; what it cannot forecast is NaN.
    least : int
        Fewest observed months.
    span : int
        Fewest calendar months from the first observed one to the end; 24 for methods that learn a season.
    needs : {"values", "positive", "counts"}
        Any numbers; numbers above 0 alone; whole numbers from 0.
    stands_in : str
        The method of series that do not have what this one needs; "" for none.
    rare : str
        The method of rare counts (`is_rare`); "" where they are series like any other.
    options : mapping of str to Setting
        Options of its own.
    """

    name: str
    about: str
    fit: Callable[[History], Answer]
    least: int = 1
    span: int = 1
    needs: str = "values"
    stands_in: str = ""
    rare: str = ""
    options: Mapping[str, Setting] = field(default_factory=dict)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        # Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., 5.2
        Method("naive", "the last observed month goes on", naive),
        Method(
            "seasonal_naive",
            "the last observed month of the same name comes again",
            seasonal_naive,
            span=13,
            stands_in="naive",
        ),
        Method("drift", "the line from the first month to the last goes on", drift, 2, stands_in="naive"),
        Method("mean", "the mean of all months", mean),
        # Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of Forecasting 36, 54-74
        Method("naive2", "the last month without its season goes on, with the season put back", naive2),
        # Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing; a method needs two
        # months more than it fits numbers, so that something tells how far off it is
        Method("ses", "the exponentially smoothed level", ses, 4, stands_in="naive", options=SES),
        Method("holt", "a smoothed level and a smoothed slope", holt, 6, stands_in="ses", options=HOLT),
        Method(
            "damped",
            "a smoothed level and a smoothed slope that becomes less every month",
            damped,
            7,
            stands_in="ses",
            options=DAMPED,
        ),
        Method(
            "holt_winters_additive",
            "a smoothed line and a smoothed season that is added",
            holt_winters_additive,
            18,
            24,
            stands_in="holt",
            options=SEASONAL,
        ),
        Method(
            "holt_winters_multiplicative",
            "a smoothed line times a smoothed season",
            holt_winters_multiplicative,
            18,
            24,
            needs="positive",
            stands_in="holt_winters_additive",
            options=SEASONAL,
        ),
        Method("ets", "the model of exponential smoothing with the lowest AICc", ets, 5, stands_in="naive"),
        # Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting 16, 521-530
        Method(
            "theta",
            "smoothing with half the slope of the line, on months without their season",
            theta,
            6,
            stands_in="naive",
        ),
        # Fiorucci et al. (2016), International Journal of Forecasting 32, 1151-1161
        Method(
            "dynamic_theta",
            "the theta method with as much of the line as fits, drawn anew every month",
            dynamic_theta,
            12,
            stands_in="theta",
        ),
        # Henderson (1975), Biometrics 31, 423-447
        Method(
            "seasonal_regression",
            "a straight line and the effects of calendar months, shrunk towards none",
            seasonal_regression,
            21,
            24,
            stands_in="theta",
        ),
        # Croston (1972); Syntetos and Boylan (2005); Teunter, Syntetos and Babai (2011); Nikolopoulos et al.
        # (2011); Petropoulos and Kourentzes (2015). Below six months a dispersion says too little.
        Method(
            "croston",
            "the smoothed size of an event over the smoothed months between two",
            croston,
            6,
            needs="counts",
            stands_in="mean",
            options=INTERVALS,
        ),
        Method(
            "sba",
            "Croston's rate less its bias",
            sba,
            6,
            needs="counts",
            stands_in="mean",
            options=INTERVALS,
        ),
        Method(
            "tsb",
            "the smoothed size of an event times the smoothed chance of one",
            tsb,
            6,
            needs="counts",
            stands_in="mean",
            options=CHANCES,
        ),
        Method(
            "adida",
            "the smoothed mean of buckets of months, as long as those between two events",
            adida,
            6,
            needs="counts",
            stands_in="mean",
            options=BUCKETS,
        ),
        Method(
            "imapa",
            "the mean over buckets of 1, 2 ... months, up to those between two events",
            imapa,
            6,
            needs="counts",
            stands_in="mean",
            options=BUCKETS,
        ),
        # statsmodels, one series after another: slow
        Method(
            "stl",
            "the season of a loess decomposition about a smoothed level (slow)",
            stl,
            24,
            24,
            stands_in="theta",
        ),
        Method(
            "arima",
            "the ARIMA model with the lowest AICc of a short list (slow)",
            arima,
            24,
            24,
            stands_in="theta",
        ),
        # Ours: docs/decisions/0017-auto.md
        Method(
            "auto",
            "the average of 42 smoothers by their likelihood, on logarithms and square roots; "
            "rare counts by tsb",
            auto,
            15,
            stands_in="ses",
            rare="tsb",
        ),
    )
}
