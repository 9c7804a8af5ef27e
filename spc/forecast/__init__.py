"""Forecasts: what to expect of the months to come, between which limits, and how far such forecasts fell."""

from __future__ import annotations

from spc.forecast.backtesting import backtest
from spc.forecast.choosing import best
from spc.forecast.judging import coverage, mase, msis, owa, rmsse, smape
from spc.forecast.methods import METHODS, Method
from spc.forecast.verbs import (
    adida,
    arima,
    auto,
    croston,
    damped,
    drift,
    dynamic_theta,
    ets,
    holt,
    holt_winters_additive,
    holt_winters_multiplicative,
    imapa,
    mean,
    naive,
    naive2,
    sba,
    seasonal_naive,
    seasonal_regression,
    ses,
    stl,
    theta,
    tsb,
)

__all__ = [
    "METHODS",
    "Method",
    "adida",
    "arima",
    "auto",
    "backtest",
    "best",
    "coverage",
    "croston",
    "damped",
    "drift",
    "dynamic_theta",
    "ets",
    "holt",
    "holt_winters_additive",
    "holt_winters_multiplicative",
    "imapa",
    "mase",
    "mean",
    "msis",
    "naive",
    "naive2",
    "owa",
    "rmsse",
    "sba",
    "seasonal_naive",
    "seasonal_regression",
    "ses",
    "smape",
    "stl",
    "theta",
    "tsb",
]
