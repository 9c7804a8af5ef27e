"""Numbers of the pages on individuals, moving ranges and run charts."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import spc

from .plain import INVERSE_D2, c4, commas, equal, mean, median, plain_panel, same, sd, steps, table

#: NIST/SEMATECH e-Handbook 6.3.2.2: flow rates of ten batches.
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
#: Made up: detections in twenty months, after a change of practice in month 13.
DETECTIONS = [41, 38, 44, 40, 37, 43, 42, 36, 45, 39, 40, 42, 46, 44, 41, 47, 45, 43, 48, 44]


def individuals() -> dict[str, object]:
    """XmR and moving ranges of the flow rates, by every estimator."""
    panel = plain_panel(FLOW)
    ranges = steps(FLOW)
    middle, range_mean = mean(FLOW), mean(ranges)
    printed = [mean(FLOW), range_mean / 1.128]
    median_range = median(ranges)
    of_median = math.sqrt(2.0) * NormalDist().inv_cdf(0.75)
    ways: list[tuple[str, dict[str, str], float, float]] = [
        ("default", {}, middle, range_mean * INVERSE_D2),
        ('constants="textbook"', {"constants": "textbook"}, *printed),
        ('sigma="median_range"', {"sigma": "median_range"}, middle, median_range / of_median),
        ('sigma="sd"', {"sigma": "sd"}, middle, sd(FLOW) / c4(len(FLOW))),
        ('centre="median"', {"centre": "median"}, median(FLOW), range_mean * INVERSE_D2),
    ]
    rows = []
    for name, asked, centre, sigma in ways:
        limits = spc.limits(panel, min_observed=10, **asked)
        same(centre, limits.centre[0, 0])
        same(sigma, limits.sigma[0, 0])
        lower, upper = same(centre - 3 * sigma, limits.lcl[0, 0]), same(centre + 3 * sigma, limits.ucl[0, 0])
        rows.append(
            [f"`{name}`" if "=" in name else name, *(f"{x:.4f}" for x in (centre, sigma, lower, upper))]
        )
    moving = spc.limits(panel, chart="mr", min_observed=10)
    d4 = 1.0 + 3.0 * math.sqrt(math.pi / 2.0 - 1.0)
    for mine, theirs in zip(ranges, moving.points[0, 1:], strict=True):
        same(mine, theirs)
    return {
        "flow": commas(FLOW),
        "total": math.fsum(FLOW),
        "middle": middle,
        "ranges": commas(ranges, ".1f"),
        "range_total": math.fsum(ranges),
        "range_mean": same(range_mean, moving.centre[0, 1]),
        "sigma": range_mean * INVERSE_D2,
        "upper": middle + 3 * range_mean * INVERSE_D2,
        "lower": middle - 3 * range_mean * INVERSE_D2,
        "ways": table(["asked", "centre", "sigma", "lcl", "ucl"], rows),
        "d4": d4,
        "mr_upper": same(d4 * range_mean, moving.ucl[0, 1]),
        "d4_printed": same(
            3.267 * range_mean,
            spc.limits(panel, chart="mr", min_observed=10, constants="textbook").ucl[0, 1],
        ),
        "screen": d4 * range_mean,
        "largest": max(ranges),
    }


def run() -> dict[str, object]:
    """Median, longest run and crossings of the detections."""
    limits = spc.limits(plain_panel(DETECTIONS, start="2023-01"), chart="run", baseline=12)
    centre = same(median(DETECTIONS[:12]), limits.centre[0, 0])
    useful = [value > centre for value in DETECTIONS if value != centre]
    n = len(useful)
    longest, now = 1, 1
    for before, after in pairwise(useful):
        now = now + 1 if after == before else 1
        longest = max(longest, now)
    crossings = sum(a != b for a, b in pairwise(useful))
    allowed = round(math.log2(n)) + 3
    chances = [math.comb(n - 1, k) / 2 ** (n - 1) for k in range(n)]
    fewest = next(k for k in range(n) if math.fsum(chances[: k + 1]) >= 0.05)
    found = spc.run_tests(limits)
    equal((n, longest, allowed), (found.n_useful[0], found.longest_run[0], found.longest_run_max[0]))
    equal((crossings, fewest), (found.n_crossings[0], found.n_crossings_min[0]))
    signal = equal(longest > allowed or crossings < fewest, bool(found.signal[0]))
    return {
        "detections": commas(DETECTIONS),
        "centre": centre,
        "sides": " ".join(
            "on" if value == centre else "above" if value > centre else "below" for value in DETECTIONS
        ),
        "n": n,
        "longest": longest,
        "log2": math.log2(n),
        "allowed": allowed,
        "crossings": crossings,
        "fewest": fewest,
        "below": math.fsum(chances[:fewest]),
        "at": math.fsum(chances[: fewest + 1]),
        "python": signal,
        "signal": "a signal" if signal else "no signal",
    }
