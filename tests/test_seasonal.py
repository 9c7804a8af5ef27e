"""Seasonal XmR: its lines by another road, when it is an XmR chart after all, and its laws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import spc
from tests.panels import JIT_OFF, START

Array = np.ndarray[Any, Any]
DATA = Path(__file__).parents[2] / "shared" / "data" / "mps_borough_2010-04_2025-12.parquet"


def sample(n: int = 12, months: int = 48, seed: int = 5, holes: int = 0) -> Array:
    """Seasons of growing strength about different levels; `holes` early months are missing, not the first."""
    rng = np.random.default_rng(seed)
    pattern = rng.normal(size=(n, 12)) * np.linspace(0.0, 20.0, n)[:, None]
    values = 100.0 * np.arange(1, n + 1)[:, None] + np.tile(pattern, 1 + months // 12)[:, :months]
    values = (values + rng.normal(0.0, 5.0, values.shape)).round(1)
    for row in values:
        row[1 + rng.choice(23, holes, replace=False)] = np.nan
    return values


def seasonal(values: Array, baseline: Any = 24, start: Any = START, **options: Any) -> spc.Limits:
    panel = spc.Panel.from_numpy(values, start=start)
    return spc.limits(panel, chart="seasonal_xmr", baseline=baseline, **options)


def lines(limits: spc.Limits) -> Array:
    return np.stack([limits.centre, limits.sigma, limits.ucl, limits.lcl])


def naive(values: Array, months: int) -> tuple[Array, Array, float]:
    """Lines of one series by the matrices of the mixed model: centre and sigma of every month, and g.

    Generalised least squares for the level, best linear prediction for the effects; sds of what is left over
    and of new months from the covariances, with g taken as known and the level's own error left out.
    """
    calendar = np.arange(len(values)) % 12
    at = np.flatnonzero(~np.isnan(values[:months]))
    y, which = values[at], calendar[at]
    seen = np.unique(which)
    groups = [y[which == m] for m in seen]
    within = sum(((group - group.mean()) ** 2).sum() for group in groups) / (len(y) - len(seen))
    between = sum(len(group) * (group.mean() - y.mean()) ** 2 for group in groups) / (len(seen) - 1)
    mean_number = (len(y) - sum(len(group) ** 2 for group in groups) / len(y)) / (len(seen) - 1)
    bar = stats.f.ppf(0.75, len(seen) - 1, len(y) - len(seen))
    g = max(0.0, between / within / bar - 1.0) / mean_number
    design = np.eye(12)[which]
    covariance = np.eye(len(y)) + g * design @ design.T
    inverse = np.linalg.inv(covariance)
    level = inverse.sum(axis=0) @ y / inverse.sum()
    effects = g * design.T @ inverse @ (y - level)
    residual_sd = np.sqrt(
        np.diag(inverse @ np.eye(len(y)))
    )  # of Vinv e, whose entries are e_hat of variance 1
    assert residual_sd.shape == y.shape
    left = (y - level - effects[which]) / residual_sd
    steps = np.abs(np.diff(left))[np.diff(at) == 1]
    sigma = steps.mean() * np.sqrt(np.pi) / 2.0
    posterior = g * np.eye(12) - g * g * design.T @ inverse @ design
    wide = sigma * np.sqrt(1.0 + np.diag(posterior)[calendar])
    return level + effects[calendar], np.where(np.arange(len(values)) < months, sigma, wide), g


@pytest.mark.parametrize("holes", [0, 3])
@pytest.mark.parametrize("months", [24, 31, 36])
def test_lines_by_the_matrices_of_the_mixed_model(months: int, holes: int) -> None:
    values = sample(holes=holes)
    limits = seasonal(values, baseline=months)
    found = 0
    for s, series in enumerate(values):
        centre, sigma, g = naive(series, months)
        np.testing.assert_allclose(limits.centre[s], centre, rtol=1e-9)
        np.testing.assert_allclose(limits.sigma[s], sigma, rtol=1e-9)
        np.testing.assert_allclose(limits.ucl[s], centre + 3.0 * sigma, rtol=1e-9)
        found += g > 0.0
    assert found >= 9


def test_months_seen_equally_often_by_the_formula_of_the_page() -> None:
    """Effect = w (mean of the calendar month - level), w = 1 - F75 / F; sigma over sqrt(1 - w / 2)."""
    values = sample(months=36)[-1]
    base = values[:24].reshape(2, 12)
    means, level = base.mean(axis=0), base.mean()
    f = 2.0 * ((means - level) ** 2).sum() / 11.0 / (((base - means) ** 2).sum() / 12.0)
    w = 1.0 - stats.f.ppf(0.75, 11, 12) / f
    limits = seasonal(values[None])
    np.testing.assert_allclose(limits.centre[0, :12], level + w * (means - level), rtol=1e-12)
    left = (base - w * (means - level)).reshape(-1)
    sigma = np.abs(np.diff(left)).mean() * np.sqrt(np.pi) / 2.0 / np.sqrt(1.0 - w / 2.0)
    np.testing.assert_allclose(limits.sigma[0, :24], sigma, rtol=1e-12)
    np.testing.assert_allclose(limits.sigma[0, 24:], sigma * np.sqrt(1.0 + w / 2.0), rtol=1e-12)


def test_effects_in_full_are_the_means_of_the_calendar_months() -> None:
    values = sample(months=48)
    limits = seasonal(values, shrink="none")
    means = values[:, :24].reshape(-1, 2, 12).mean(axis=1)
    np.testing.assert_allclose(limits.centre, np.tile(means, 4), rtol=1e-12)
    ratio = limits.sigma[:, 24:] / limits.sigma[:, :24]
    np.testing.assert_allclose(ratio, np.sqrt(1.5), rtol=1e-12)


@pytest.mark.parametrize("sigma", ["mean_range", "median_range", "sd"])
def test_a_series_without_season_keeps_the_lines_of_an_xmr_chart(sigma: str) -> None:
    """The same calendar months differ more than different ones: the weight is 0, and so is the difference."""
    values = sample(months=36)
    values[:, 12:24] = 200.0 - values[:, :12]
    plain = spc.limits(spc.Panel.from_numpy(values, start=START), baseline=24, sigma=sigma)
    limits = seasonal(values, sigma=sigma)
    assert lines(limits).tobytes() == lines(plain).tobytes()
    assert {limits.chart_of(s) for s in range(len(values))} == {"seasonal_xmr"}


@pytest.mark.parametrize(
    ("months", "holes", "start"), [(23, 0, START), (24, 4, START), (36, 16, START), (24, 0, None)]
)
def test_too_little_to_tell_a_season_is_an_xmr_chart_and_says_so(months: int, holes: int, start: Any) -> None:
    values = sample(holes=holes)
    plain = spc.limits(spc.Panel.from_numpy(values, start=start), baseline=months)
    limits = seasonal(values, baseline=months, start=start)
    np.testing.assert_array_equal(lines(limits), lines(plain))
    assert (limits.status == plain.status).all()
    assert {limits.chart_of(s) for s in range(len(values))} == {"xmr"}


def test_three_missing_months_of_24_are_borne() -> None:
    limits = seasonal(sample(holes=3))
    assert {limits.chart_of(s) for s in range(12)} == {"seasonal_xmr"}


def test_a_calendar_month_never_observed_has_no_effect_and_the_widest_lines() -> None:
    values = sample(months=60)
    values[:, [2, 14, 26]] = np.nan  # Junes
    limits = seasonal(values, baseline=36)
    strong = values[-1:]
    centre, sigma = limits.centre[-1], limits.sigma[-1]
    level = (centre[:12].sum() - centre[2]) / 11.0
    assert centre[38] == pytest.approx(level, rel=1e-12)
    assert sigma[38] > 1.5 * max(sigma[36], sigma[37], sigma[39])
    assert np.isfinite(strong[0, 38])


def test_a_season_that_repeats_itself_is_no_variation() -> None:
    of = np.tile([3.0, 7.0, 11.0, 13.0, 9.0, 6.0] * 2, 4)[None] * np.repeat([1, 2, 3, 4], 12)
    values = of * np.tile([0.1, 0.2, 0.3, 0.3, 0.2, 0.1] * 2, 4)
    plain = seasonal(np.tile(np.arange(12.0), 4)[None])
    ratio = spc.limits(
        spc.Panel.from_numpy(values.round(1), start=START, of=of), chart="seasonal_xmr", baseline=36
    )
    for limits in (plain, ratio):
        assert limits.status.tolist() == ["no variation"]
        assert (limits.sigma == 0.0).all()
        assert not spc.exceptions(limits).mask.any()
    np.testing.assert_array_equal(plain.centre[0], np.tile(np.arange(12.0), 4))


@pytest.mark.parametrize("level", [0.1, 1e16, 123456.789])
def test_a_constant_has_no_season(level: float) -> None:
    limits = seasonal(np.full((1, 48), level))
    assert limits.status.tolist() == ["no variation"]
    assert (limits.centre == level).all()
    assert not spc.exceptions(limits).mask.any()


def test_what_varies_by_rounding_alone_has_no_variation() -> None:
    """A constant share of changing parts, whose products were rounded: not all are the same float."""
    of = 1.0 + np.arange(48.0)[None] % 7
    panel = spc.Panel.from_numpy(0.00283 * of, start=START, of=of)
    assert np.unique(panel.observed).size > 1
    for shrink in ("quartile", "none"):
        limits = spc.limits(panel, chart="seasonal_xmr", baseline=24, shrink=shrink)
        assert limits.status.tolist() == ["no variation"]
        assert not spc.exceptions(limits, rules="nelson").mask.any()


def test_a_known_centre_is_the_level_and_a_known_sigma_that_of_a_baseline_month() -> None:
    values = sample()
    free, known = seasonal(values), seasonal(values, centre=1000.0, sigma=2.0)
    np.testing.assert_allclose(
        known.centre - 1000.0, free.centre - free.centre[:, :12].mean(1)[:, None], atol=1e-9
    )
    assert (known.sigma[:, :24] == 2.0).all()
    np.testing.assert_allclose(known.sigma[:, 24:] / 2.0, free.sigma[:, 24:] / free.sigma[:, :24], rtol=1e-12)


def test_an_excluded_month_sets_no_lines_and_is_judged_like_a_new_one() -> None:
    values = sample()
    spoilt = values.copy()
    spoilt[:, 7] += 1000.0
    reason = {spc.Panel.from_numpy(values, start=START).months[7]: "flood"}
    limits = seasonal(spoilt, exclude=reason)
    blank = values.copy()
    blank[:, 7] = np.nan
    others = np.arange(48) != 7
    np.testing.assert_array_equal(lines(limits)[..., others], lines(seasonal(blank))[..., others])
    strong = slice(4, None)
    assert (limits.sigma[strong, 7] > limits.sigma[strong, 6]).all()
    assert (spoilt[:, 7] > limits.ucl[:, 7]).all()


def test_each_phase_has_a_season_of_its_own() -> None:
    values = sample(months=72)
    panel = spc.Panel.from_numpy(values, start=START)
    both = spc.limits(
        panel, chart="seasonal_xmr", phase=spc.phases_at(panel, [panel.months[31]]), baseline=30
    )
    later = spc.Panel.from_numpy(values[:, 31:], start=panel.months[31])
    alone = spc.limits(later, chart="seasonal_xmr", baseline=30)
    np.testing.assert_array_equal(lines(both)[..., 31:], lines(alone))
    np.testing.assert_array_equal(lines(both)[..., :31], lines(seasonal(values[:, :31], baseline=30)))


def test_the_months_to_come_change_nothing() -> None:
    values = sample(months=60)
    np.testing.assert_array_equal(lines(seasonal(values))[..., :40], lines(seasonal(values[:, :40])))


def test_order_front_and_company_do_not_matter() -> None:
    values = sample(holes=2)
    whole = lines(seasonal(values))
    order = np.random.default_rng(1).permutation(len(values))
    assert lines(seasonal(values[order])).tobytes() == np.ascontiguousarray(whole[:, order]).tobytes()
    for s in (0, 5, 11):
        assert (
            lines(seasonal(values[s : s + 1])).tobytes()
            == np.ascontiguousarray(whole[:, s : s + 1]).tobytes()
        )
    front = np.concatenate([np.full((len(values), 5), np.nan), values], axis=1)
    moved = seasonal(front, start=spc.Panel.from_numpy(front[:1], start="2019-08").months[0])
    assert spc.Panel.from_numpy(values[:1], start=START).months[0] == moved.panel.months[5]
    np.testing.assert_array_equal(lines(moved)[..., 5:], whole)


@pytest.mark.parametrize("options", [{}, {"sigma": "sd"}, {"centre": "median", "sigma": "median_range"}])
def test_another_unit_and_another_zero(options: dict[str, Any]) -> None:
    values = sample(holes=1)
    old = lines(seasonal(values, **options))
    np.testing.assert_array_equal(lines(seasonal(values * 4.0, **options)), old * 4.0)
    moved = lines(seasonal(values + 1000.0, **options))
    np.testing.assert_allclose(moved[1], old[1], rtol=1e-9)
    np.testing.assert_allclose(moved[[0, 2, 3]], old[[0, 2, 3]] + 1000.0, rtol=1e-11)
    turned = lines(seasonal(-values, **options))
    np.testing.assert_allclose(turned, np.stack([-old[0], old[1], -old[3], -old[2]]), rtol=1e-12)


def test_ratios_are_judged_as_they_are_plotted() -> None:
    values = sample()
    of = 2.0 + np.arange(values.size).reshape(values.shape) % 5
    ratios = spc.Panel.from_numpy(values * of, start=START, of=of)
    found = spc.limits(ratios, chart="seasonal_xmr", baseline=24)
    np.testing.assert_allclose(lines(found), lines(seasonal(values)), rtol=1e-9)


def test_autocorrelation_is_that_of_the_months_less_their_season() -> None:
    """A season alone makes neighbours alike on an XmR chart; here only what it leaves over may widen."""
    months = np.arange(48)
    rng = np.random.default_rng(2)
    values = 100.0 + 20.0 * np.sin(months / 12.0 * 2.0 * np.pi) + rng.normal(0.0, 1.0, (200, 48))
    ratios = {}
    for chart in ("xmr", "seasonal_xmr"):
        panel = spc.Panel.from_numpy(values, start=START)
        both = [
            spc.limits(panel, chart=chart, baseline=36, autocorrelation=word).sigma[:, 0]
            for word in ("widen", "ignore")
        ]
        ratios[chart] = float((both[0] / both[1]).mean())
    assert ratios["xmr"] > 2.0
    assert ratios["seasonal_xmr"] < 1.1


@pytest.mark.skipif(JIT_OFF or not DATA.exists(), reason="needs the shared data")
def test_boroughs_months_to_come_are_nearer_to_the_seasonal_centre() -> None:
    """Decision 11: the next 12 months lie 2.7% nearer (squared) with 36 months, a clear season's by 18%."""
    import pandas as pd

    rows = pd.read_parquet(DATA)
    panel = spc.Panel.from_frame(rows, series=["area", "major", "measure"])
    misses: dict[str, list[Array]] = {"xmr": [], "seasonal_xmr": [], "none": []}
    clear = []
    for end in ("2014-03", "2016-03", "2018-03", "2019-12", "2025-03"):
        part = panel.until(end)
        fitted = {
            "xmr": spc.limits(part, baseline=spc.Window(48, first=36)),
            "seasonal_xmr": spc.limits(part, chart="seasonal_xmr", baseline=spc.Window(48, first=36)),
            "none": spc.limits(part, chart="seasonal_xmr", shrink="none", baseline=spc.Window(48, first=36)),
        }
        usual = (fitted["xmr"].centre[:, -1] >= 5.0) & (fitted["xmr"].sigma[:, -1] > 0.0)
        sigma = fitted["seasonal_xmr"].sigma[usual]
        clear.append((sigma[:, -1] / sigma[:, -13]) ** 2 - 1.0 > 0.5 / 3.0)  # w / k, so w beyond a half
        for name, limits in fitted.items():
            error = part.observed[usual, -12:] - limits.centre[usual, -12:]
            misses[name].append(np.log((error**2).mean(axis=1)))
    mean = {name: np.concatenate(parts) for name, parts in misses.items()}
    seasonal_ones = np.concatenate(clear)
    assert np.exp((mean["seasonal_xmr"] - mean["xmr"]).mean()) < 0.985
    assert np.exp((mean["seasonal_xmr"] - mean["xmr"])[seasonal_ones].mean()) < 0.85
    assert np.exp((mean["none"] - mean["xmr"]).mean()) > 1.03
    assert 0.05 < seasonal_ones.mean() < 0.15
