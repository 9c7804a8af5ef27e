"""Many smoothers at once over one series, and their average by likelihood.

A lane is one smoother with known parameters. With a level, a second state, the state of the calendar month
and an unknown line, on the scale of z,

    expected = level + phi second + month + (1 - trend) line k,    error = z - expected
    level  <- level + carry second + alpha error
    second <- phi second + beta error
    month  <- month + gamma error

where k counts the months from the first observed one. With trend = 1 and carry = phi this is Holt-Winters
with a damped trend; with trend = 0 and carry = 0 it is a slow level and a line, about which the second state
is an autoregression. Errors are linear in the two numbers that a lane does not know, its first level and its
slope, so that least squares give both: one pass over the months for the errors from zero, and two more that
do not depend on the data (`respond`), shared by all series without a gap.

The inner loops run over the lanes, so the bits do not depend on how wide the processor is. A month that is
not observed has no error.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row

YEAR = 12
#: Rows of the table of lanes.
PHI, CARRY, ALPHA, BETA, GAMMA, TREND = range(6)
#: Scales: the value as it is, its logarithm, its square root.
PLAIN, LOG, ROOT = range(3)
#: The slope, a year's of a line and a month's of a damped trend, is held towards 0 as by so many months.
RIDGE = 2.0
#: Before any month is seen a slope is e times as likely as none.
ODDS = 1.0
#: A trend goes on for the sum of these powers: it fades with a half-life of 13.5 months.
FADE = 0.95
#: Degrees of freedom are never fewer.
LEAST_FREEDOM = 2.0
#: Lanes with a smaller share than this of their family are passed over.
LEAST_SHARE = 1e-3
#: Errors below this share of the series' own spread are those of the floats.
ROUNDING = 1e-13
#: No forecast lies further outside of what was seen than the whole range of what was seen.
REACH = 1.0


@row
def rescale(values, scale, offset, z, seen):
    """Fill z from the first month seen, and which are; return how many months, and the logs of the slope."""
    first, slopes = 0, 0.0
    while first < values.size and values[first] != values[first]:
        first += 1
    for t in range(values.size - first):
        value = values[first + t]
        seen[t] = value == value
        z[t] = value
        if seen[t] and scale == LOG:
            z[t] = math.log(value + offset)
            slopes -= z[t]
        elif seen[t] and scale == ROOT:
            z[t] = math.sqrt(value)
            slopes -= 0.5 * math.log(value + offset) + math.log(2.0)
    return values.size - first, slopes


@row
def take_level(z, seen, n, months):
    """Take the mean off z, note it as that of every calendar month, and return how many months are seen."""
    total, count = 0.0, 0
    for t in range(n):
        if seen[t]:
            total += z[t]
            count += 1
    for t in range(n):
        z[t] -= total / count
    for m in range(YEAR):
        months[m] = total / count
    return count


@row
def months_of(z, seen, n, number, means, times):
    """Fill each calendar month's number and mean about a line; return the squares that are left within.

    The line is that of least squares beside month effects, from within the months (Frisch and Waugh 1933).
    """
    for m in range(YEAR):
        number[m], means[m], times[m] = 0.0, 0.0, 0.0
    for t in range(n):
        if seen[t]:
            number[t % YEAR] += 1.0
            means[t % YEAR] += z[t]
            times[t % YEAR] += t
    for m in range(YEAR):
        means[m] /= max(number[m], 1.0)
        times[m] /= max(number[m], 1.0)
    top, below, within = 0.0, 0.0, 0.0
    for t in range(n):
        if seen[t]:
            off = t - times[t % YEAR]
            top += off * (z[t] - means[t % YEAR])
            below += off * off
    slope = top / below if below > 0.0 else 0.0
    for t in range(n):
        if seen[t]:
            left = z[t] - means[t % YEAR] - slope * (t - times[t % YEAR])
            within += left * left
    for m in range(YEAR):
        means[m] -= slope * times[m]
    return within


@row
def take_months(z, seen, n, count, caution, number, means, times, months):
    """Take shrunk month effects off z, add them to `months`, and return the share that was taken.

    That is max(0, 1 - caution / F), with F the variance of the effects over that of what is left. A calendar
    month that was never seen has no effect.
    """
    within = months_of(z, seen, n, number, means, times)
    level, between, kinds, total = 0.0, 0.0, 0, 0.0
    for m in range(YEAR):
        if number[m] > 0.0:
            level += means[m]
            kinds += 1
    for m in range(YEAR):
        means[m] = means[m] - level / kinds if number[m] > 0.0 else 0.0
        between += number[m] * (means[m] * means[m])
    for t in range(n):
        total += z[t] * z[t] if seen[t] else 0.0
    noise = (kinds - 1) * caution * within / max(count - kinds, 1)
    if between <= max(noise, ROUNDING * ROUNDING * total):
        return 0.0
    share = 1.0 - noise / between
    for t in range(n):
        z[t] -= share * means[t % YEAR]
    for m in range(YEAR):
        months[m] += share * means[m]
    return share


@row
def respond(seen, n, lanes, errors, side, states):
    """Fill the errors (n, lanes) of each lane for z = 0: first level 1 (side 0), or slope 1 (side 1).

    `states` (2 + 12, lanes) is scratch, as below. Arrays are asked for cell by cell: a view of a row costs
    more than its 42 lanes.
    """
    n_lanes = lanes.shape[1]
    states[:, :] = 0.0
    for g in range(n_lanes):
        states[side, g] = 1.0 if side == 0 else lanes[TREND, g]
    m = 2
    for t in range(n):
        line = side * (t + 1) / YEAR
        for g in range(n_lanes):
            expected = states[0, g] + lanes[PHI, g] * states[1, g] + states[m, g]
            errors[t, g] = -(expected + line * (1.0 - lanes[TREND, g]))
        if not seen[t]:
            for g in range(n_lanes):
                errors[t, g] = 0.0
        advance(lanes, errors, t, m, states)
        m = m + 1 if m < 1 + YEAR else 2


@row
def errors_of(z, seen, n, lanes, errors, states):
    """Fill the errors (n, lanes) of each lane that starts from zero."""
    n_lanes = lanes.shape[1]
    states[:, :] = 0.0
    m = 2
    for t in range(n):
        now = z[t]
        for g in range(n_lanes):
            errors[t, g] = now - (states[0, g] + lanes[PHI, g] * states[1, g] + states[m, g])
        if not seen[t]:
            for g in range(n_lanes):
                errors[t, g] = 0.0
        advance(lanes, errors, t, m, states)
        m = m + 1 if m < 1 + YEAR else 2


@row
def advance(lanes, errors, t, m, states):
    """Move level, second state and month m of all lanes on, by the errors of month t."""
    n_lanes = lanes.shape[1]
    for g in range(n_lanes):
        states[0, g] += lanes[CARRY, g] * states[1, g] + lanes[ALPHA, g] * errors[t, g]
    for g in range(n_lanes):
        states[1, g] = lanes[PHI, g] * states[1, g] + lanes[BETA, g] * errors[t, g]
    for g in range(n_lanes):
        states[m, g] += lanes[GAMMA, g] * errors[t, g]


@row
def products(left, right, n, out):
    """Fill the sum over months of left times right, lane by lane."""
    for g in range(out.size):
        out[g] = 0.0
    for t in range(n):
        for g in range(out.size):
            out[g] += left[t, g] * right[t, g]


@row
def tabulate(answers, sums):
    """Fill the running sums (months, 3, lanes) of the products of the responses of a series without a gap."""
    for t in range(sums.shape[0]):
        for k in range(3):
            i, j = (k + 1) // 3, (k + 1) // 2
            for g in range(sums.shape[2]):
                before = sums[t - 1, k, g] if t > 0 else 0.0
                sums[t, k, g] = before + answers[i, t, g] * answers[j, t, g]


@row
def solve(own, crossed, sums, count, starts, squares):
    """Fill first level and slope (2, lanes), and the squares of the errors that are left, of each lane.

    `own` are the squares from zero, `crossed` (2, lanes) their products with the responses. The slope has
    a normal prior about 0 worth RIDGE months, and is taken by its chance against no slope (Bayes factor).
    """
    for g in range(own.size):
        pp, pq, qq = sums[0, g], sums[1, g], sums[2, g]
        p, q = crossed[0, g], crossed[1, g]
        level = -p / pp if pp > 0.0 else 0.0
        flat = max(own[g] + level * p, ROUNDING * own[g])
        free = qq + RIDGE - (pq * pq / pp if pp > 0.0 else 0.0)
        slope = -(q + level * pq) / free
        sloped = max(flat - free * slope * slope, ROUNDING * own[g])
        if own[g] > 0.0:
            ahead = ODDS + 0.5 * (count * math.log(flat / sloped) - math.log(free / RIDGE))
            slope /= 1.0 + math.exp(-ahead)
        level -= slope * pq / pp if pp > 0.0 else 0.0
        starts[0, g], starts[1, g] = level, slope
        left = own[g] + 2.0 * (level * p + slope * q) + level * level * pp
        left += 2.0 * level * slope * pq + slope * slope * qq
        squares[g] = max(left, ROUNDING * own[g])


@row
def share_out(squares, first, last, lanes, yearly, count, shares):
    """Fill the shares of a family of lanes by likelihood; return the log likelihood of its best."""
    best = np.inf
    for g in range(first, last):
        if yearly or lanes[GAMMA, g] == 0.0:
            best = min(best, squares[g])
    total = 0.0
    for g in range(first, last):
        shares[g] = 0.0
        if yearly or lanes[GAMMA, g] == 0.0:
            shares[g] = math.exp(0.5 * count * math.log(best / squares[g])) if best > 0.0 else 1.0
        if shares[g] < LEAST_SHARE:
            shares[g] = 0.0
        total += shares[g]
    for g in range(first, last):
        shares[g] /= total
    return -0.5 * count * math.log(best / count) if best > 0.0 else np.inf


@row
def foretell(z, seen, n, lane, starts, share, variance, extra, month, fitted, mean, square):
    """Run one lane again with its own start; add its part to what is fitted, expected and varies."""
    phi, carry, alpha, beta = lane[PHI], lane[CARRY], lane[ALPHA], lane[BETA]
    gamma, trend = lane[GAMMA], lane[TREND]
    level, second, slope = starts[0], trend * starts[1], (1.0 - trend) * starts[1] / YEAR
    for m in range(YEAR):
        month[m] = 0.0
    for t in range(n):
        expected = level + phi * second + month[t % YEAR] + slope * (t + 1)
        error = z[t] - expected if seen[t] else 0.0
        fitted[t] += share * expected
        level += carry * second + alpha * error
        second = phi * second + beta * error
        month[t % YEAR] += gamma * error
    power, powers, fade, fades, spread = 1.0, 0.0, 1.0, 0.0, 1.0
    for h in range(mean.size):
        power *= phi
        powers += power
        fade *= FADE
        fades += fade
        reached = trend * powers + (1.0 - trend) * power
        expected = level + reached * second + month[(n + h) % YEAR] + slope * (n + fades)
        mean[h] += share * expected
        square[h] += share * (variance * (spread + extra) + expected * expected)
        weight = alpha + beta * reached + (gamma if (h + 1) % YEAR == 0 else 0.0)
        spread += weight * weight


@row
def settle(z, seen, n, months, mean, square, fitted, out_mean, out_variance, out_fitted):
    """Average the families' forecasts, hold them near what was seen, add up their variances."""
    families, low, high = mean.shape[0], np.inf, -np.inf
    for t in range(n):
        if seen[t]:
            low, high = min(low, z[t]), max(high, z[t])
        out_fitted[out_fitted.size - n + t] = fitted[t] / families + months[t % YEAR]
    for t in range(out_fitted.size - n):
        out_fitted[t] = np.nan
    reach = REACH * (high - low)
    for h in range(mean.shape[1]):
        centre, variance = 0.0, 0.0
        for f in range(families):
            centre += mean[f, h] / families
        for f in range(families):
            off = mean[f, h] - centre
            variance += (max(square[f, h] - mean[f, h] * mean[f, h], 0.0) + off * off) / families
        out_mean[h] = min(max(centre, low - reach), high + reach) + months[(n + h) % YEAR]
        out_variance[h] = variance


@row
def average(
    z, seen, n, count, freedom, extra, lanes, families, yearly, squares, starts, spare, fitted, mean, square
):
    """Add up all lanes of all families by their shares; return the log likelihood of the first family."""
    shares, month, likelihood = spare[0], spare[1, :YEAR], 0.0
    for t in range(n):
        fitted[t] = 0.0
    for f in range(families.size - 1):
        for h in range(mean.shape[1]):
            mean[f, h], square[f, h] = 0.0, 0.0
        like = share_out(squares, families[f], families[f + 1], lanes, yearly, count, shares)
        likelihood = like if f == 0 else likelihood
        for g in range(families[f], families[f + 1]):
            if shares[g] > 0.0:
                lane, start, variance = lanes[:, g], starts[:, g], squares[g] / freedom
                foretell(
                    z, seen, n, lane, start, shares[g], variance, extra, month, fitted, mean[f], square[f]
                )
    return likelihood


@row
def answers_of(seen, n, lanes, states, answers, sums):
    """Fill the responses (2, months, lanes) of a series, and the sums over months of their products."""
    for side in range(2):
        respond(seen, n, lanes, answers[side], side, states)
    for k in range(3):
        products(answers[(k + 1) // 3], answers[(k + 1) // 2], n, sums[k])


@kernel
def averages(
    first, last, values, lanes, ends, scales, offsets, cautions, out_mean, out_variance, out_fitted, out_facts
):
    """Forecast by the average of all lanes, on each series' scale.

    `values` (n, n_periods), a month of each series seen; `lanes` (6, n_lanes), 12 lanes at least, sorted by
    family; `ends` (n_families + 1,): where each family begins, and the last ends; `scales`, `offsets`,
    `cautions` (n,), 0 for no season. Outputs on the scale: mean and variance (n, horizon), fitted
    (n, n_periods); facts (n, 2): the log likelihood in the unit of the values, degrees of freedom.
    """
    width, n_lanes, shape = values.shape[1], lanes.shape[1], (ends.size - 1, out_mean.shape[1])
    whole, own = np.empty((2, width, n_lanes)), np.empty((2, width, n_lanes))
    errors, squares = np.empty((width, n_lanes)), np.empty(n_lanes)
    whole_sums, sums, states = np.empty((width, 3, n_lanes)), np.empty((3, n_lanes)), np.empty((14, n_lanes))
    crossed, starts, spare = np.empty((3, n_lanes)), np.empty((2, n_lanes)), np.empty((2, n_lanes))
    z, fitted, seen = np.empty(width), np.empty(width), np.ones(width, np.bool_)
    calendar, mean, square = np.empty((4, YEAR)), np.empty(shape), np.empty(shape)
    answers_of(seen, width, lanes, states, whole, sums)
    tabulate(whole, whole_sums)
    for s in range(first, last):
        n, slopes = rescale(values[s], scales[s], offsets[s], z, seen)
        months, share = calendar[0], 0.0
        count = take_level(z, seen, n, months)
        if cautions[s] > 0.0:
            share = take_months(z, seen, n, count, cautions[s], calendar[1], calendar[2], calendar[3], months)
        errors_of(z, seen, n, lanes, errors, states)
        if count < n:
            answers_of(seen, n, lanes, states, own, sums)
        answers = own if count < n else whole
        for side in range(2):
            products(errors, answers[side], n, crossed[side])
        products(errors, errors, n, crossed[2])
        solve(crossed[2], crossed, sums if count < n else whole_sums[n - 1], count, starts, squares)
        freedom = max(count - 2.0 - (YEAR - 1) * share, LEAST_FREEDOM)
        yearly, extra = cautions[s] > 0.0, share * YEAR / max(count, YEAR)
        like = average(
            z,
            seen,
            n,
            count,
            freedom,
            extra,
            lanes,
            ends,
            yearly,
            squares,
            starts,
            spare,
            fitted,
            mean,
            square,
        )
        out_facts[s, 0], out_facts[s, 1] = like + slopes, freedom
        settle(z, seen, n, months, mean, square, fitted, out_mean[s], out_variance[s], out_fitted[s])
